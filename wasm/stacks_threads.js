// For emcc's --js-library, behind stacks.js, with libheaplet-stacks-threads.a: what stacks_threads.hpp asks of each thread's own
// JavaScript. What is kept lies in the program's memory, where all threads find it; here a thread remembers which of its stacks lie there
// already, and prints.
(() => {
  const settings = [
    typeof PTHREADS === 'undefined' ? false : PTHREADS,
    typeof USE_PTHREADS === 'undefined' ? false : USE_PTHREADS,
    typeof WASM_WORKERS === 'undefined' ? false : WASM_WORKERS,
  ];
  if (!settings.some(Boolean))
    throw new Error('heaplet flags --stacks --threads: the program has no threads; link it with -pthread');
})();
// biome-ignore-start lint/complexity/useLiteralKeys: Closure renames what is not a text
// biome-ignore-start lint/complexity/useArrowFunction: older versions of Emscripten name a function alone
mergeInto(LibraryManager.library, {
  /** Of this thread its number, and the stacks that it has learned; the frames of a new one that wait; what is to be printed. */
  $heapletOwnStacks: {
    thread: -1,
    known: null,
    key: null,
    lines: null,
    line: '',
    at: 0,
    said: '',
    used: null,
    sums: null,
  },

  // Threads that a worker runs one after the other are one.
  heaplet_stack_thread__deps: ['$heapletOwnStacks'],
  heaplet_stack_thread__sig: 'ii',
  heaplet_stack_thread: function (ifNew) {
    const own = heapletOwnStacks;
    const isOther =
      (typeof ENVIRONMENT_IS_PTHREAD !== 'undefined' && ENVIRONMENT_IS_PTHREAD) ||
      (typeof ENVIRONMENT_IS_WASM_WORKER !== 'undefined' && ENVIRONMENT_IS_WASM_WORKER);
    if (!isOther) own.thread = 0;
    else if (own.thread < 0 && ifNew > 0) own.thread = ifNew;
    return own.thread;
  },

  heaplet_stack_wanted__deps: ['$heapletStacksWanted'],
  heaplet_stack_wanted__sig: 'ii',
  heaplet_stack_wanted: function (which) {
    return heapletStacksWanted(which === 0 ? 'frames' : 'blocks');
  },

  // As stacks.js has it, without what lies below a thread's function.
  $heapletOwnLines__deps: ['$heapletKeptStacks', '$heapletStack', '$heapletStackText', '$heapletIsWasm'],
  $heapletOwnLines: function (stack, frames) {
    heapletKeptStacks.frames = frames;
    const lines = heapletStackText(stack).split('\n    ').slice(1);
    const isBelow = lines.map(
      (line) => !heapletIsWasm(line) && /\b(invokeEntryPoint|_wasmWorkerRunPostMessage)\b/.test(line),
    );
    let end = isBelow.indexOf(true);
    if (end < 0) return lines;
    while (end > 0 && !heapletIsWasm(lines[end - 1])) end--;
    return lines.slice(0, end);
  },

  heaplet_stack_here__deps: ['$heapletOwnStacks', '$heapletStack', '$heapletStackKey', '$heapletOwnLines'],
  heaplet_stack_here__sig: 'pi',
  heaplet_stack_here: function (frames) {
    const own = heapletOwnStacks;
    // Some are of this glue, and of what asks for it.
    const stack = heapletStack(frames + 6);
    const key = heapletStackKey(stack);
    if (!own.known) own.known = new Map();
    const known = own.known.get(key);
    if (known !== undefined) return known;
    own.key = key;
    own.lines = heapletOwnLines(stack, frames);
    return 0;
  },

  heaplet_stack_learn__deps: ['$heapletOwnStacks'],
  heaplet_stack_learn__sig: 'vp',
  heaplet_stack_learn: function (stack) {
    const own = heapletOwnStacks;
    // What is forgotten here is learned again.
    if (own.known.size === 32768) own.known.clear();
    own.known.set(own.key, stack);
  },

  heaplet_stack_frame__deps: ['$heapletOwnStacks'],
  heaplet_stack_frame__sig: 'i',
  heaplet_stack_frame: function () {
    const own = heapletOwnStacks;
    if (own.lines.length === 0) return -1;
    own.line = own.lines.shift().slice(0, 1000);
    own.at = 0;
    return own.line.length;
  },

  heaplet_stack_units__deps: ['$heapletOwnStacks'],
  heaplet_stack_units__sig: 'vp',
  heaplet_stack_units: function (units) {
    const own = heapletOwnStacks;
    const to = new Uint16Array(wasmMemory.buffer, units >>> 0, 16);
    for (let i = 0; i < 16 && own.at < own.line.length; i++) to[i] = own.line.charCodeAt(own.at++);
  },

  $heapletThreadName: function (thread) {
    return thread === 0 ? 'the main thread' : `worker ${thread}`;
  },

  heaplet_stack_title__deps: ['$heapletOwnStacks', '$heapletThreadName'],
  heaplet_stack_title__sig: 'vii',
  heaplet_stack_title: function (which, thread) {
    heapletOwnStacks.said = `  ${which === 0 ? 'allocated' : 'freed'} by ${heapletThreadName(thread)} at:`;
  },

  // `begins`: -1 the name of who says it, 1 a line of a stack.
  heaplet_stack_say__deps: ['$heapletOwnStacks'],
  heaplet_stack_say__sig: 'vpii',
  heaplet_stack_say: function (units, count, begins) {
    const own = heapletOwnStacks;
    if (begins < 0) own.said = 'heaplet: ';
    if (begins > 0) own.said += '\n    ';
    const from = new Uint16Array(wasmMemory.buffer, units >>> 0, count);
    for (let i = 0; i < count; i++) own.said += String.fromCharCode(from[i]);
  },

  heaplet_stack_print__deps: ['$heapletOwnStacks'],
  heaplet_stack_print__sig: 'v',
  heaplet_stack_print: function () {
    err(heapletOwnStacks.said);
  },

  heaplet_stack_print_here__deps: ['$heapletStack', '$heapletOwnLines', '$heapletThreadName'],
  heaplet_stack_print_here__sig: 'vii',
  heaplet_stack_print_here: function (frames, thread) {
    const lines = heapletOwnLines(heapletStack(frames + 20), frames);
    const shown = lines.map((line) => `\n    ${line}`);
    err(`  found by ${heapletThreadName(thread)} at:${shown.join('')}`);
  },

  heaplet_stack_sum__deps: ['$heapletOwnStacks', '$heapletStackSum'],
  heaplet_stack_sum__sig: 'vpp',
  heaplet_stack_sum: function (stack, bytes) {
    const own = heapletOwnStacks;
    if (!own.used) own.used = new Map();
    heapletStackSum(own.used, stack, bytes);
  },

  heaplet_stack_next_sum__deps: ['$heapletOwnStacks', '$heapletStackSums', '$heapletStackSumTitle'],
  heaplet_stack_next_sum__sig: 'p',
  heaplet_stack_next_sum: function () {
    const own = heapletOwnStacks;
    if (!own.sums) own.sums = heapletStackSums(own.used || new Map()).reverse();
    const sum = own.sums.pop();
    if (!sum) {
      own.sums = null;
      return -1;
    }
    own.said = heapletStackSumTitle(sum);
    return sum.stack;
  },
});
// biome-ignore-end lint/complexity/useLiteralKeys: until here
// biome-ignore-end lint/complexity/useArrowFunction: until here
