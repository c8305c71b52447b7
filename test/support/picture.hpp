// Pictures of a heap for tests: each pool on a line, its blocks in granules.
#pragma once

#include <string>

#include "src/check.hpp"

namespace heaplet {

/// For example "2u 1f 3c|" for 2 granules used, 1 free and 3 cached.
template <HeapView View>
std::string picture(const View& view) {
  std::string text;
  const MarkedCached<View> marked(view);
  view.each_pool([&](Word first, Word bytes) {
    for (Word at = first; at - first < bytes; at += view.size(at)) {
      if (at != first) text += ' ';
      text += std::to_string(view.size(at) / View::granule);
      text += view.is_free(at) ? 'f' : view.marked_cached(at) ? 'c' : 'u';
    }
    text += '|';
    return true;
  });
  return text;
}

/// The same with what is in slab pages: "[4: u c - f]" for a page of 4 granules with a used, a waiting and a free block; -
/// was never touched. "leaf" is one of the map of pages.
template <SlabView View>
std::string slab_picture(const View& view) {
  std::string text;
  const MarkedCached<View> marked(view);
  view.each_pool([&](Word first, Word bytes) {
    for (Word at = first; at - first < bytes; at += view.size(at)) {
      const Word page = at + View::granule;
      if (at != first) text += ' ';
      if (view.is_free(at) || view.marked_cached(at) || (view.kind_of(page) == 0 && !view.is_leaf(page))) {
        text += std::to_string(view.size(at) / View::granule);
        text += view.is_free(at) ? 'f' : view.marked_cached(at) ? 'c' : 'u';
      } else if (view.is_leaf(page)) {
        text += "leaf";
      } else {
        const Slots<View> slots(view, page);
        text += '[' + std::to_string(View::slot_bytes(view.kind_of(page)) / View::granule) + ':';
        for (Word slot = 0; slot < View::slots(view.kind_of(page)); ++slot)
          text += slot >= view.fresh(page) ? " -"
                  : slots.is_free(slot)    ? " f"
                  : slots.is_waiting(slot) ? " c"
                                           : " u";
        text += ']';
      }
    }
    text += '|';
    return true;
  });
  return text;
}

}  // namespace heaplet
