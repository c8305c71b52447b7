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

}  // namespace heaplet
