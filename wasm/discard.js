// For emcc's --js-library, with a libheaplet-discard.a: what `Module.heapletDiscard(start, bytes)` is told of pages that hold
// nothing any more. Where there is none they are made 0, and the program runs as before.
mergeInto(LibraryManager.library, {
  heaplet_discard__sig: 'vpp',
  // biome-ignore lint/complexity/useArrowFunction: Emscripten 3.1.6 looks for the word
  heaplet_discard: function (start, bytes) {
    const from = Number(start) >>> 0;
    if (Module.heapletDiscard) Module.heapletDiscard(from, Number(bytes));
    else HEAPU8.fill(0, from, from + Number(bytes));
  },
});
