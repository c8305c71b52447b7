// Every reachable state of `small` over the last granules of an emulated wasm memory: the code of the module itself,
// its calls to wasm answered by test/support/linear_memory.hpp; or that of a program, by linear_program.hpp.
#include "wasm/small/malloc.hpp"

#include "test/model/explore.hpp"
#include "test/support/small_view.hpp"

using namespace heaplet;

namespace {

#if HEAPLET_IN_PROGRAM
constexpr bool in_program = true;
#else
constexpr bool in_program = false;
#endif

/// A memory of one page, all of it one used block except its last granules.
class SmallModel {
 public:
  static constexpr bool resizes_in_place = in_program;
  static constexpr bool looks_near = true;
  static constexpr bool uses_tail = true;

  SmallModel(const char* name, Word granules) : name_(name), granules_(granules) {
    linear::memory = &memory_;
  }

  const char* name() const { return name_; }
  small::View view() const { return {}; }

  void begin() {
    const Word free_bytes = linear::page - first_block - 16;
    small::free(small::malloc(linear::Word(free_bytes - overhead())));  // takes all of the page
    pinned_ = small::malloc(linear::Word(free_bytes - 16 * granules_ - overhead()));
    deallocate(allocate(0, 16));
  }

  Word allocate(Word bytes, Word alignment) {
    return alignment == 16 ? small::malloc(linear::Word(bytes))
                           : small::aligned_alloc(linear::Word(alignment), linear::Word(bytes));
  }
  void deallocate(Word payload) { small::free(linear::Address(payload)); }
  Word reallocate(Word payload, Word bytes) {
    const linear::Address block(payload);
    if (resizes_in_place && small::resize_in_place(block, linear::Word(bytes))) return payload;
    return small::realloc(block, linear::Word(bytes));
  }
  bool is_pinned(Word payload) const { return payload == pinned_; }
  Word overhead() const { return 4; }
  /// The first list that surely fits: the one after that of the size's last byte.
  unsigned list(Word size) const { return small::number_of(float(size)) - small::first_number; }
  Word slack(Word) const { return 0; }
  static constexpr bool rounds = false;
  Word rounded(Word size) const { return size; }
  bool serves(Word waiting, Word size, Word) const { return waiting == size; }
  Word own_request(Word size) const { return size - overhead(); }
  bool promises(Word) const { return false; }
  bool extends(Word) const { return false; }
  bool joins() const { return false; }
  void clear(Word payload, Word bytes) { memset(byte(payload), 0, bytes); }
  unsigned fitting(Word needed) const {
    return small::number_of(float(needed - 1)) + 1 - small::first_number;
  }

  // The memory is full: what a growth adds, a page at a time, is more than can be walked. small_fuzz grows.
  void refuse(bool) {}
  Word pages() const { return memory_.pages(); }
  bool can_grow(Word) const { return false; }
  Word growth(Word, Word) const { return 1; }
  Word growth_step(Word, Word) const { return 1; }
  bool can_take_foreign() const { return false; }
  void take_foreign() {}
  bool foreign_untouched() const { return true; }

  Word offset(Word payload) const { return payload; }
  bool same_pool(Word, Word) const { return true; }
  static unsigned char pattern(Word place, Word i) {
    return static_cast<unsigned char>(place / 16 * 31 + i * 7 + 1);
  }
  void fill(Word payload, Word bytes) {
    for (Word i = 0; i < bytes; ++i) *byte(payload + i) = pattern(payload, i);
  }
  bool is_filled(Word payload, Word bytes) const {
    return is_pinned(payload) || is_filled_from(payload, payload, bytes);
  }
  bool is_zero(Word payload, Word bytes) const {
    for (Word i = 0; i < bytes; ++i)
      if (*byte(payload + i)) return false;
    return true;
  }
  bool is_filled_from(Word payload, Word place, Word bytes) const {
    for (Word i = 0; i < bytes; ++i)
      if (*byte(payload + i) != pattern(place, i)) return false;
    return true;
  }

  // The lists, the pinned block's header and the last granules are all that changes; and in a program the marks.
  std::string key() const { return ""; }
  std::string save() const {
    std::string saved;
    each_range([&](Word start, Word bytes) {
      saved.append(reinterpret_cast<const char*>(linear::memory->at(start, bytes)), bytes);
    });
#if HEAPLET_IN_PROGRAM
    saved.append(reinterpret_cast<const char*>(&linear::marks()), sizeof(uint64_t));
#endif
    return saved;
  }
  void restore(const std::string& saved) {
    const char* from = saved.data();
    each_range([&](Word start, Word bytes) {
      memcpy(linear::memory->at(start, bytes), from, bytes);
      from += bytes;
    });
#if HEAPLET_IN_PROGRAM
    memcpy(&linear::marks(), from, sizeof(uint64_t));
#endif
  }

 private:
#if HEAPLET_IN_PROGRAM
  static constexpr Word first_block = 5568;  // the granule after heap_base
  static constexpr Word lists = linear::heads, lists_bytes = linear::heads_bytes;
#else
  static constexpr Word first_block = small::first_block;
  static constexpr Word lists = 0, lists_bytes = first_block;
#endif
  template <class Range>
  void each_range(Range range) const {
    const Word last = 16 * (granules_ + 2);
    range(lists, lists_bytes);
    range(first_block, 32);
    range(linear::page - last, last);
  }
  unsigned char* byte(Word address) const { return linear::memory->at(address, 1); }

  linear::Memory memory_{1, 1};
  const char* name_;
  Word granules_;
  Word pinned_ = 0;
};

}  // namespace

int main() {
  const Limits limits{.largest_request = 7, .alignments = {2, 4}, .aligned_requests = {1, 3}};
  SmallModel model("small, the last 9 granules of a page", 9);
  Explorer<SmallModel>(model, limits).explore();
  puts("1 passed, 0 failed");
}
