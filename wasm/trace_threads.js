// For emcc's --js-library, with libheaplet-trace-threads.a: what trace_threads.c asks of each thread's own JavaScript, and where
// its ring lies. `record` of the package reads it.
(() => {
  const settings = [
    typeof PTHREADS === 'undefined' ? false : PTHREADS,
    typeof USE_PTHREADS === 'undefined' ? false : USE_PTHREADS,
    typeof WASM_WORKERS === 'undefined' ? false : WASM_WORKERS,
  ];
  if (!settings.some(Boolean))
    throw new Error('heaplet flags --trace --threads: the program has no threads; link it with -pthread');
})();
// biome-ignore-start lint/complexity/useLiteralKeys: Closure renames what is not a text
// biome-ignore-start lint/complexity/useArrowFunction: older versions of Emscripten name a function alone
mergeInto(LibraryManager.library, {
  /** Of this thread its number; and of a recording its stacks' numbers, the text of a new one that waits, the bytes up to the next sample. */
  $heapletOwnTrace: { thread: -1, recording: 0, known: null, last: 0, text: null, at: 0, left: 0 },

  // On the main thread, before the program's own constructors.
  heaplet_trace_begin__deps: ['$heapletOwnTrace'],
  heaplet_trace_begin__sig: 'vp',
  heaplet_trace_begin: function (ring) {
    heapletOwnTrace.thread = 0;
    const threads = { ring, read: null, memory: () => wasmMemory };
    Module['heapletTraced'] = true;
    Module['heapletThreads'] = threads;
    const told = Module['heapletTrace'];
    // biome-ignore lint/complexity/useOptionalChain: Emscripten 3.1.6 does not read it
    if (told && told['threads']) told['threads'](threads);
  },

  // Threads that a worker runs one after the other are one.
  heaplet_trace_thread__deps: ['$heapletOwnTrace'],
  heaplet_trace_thread__sig: 'ii',
  heaplet_trace_thread: function (ifNew) {
    if (heapletOwnTrace.thread < 0 && ifNew > 0) heapletOwnTrace.thread = ifNew;
    return heapletOwnTrace.thread;
  },

  heaplet_trace_stack__deps: ['$heapletOwnTrace'],
  heaplet_trace_stack__sig: 'iiidp',
  heaplet_trace_stack: function (recording, depth, sampling, size) {
    const own = heapletOwnTrace;
    // Bytes up to the next block that is recorded: of the exponential distribution.
    const gap = () => -Math.log(1 - Math.random()) * sampling;
    if (own.recording !== recording) {
      own.recording = recording;
      own.known = new Map();
      own.last = 0;
      own.left = gap();
    }
    own.text = null;
    if (sampling > 0) {
      own.left -= Math.max(size >>> 0, 1);
      if (own.left > 0) return -1;
      own.left = gap();
    }
    if (depth === 0) return 0;
    const { stackTraceLimit, prepareStackTrace } = Error;
    // Some are of this glue, and of what reports.
    Error.stackTraceLimit = depth + 8;
    Error.prepareStackTrace = (_, sites) => sites;
    const { stack } = new Error();
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
    // V8 gives the places themselves: to make a text of each stack takes longer than all else.
    let key = stack;
    if (Array.isArray(stack)) {
      key = '';
      for (const site of stack) key += `${site.getScriptNameOrSourceURL()}:${site.getPosition()},`;
    }
    const known = own.known.get(key);
    if (known !== undefined) return known;
    if (own.known.size === 65536) own.known.clear();
    own.known.set(key, ++own.last);
    own.text = Array.isArray(stack) ? stack.map((site) => `at ${site}`).join('\n') : stack;
    own.at = 0;
    return own.last;
  },

  heaplet_trace_text__deps: ['$heapletOwnTrace'],
  heaplet_trace_text__sig: 'ip',
  heaplet_trace_text: function (units) {
    const own = heapletOwnTrace;
    if (own.text === null) return -1;
    const count = Math.min(own.text.length - own.at, 16);
    const to = new Uint16Array(wasmMemory.buffer, units, 16);
    for (let i = 0; i < count; i++) to[i] = own.text.charCodeAt(own.at++);
    // A piece that is not full is the last one.
    if (count < 16) own.text = null;
    return count;
  },

  heaplet_trace_time__sig: 'd',
  heaplet_trace_time: function () {
    // An AudioWorklet has none.
    return typeof performance === 'object' ? performance.timeOrigin + performance.now() : Date.now();
  },

  heaplet_trace_read__sig: 'v',
  heaplet_trace_read: function () {
    const { read } = Module['heapletThreads'];
    if (read) read();
  },
});
// biome-ignore-end lint/complexity/useLiteralKeys: until here
// biome-ignore-end lint/complexity/useArrowFunction: until here
