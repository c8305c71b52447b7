// For emcc's --js-library, with a libheaplet-tracing.a: what tells Emscripten's memory profiler that the program break
// has moved. It has had two names.
(() => {
  const names = ['emscripten_trace_sbrk_grow', 'emscripten_memprof_sbrk_grow'];
  const name = names.find((known) => known in LibraryManager.library);
  mergeInto(LibraryManager.library, {
    heaplet_trace_break: name ?? (() => {}),
    heaplet_trace_break__sig: 'vpp',
  });
})();
