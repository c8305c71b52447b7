// What can be chosen about a heap: one constexpr value drives all of heaplet. No macro is asked anywhere else.
#pragma once

#include "bits.hpp"

namespace heaplet {

struct Config {
  /// Rows of free lists (the first level). The first two rows hold the sizes below twice
  /// `granule << second_level_bits`, one list a size; every further row holds one octave: sizes from a power of two to
  /// the next.
  unsigned first_levels;

  /// Binary logarithm of the lists in a row (the second level). More lists: a closer fit, a larger state.
  unsigned second_level_bits;

  /// A request is rounded up to the smallest size of a list, by at most 1 / 2^second_level_bits, so that every block of
  /// that list serves it: a block that was freed, and not taken since, surely serves its own size again. If not, only
  /// the first block of a request's own list is looked at: nothing is wasted, and what was freed just before is found.
  bool round_requests = true;

  /// Exact-size lists in front of the free lists, one for each of the smallest block sizes; 0 for none.
  unsigned quick_lists = 0;

  /// The most freed blocks that wait unmerged; those beyond it are merged as they are freed. Bounds the work of a
  /// growth and of a refusal, before which all are merged.
  unsigned quick_blocks = 0;

  /// What may be left of a free block that is found for a request too large for the quick lists, and not be split off: at
  /// most 1 / 2^slack_shift of what is needed, and no more than a quick list holds. To split it off, keep it in a list
  /// and merge it again would cost more than it is worth. 0: whatever is left is split off.
  unsigned slack_shift = 0;

  /// Lists gain their first block and lose their last one without a branch, which no processor could foresee. False for
  /// processors that do not try to, as a Cortex-M: there a branch costs less than the work that it saves.
  bool branchless = true;

  /// Freed blocks that are too large for the quick lists wait too, up to this size in bytes, in lists each of which is for a
  /// range of sizes (range_lists.hpp). Requests up to it are rounded up to the smallest size of such a list. 0: none do.
  unsigned range_limit = 0;

  /// Binary logarithm of the lists an octave.
  unsigned range_bits = 4;

  /// The most bytes that wait there. Bounds the work of a growth and of a refusal, as quick_blocks does.
  unsigned range_bytes = 0;

  /// Join a region that begins where the newest pool ends to that pool.
  bool coalesce_pools = true;

  /// A heap grows by at least 1 / 2^growth_shift of its memory, where that is to be had.
  unsigned growth_shift = 4;

  /// For a request of at least 1 / 2^large_shift of its memory a heap grows by at least that part, where that is to be had:
  /// engines take long for each growth of a large memory. 0: such requests are as any other.
  unsigned large_shift = 0;

  /// A block of more than 4 KiB that a realloc must move has room for 1 / 2^spare_shift more from then on, so that what grows
  /// by steps is copied a few times its size in all; and blocks that the quick lists do not hold keep what a realloc leaves
  /// over, up to that part, or up to a half of what a list of ranges holds. 0: neither.
  unsigned spare_shift = 0;

  /// The first block of the memory that is there at first is at a multiple of this, a power of two: then the header of a
  /// block whose size is one too lies in the cache line of its first bytes.
  unsigned first_alignment = 4 * sizeof(Word);

  /// The largest request that is served, in bytes; whatever is larger is refused. C's is PTRDIFF_MAX in a program: compilers
  /// assume it, and a negative int must not take 2 GiB.
  Word largest_request = ~Word{0};

  /// Requests up to so many bytes are served from slab pages, whose blocks have one size and no headers (slabs.hpp); 0:
  /// none are.
  unsigned slab_limit = 0;

  /// The sizes of such blocks are the multiples of this, and so are their addresses: the alignment that a program may
  /// expect of what it did not ask an alignment for.
  unsigned slab_unit = 4 * sizeof(Word);

  /// The bytes of a slab page, a power of two: it lies at a multiple of them.
  unsigned slab_page = 4096;

