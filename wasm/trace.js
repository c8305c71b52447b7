// For emcc's --js-library, with libheaplet-trace.a: whoever has set Module.heapletTrace is told of each call. `record` of
// the package sets it.
(() => {
  // Each worker has a Module of its own, in which nobody has set anything.
  const hasThreads = [
    typeof PTHREADS === 'undefined' ? false : PTHREADS,
    typeof USE_PTHREADS === 'undefined' ? false : USE_PTHREADS,
    typeof WASM_WORKERS === 'undefined' ? false : WASM_WORKERS,
  ].some(Boolean);
  if (hasThreads)
    throw new Error('heaplet flags --trace: the program has threads; say --threads (or --wasm-workers) too');
})();
mergeInto(LibraryManager.library, {
  heaplet_trace__postset: "Module['heapletTraced'] = true;",
  heaplet_trace__sig: 'vipppp',
  // biome-ignore-start lint/complexity/useLiteralKeys: Closure renames what is not a text
  // biome-ignore lint/complexity/useArrowFunction: older versions of Emscripten name a function alone
  heaplet_trace: function (call, block, size, other, usable) {
    const told = Module['heapletTrace'];
    if (told) told(call, block, size, other, usable);
  },
  // biome-ignore-end lint/complexity/useLiteralKeys: until here
});
