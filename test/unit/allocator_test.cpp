// Containers over a Tlsf: their memory comes from the pool, is aligned, and goes back.
#include "src/allocator.hpp"

#include <list>
#include <map>
#include <string>
#include <vector>

#include "src/memory_resource.hpp"
#include "src/view.hpp"
#include "test/support/array_source.hpp"
#include "test/support/expect.hpp"
#include "test/support/picture.hpp"

using namespace heaplet;

namespace {

using Memory = Tlsf<profiles::fast>;

struct Fixture {
  Fixture() { pool.bytes = tlsf.insert_free_block(memory, sizeof memory); }
  std::string seen() const {
    EXPECT_SOUND(view(tlsf, &pool, 1));
    return picture(view(tlsf, &pool, 1));
  }
  bool owns(const void* block) const { return block >= memory && block < memory + sizeof memory; }

  alignas(256) unsigned char memory[64 * 1024];
  Memory tlsf;
  Region pool{memory, 0};
};

struct alignas(128) Wide {
  char bytes[128];
};

bool is_aligned(const void* block, Word alignment) { return reinterpret_cast<Word>(block) % alignment == 0; }

}  // namespace

TEST("allocator: containers live in the pool, nodes and arrays, and leave it as it was") {
  Fixture heap;
  const std::string before = heap.seen();
  {
    using Text = std::basic_string<char, std::char_traits<char>, allocator<char, Memory>>;
    using Pair = std::pair<const int, Text>;
    std::map<int, Text, std::less<int>, allocator<Pair, Memory>> map(heap.tlsf);
    for (int i = 0; i < 50; ++i)
      map.emplace(i, Text("a text that does not fit into the string itself", heap.tlsf));
    EXPECT(heap.owns(&*map.begin()) && heap.owns(map.begin()->second.data()));
    for (int i = 0; i < 50; i += 2) map.erase(i);
    std::vector<Wide, allocator<Wide, Memory>> wide(heap.tlsf);
    wide.resize(3);
    wide.resize(20);
    EXPECT(heap.owns(wide.data()) && is_aligned(wide.data(), 128));
    EXPECT_SOUND(view(heap.tlsf, &heap.pool, 1));
  }
  EXPECT_SAME(heap.seen(), before);
}

TEST("allocator: equal where the heap is the same; a container that moves takes its heap along") {
  Fixture one, other;
  const std::string before = one.seen();
  {
    using List = std::list<int, allocator<int, Memory>>;
    EXPECT((allocator<int, Memory>(one.tlsf) == allocator<Wide, Memory>(one.tlsf)));
    EXPECT(!(allocator<int, Memory>(one.tlsf) == allocator<int, Memory>(other.tlsf)));
    List from({1, 2, 3}, one.tlsf), to(other.tlsf);
    const int* const first = &from.front();
    to = std::move(from);
    EXPECT((&to.front() == first && to.get_allocator() == allocator<int, Memory>(one.tlsf)));
    EXPECT_SAME(to.size(), size_t{3});
  }
  EXPECT_SAME(one.seen(), before);
}

TEST("memory_resource: std::pmr over a Tlsf and over a Heap that grows") {
  Fixture heap;
  const std::string before = heap.seen();
  {
    memory_resource resource(heap.tlsf);
    std::pmr::vector<std::pmr::string> texts(&resource);
    for (int i = 0; i < 100; ++i) texts.emplace_back("a text that does not fit into the string itself");
    EXPECT(heap.owns(texts.data()) && heap.owns(texts.back().data()));
    void* const aligned = resource.allocate(100, 256);
    EXPECT(is_aligned(aligned, 256));
    resource.deallocate(aligned, 100, 256);
    memory_resource same_heap(heap.tlsf);
    EXPECT(resource.is_equal(resource) && !resource.is_equal(same_heap));
  }
  EXPECT_SAME(heap.seen(), before);

  alignas(256) static unsigned char bytes[1 << 18];
  Array array{.start = bytes, .page = 4096, .initial = 4096, .end = 4096, .limit = sizeof bytes};
  Heap<profiles::fast, ArraySource> growing{ArraySource(array)};
  memory_resource resource(growing);
  {
    std::pmr::vector<int> numbers(&resource);
    for (int i = 0; i < 5000; ++i) numbers.push_back(i);
    EXPECT_SAME(numbers[4999], 4999);
    EXPECT(array.growths > 0);
  }
  EXPECT_SOUND(view(growing));
}

#ifdef __cpp_exceptions
TEST("allocator and memory_resource: no room is std::bad_alloc, and nothing has changed") {
  Fixture heap;
  const std::string before = heap.seen();
  const auto throws = [](auto call) {
    try {
      call();
      return false;
    } catch (const std::bad_alloc&) {
      return true;
    }
  };
  allocator<Wide, Memory> wides(heap.tlsf);
  memory_resource resource(heap.tlsf);
  EXPECT(throws([&] { (void)wides.allocate(1000); }));
  EXPECT(throws([&] { (void)wides.allocate(~size_t{0} / 64); }));  // its bytes would wrap to a small number
  EXPECT(throws([&] { (void)resource.allocate(~size_t{0} - 8); }));
  EXPECT_SAME(heap.seen(), before);
}
#endif