  /// A map says of each page of the address space whether it is a slab page (slab_map.hpp). It consists of so many leaves,
  /// each for so many pages, and a leaf is there only where it has a page; powers of two. Memory behind the last leaf has no
  /// slab pages.
  unsigned slab_leaves = 2048;
  unsigned leaf_pages = 512;

  /// Slab pages are taken only where the newest pool has so many times the bytes of a leaf: a heap of a few KiB has other uses
  /// for them.
  unsigned leaf_share = 4;

  /// While the newest pool has less than so many bytes, memory grows for a slab page that is not to be had, though other blocks
  /// would do: a small heap would be served by those for ever, which takes three times as long. 0: never.
  Word slab_growth = 0;

  /// The most blocks of a slab page that are prepared by one request; by that which begins the page, a quarter of them.
  unsigned slab_batch = 16;

  /// The most empty slab pages that are kept for the next class that needs one; but the last page of a leaf always is.
  unsigned empty_pages = 16;

  /// Free memory is given back where it is at least so many bytes long: the whole pages in it are handed to a hook, after which
  /// they are 0 (discard.hpp). 0: none is.
  Word discard_above = 0;

  /// The bytes of such a page, a power of two.
  Word discard_page = 65536;

  /// Guard every block by a sealed record behind it, and end with a message on what a program must not do (guard.hpp).
  bool hardened = false;

  /// Count what is in use and the most that has been, growths and refusals, as they change (usage.hpp).
  bool usage = false;

  /// Of a freed block so many bytes are poisoned at most; and at most so many, a multiple of 16, are looked at before its
  /// memory is merged. Before a block is used again as it is its first and last bytes are (guard.hpp). 0: nothing is.
  unsigned poison_bytes = 0;
  unsigned poison_checked = 0;

  /// The most small blocks, a power of two, and the most bytes of all, that wait in the quarantine before their memory may be
  /// used again (quarantine.hpp says which are small); and among how many of the oldest the one is drawn that leaves it. 0: there is none.
  unsigned quarantine_blocks = 0;
  unsigned quarantine_bytes = 0;
  unsigned quarantine_spread = 1;

  /// Blocks up to so many bytes wait in front of the heap, in lists of exact sizes that its caller keeps; ranges begin behind
  /// them. Of a heap without quick lists. 0: nobody keeps any.
  unsigned caller_limit = 0;

  /// Several threads use the memory: another may make it grow between any two steps of ours.
  bool threads = false;

  /// Each thread has lists of its own in front of the heap, of so many granules a size (thread_lists.hpp); a heap of chains
  /// lies between them and the free lists then, in the place of the quick lists (depot.hpp). 0: none has.
  unsigned thread_granules = 0;

  /// The most blocks in such a list.
  unsigned thread_blocks = 0;

  /// So many depots there are, a power of two, each for some of the threads: a processor mostly gets blocks back that it has in its
  /// cache. Where a thread's own one has no chain of a size it takes one of another.
  unsigned thread_depots = 1;

