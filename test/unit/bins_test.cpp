// The mapping between sizes and lists, beyond what its static_asserts prove.
#include "src/bins.hpp"
#include "test/support/expect.hpp"

using namespace heaplet;

namespace {

template <Config config>
void every_small_size() {
  using Bins = heaplet::Bins<config>;
  for (Word size = granule; size <= Bins::largest && size < 5000 * granule; size += granule) {
    const unsigned list = Bins::of(size);
    EXPECT(list < Bins::count);
    EXPECT(Bins::smallest(list) <= size);
    EXPECT(list + 1 == Bins::count || size < Bins::smallest(list + 1));
    const unsigned fitting = Bins::fitting(size);
    EXPECT(fitting == list || fitting == list + 1);
    if (fitting < Bins::count) EXPECT(Bins::smallest(fitting) >= size);
  }
}

}  // namespace

TEST("bins: every size up to 5000 granules is in the list that covers it") {
  every_small_size<profiles::small>();
  every_small_size<profiles::fast>();
  every_small_size<Config{.first_levels = 1, .second_level_bits = 1}>();
  every_small_size<Config{.first_levels = 3, .second_level_bits = 4}>();
}

TEST("bins: the largest size of the address space has a list, and none surely fits more") {
  EXPECT(Bins<profiles::fast>::largest == largest_block);
  EXPECT(Bins<profiles::fast>::of(Bins<profiles::fast>::largest) == Bins<profiles::fast>::count - 1);
  EXPECT(Bins<profiles::fast>::fitting(Bins<profiles::fast>::largest) == Bins<profiles::fast>::count);
}
