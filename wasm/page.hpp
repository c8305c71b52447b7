// What a page of a wasm memory is: all that the C library asks of it stands here. A build for a memory with pages of another
// size (the proposal for custom page sizes) says how many bytes they have, a power of two, at least a granule's.
#pragma once

#ifndef HEAPLET_PAGE_BYTES
#define HEAPLET_PAGE_BYTES 65536
#endif

namespace heaplet {

inline constexpr unsigned page_bytes = HEAPLET_PAGE_BYTES;
inline constexpr unsigned page_shift = 31u - unsigned(__builtin_clz(page_bytes));
static_assert(page_bytes == 1u << page_shift && page_bytes >= 32,
              "HEAPLET_PAGE_BYTES: a power of two, and a granule at least");

}  // namespace heaplet