  /// The most granules that are cut into blocks of one size for such a list at once.
  unsigned batch_granules = 0;
};

/// One granule is the alignment of every block and the smallest block: a header, two links and a footer.
inline constexpr Word granule = 4 * sizeof(Word);

/// Bits of an address.
inline constexpr unsigned word_bits = 8 * sizeof(Word);

/// The size of the largest block, in bytes. No memory holds a block that is nearly the whole address space: what is
/// larger is refused before anything is looked at, and no arithmetic with sizes wraps.
inline constexpr Word largest_block = round_down(~Word{0}, granule) - 64 * granule;

/// The rows that hold every size up to the whole address space.
constexpr unsigned all_first_levels(unsigned second_level_bits) {
  return word_bits - highest_bit(granule) - second_level_bits + 1;
}

/// The sizes below this have a list each, in bytes.
constexpr Word first_shared_size(unsigned second_level_bits) { return granule << second_level_bits << 1; }

/// Compile-time validation: instantiated by everything that takes a Config.
template <Config config>
struct Valid {
  static_assert(config.first_levels >= 1,
                "Config::first_levels: a heap needs at least one row of free lists");
  static_assert(config.first_levels <= all_first_levels(config.second_level_bits),
                "Config::first_levels: more rows than the address space has sizes for");
  static_assert(config.second_level_bits >= 1 && config.second_level_bits <= 5,
                "Config::second_level_bits: must be 1 to 5, as a row's bitmap has 32 bits");
  static_assert(config.quick_lists != 1, "Config::quick_lists: the list of no size would be the only one");
  static_assert(!config.round_requests ||
                    (config.quick_lists - 1) * granule <= first_shared_size(config.second_level_bits) ||
                    config.quick_lists == 0,
                "Config::quick_lists: a request for which one is asked must need no rounding");
  static_assert(config.quick_lists == 0 || config.quick_blocks > 0,
                "Config::quick_blocks: quick lists that may hold no block are of no use");
  static_assert(
      config.caller_limit == 0 || (config.quick_lists == 0 && config.caller_limit % granule == 0),
      "Config::caller_limit: the size of a block; and where the caller has lists the heap has none");
  /// The largest block that waits in a list of exact sizes.
  static constexpr Word listed =
      config.quick_lists != 0 ? (config.quick_lists - 1) * granule : config.caller_limit;
  static_assert(config.range_limit == 0 || (listed > 0 && is_power_of_two(config.range_limit) &&
                                            config.range_limit > listed + granule),
                "Config::range_limit: a power of two, more than the quick lists hold");
  static_assert(config.range_limit == 0 || config.range_bits <= config.second_level_bits,
                "Config::range_bits: a rounded size must be one of the free lists' smallest");
  static_assert(config.slack_shift == 0 || listed > 0,
                "Config::slack_shift: without quick lists no block is too large for them");
  static_assert(config.slack_shift == 0 || !config.hardened,
                "Config::slack_shift: a guard would not see what is written behind the bytes asked for");
  static_assert(config.slack_shift < word_bits && config.growth_shift < word_bits,
                "Config::slack_shift, Config::growth_shift: must be less than the bits of an address");
  static_assert(config.poison_bytes == 0 || config.poison_bytes >= 256,
                "Config::poison_bytes: a small block is poisoned whole");
  static_assert(config.poison_checked % 16 == 0 &&
                    (config.poison_checked == 0 ||
                     config.poison_checked + sizeof(Word) <= config.poison_bytes),
                "Config::poison_checked: a multiple of 16, and less than poison_bytes");
  static_assert(config.quarantine_blocks == 0 ||
                    (config.hardened && is_power_of_two(config.quarantine_blocks) &&
                     is_power_of_two(config.quarantine_spread) &&
                     config.quarantine_spread < config.quarantine_blocks),
                "Config::quarantine_blocks: a power of two, of a hardened heap; and more than "
                "quarantine_spread, which is one too");
  static_assert(
      config.slab_limit == 0 || (config.quick_lists > 0 && !config.hardened),
      "Config::slab_limit: freed blocks of slabs wait in quick lists, and have no bytes for a guard");
  static_assert(config.slab_limit == 0 || config.slab_limit < (config.quick_lists - 1) * granule,
                "Config::quick_lists: must reach beyond Config::slab_limit");
  static_assert(config.slab_limit == 0 ||
                    (is_power_of_two(config.slab_unit) && is_power_of_two(config.slab_page) &&
                     is_power_of_two(config.slab_leaves) && is_power_of_two(config.leaf_pages)),
                "Config::slab_unit, slab_page, slab_leaves, leaf_pages: must be powers of two");
  static_assert(config.slab_limit % config.slab_unit == 0 && config.slab_unit >= sizeof(Word) &&
                    config.slab_limit <= config.slab_unit * 28 && config.slab_unit <= granule,
                "Config::slab_limit: a multiple of slab_unit, which holds a link, and few enough classes");
  static_assert(config.slab_limit == 0 || (config.slab_page >= 2 * config.slab_limit &&
                                           config.slab_page >= 2 * granule && config.slab_page <= 32768),
                "Config::slab_page: blocks fit, and are told from each other in 16 bits");
  static_assert(config.slab_limit == 0 || config.slab_batch > 0,
                "Config::slab_batch: at least one is handed out");
  static_assert(config.discard_above == 0 ||
                    (is_power_of_two(config.discard_page) && config.discard_page >= 4 * granule &&
                     config.discard_above >= 2 * config.discard_page &&
                     (config.slab_limit == 0 || config.discard_above > config.slab_page)),
                "Config::discard_above: at least two pages, each a power of two, and more than a slab page");
  static_assert(
      config.thread_granules == 0 ||
          (config.threads && config.quick_lists > 0 && config.slab_limit == 0 && !config.hardened),
      "Config::thread_granules: a thread has lists where there would be quick lists, of plain blocks");
  static_assert(
      config.thread_granules == 0 ||
          (config.thread_granules >= 2 * (config.quick_lists - 1) && config.thread_blocks >= 2 &&
           config.batch_granules <= config.thread_granules),
      "Config::thread_granules, thread_blocks, batch_granules: a list has room for two blocks, and a batch");
  static_assert(is_power_of_two(config.thread_depots) && config.thread_depots <= 256,
                "Config::thread_depots: a power of two, at most 256");
  static constexpr bool value = true;
};

namespace profiles {

/// For pages that count bytes: 2 lists an octave, too few to round to, no quick lists, no checks.
inline constexpr Config small{
    .first_levels = all_first_levels(1), .second_level_bits = 1, .round_requests = false};

/// 32 lists an octave, and blocks up to 1 KiB (2 KiB on 64 bits) reused by exact size.
inline constexpr Config lean{.first_levels = all_first_levels(5),
                             .second_level_bits = 5,
                             .quick_lists = 65,
                             .quick_blocks = 8192,
                             .slack_shift = 2,
                             .growth_shift = 7};

/// The default: `lean` with slab pages for blocks up to 128 bytes and lists of ranges for those up to 16 KiB.
inline constexpr Config fast = [] {
  Config config = lean;
  config.quick_blocks = 2048;
  config.slab_limit = 128;
  config.slab_growth = 131072;
  config.range_limit = 16384;
  config.range_bytes = 512 * 1024;
  config.large_shift = 3;
  config.first_alignment = 64;
  config.spare_shift = 3;
  return config;
}();

/// `lean` with every block guarded: it finds mistakes, says whose they are, and lets nobody forge a block. Built on `lean`
/// and not on slab pages, whose blocks have neither a header nor bytes for a seal, and lie where a program can foresee it. It
/// counts what is in use.
inline constexpr Config hardened = [] {
  Config config = lean;
  config.slack_shift = 0;
  config.hardened = true;
  config.poison_bytes = 1024;
  config.poison_checked = 256;
  config.quarantine_blocks = 256;
  config.quarantine_bytes = 131072;
  config.quarantine_spread = 8;
  config.usage = true;
  return config;
}();

/// For audio threads and control loops: `lean` without whatever waits. Each free merges at once, so no call ever makes up for
/// others, growth included; and memory that suffices can be stated: see src/README.md.
inline constexpr Config realtime = [] {
  Config config = lean;
  config.quick_lists = config.quick_blocks = 0;
  config.slack_shift = 0;
  return config;
}();

/// A profile for a program with threads, under one lock: `lean` and `fast` are `lean` with lists for each thread, which take
/// the place of slab pages; the others have the lock and nothing else.
constexpr Config threaded(Config config) {
  if (config.slab_limit != 0) config = lean;
  config.threads = true;
  if (config.quick_lists != 0 && !config.hardened) {
    config.quick_blocks = 16384;
    config.thread_granules = 256;
    config.thread_blocks = 256;
    config.thread_depots = 4;
    config.batch_granules = 64;
  }
  return config;
}

}  // namespace profiles
}  // namespace heaplet
