// For emcc's --js-library, with libheaplet-stacks.a: keeps the stack by which each block was allocated, and that by which it was
// freed first, and prints them behind what `hardened` says of a fault.
//
//   blocks, what was heard of last at the end           texts of stacks
//
//   0x12340 -> | allocated by 3 | freed by 7 |          3: 'at malloc (...)', 'at make (...)', 'at main (...)'
//   0x12380 -> | allocated by 3 |     0      |          7: ...
//
// Most blocks come by few stacks: a block costs an entry of a Map, some 40 bytes. The oldest entries go when there are too many.
// A program may say how many of all it wants, before it runs: Module.heapletStacks = { frames, blocks }.
//
// Nothing is taken apart by `const { a, b } = ...`: Emscripten 3.1.6 at -O2 leaves such a line out.

// biome-ignore-start lint/complexity/useLiteralKeys: Closure renames what is not a text
// biome-ignore-start lint/complexity/useArrowFunction: older versions of Emscripten name a function alone
mergeInto(LibraryManager.library, {
  $heapletKeptStacks: { blocks: null, numbers: null, texts: null, frames: 0, most: 0, used: null },

  // How many frames or blocks the program wants to be kept.
  $heapletStacksWanted: function (what) {
    const wanted = Module['heapletStacks'] || {};
    return what === 'frames' ? wanted['frames'] || 16 : wanted['blocks'] || 1048576;
  },

  // Not before the first call: by then the program has said what it wants.
  $heapletStacksBegin__deps: ['$heapletKeptStacks', '$heapletStacksWanted'],
  $heapletStacksBegin: function () {
    const own = heapletKeptStacks;
    if (own.blocks) return;
    own.blocks = new Map();
    own.numbers = new Map();
    own.used = new Map();
    own.texts = [' not kept: there were too many others'];
    own.frames = heapletStacksWanted('frames');
    own.most = heapletStacksWanted('blocks');
  },

  // The stack of now: V8 gives its places, others the text of it.
  $heapletStack: function (frames) {
    const stackTraceLimit = Error.stackTraceLimit;
    const prepareStackTrace = Error.prepareStackTrace;
    Error.stackTraceLimit = frames;
    Error.prepareStackTrace = (_, sites) => sites;
    const stack = new Error().stack;
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
    return stack;
  },

  // By what it is known again. To make a text of each stack takes longer than all else.
  $heapletStackKey: function (stack) {
    if (!Array.isArray(stack)) return stack;
    let key = '';
    for (const site of stack) key += `${site.getScriptNameOrSourceURL()}:${site.getPosition()},`;
    return key;
  },

  $heapletIsWasm: function (line) {
    return /wasm-function\[|\[wasm code\]/.test(line);
  },

  // The name of the function in a line of V8's, with the module's or without, of Firefox's, and of Safari's; '' of this glue's.
  $heapletWasmName__deps: ['$heapletIsWasm'],
  $heapletWasmName: function (line) {
    if (!heapletIsWasm(line)) return '';
    const found =
      /wasm-function\[(.*)\]@\[wasm code\]/.exec(line) ||
      /^(?:at )?(?:\S+?\.wasm\.)?(.*?)(?: \(\w+:|@)/.exec(line);
    return found ? found[1] : '';
  },

  // What of it a reader wants: above lies this glue, and the heap where it has found a fault; below a program's main Emscripten's.
  // A program has functions whose names have those of the heap in them.
  $heapletStackText__deps: ['$heapletKeptStacks', '$heapletIsWasm', '$heapletWasmName'],
  $heapletStackText: function (stack) {
    const lines = Array.isArray(stack) ? stack.map((site) => `at ${site}`) : stack.split('\n');
    const isWasm = lines.map((line) => heapletIsWasm(line));
    const names = lines.map((line) => heapletWasmName(line));
    const isHeap = (name) => /^(heaplet_untraced_\w+$|([^(<]* )?heaplet::)/.test(name);
    let first = Math.max(isWasm.indexOf(true), 0);
    while (/^heaplet(::Stacks::.*|_print_stacks)$/.test(names[first])) first++;
    const found = names.indexOf('heaplet::fail(heaplet::Report const&)');
    if (found >= 0) for (first = found; isHeap(names[first]); ) first++;
    const hasMain = lines.some((line, i) => !isWasm[i] && /\bcallMain\b/.test(line));
    const last = hasMain ? isWasm.lastIndexOf(true) + 1 : lines.length;
    return lines
      .slice(first, Math.min(last, first + heapletKeptStacks.frames))
      .map((line) => `\n    ${line}`)
      .join('');
  },

  // The number of the stack of now, from 1 on; 0 if there were too many others.
  $heapletStackNumber__deps: [
    '$heapletKeptStacks',
    '$heapletStacksBegin',
    '$heapletStack',
    '$heapletStackKey',
    '$heapletStackText',
  ],
  $heapletStackNumber: function () {
    const own = heapletKeptStacks;
    heapletStacksBegin();
    const stack = heapletStack(own.frames + 3);
    const key = heapletStackKey(stack);
    const known = own.numbers.get(key);
    if (known !== undefined) return known;
    if (own.texts.length === 32768) return 0;
    own.numbers.set(key, own.texts.length);
    return own.texts.push(heapletStackText(stack)) - 1;
  },

  $heapletStackKeep__deps: ['$heapletKeptStacks'],
  $heapletStackKeep: function (block, made, freed) {
    const blocks = heapletKeptStacks.blocks;
    blocks.delete(block);
    blocks.set(block, (made || 0) + 32768 * freed);
    if (blocks.size > heapletKeptStacks.most) blocks.delete(blocks.keys().next().value);
  },

  heaplet_stack_made__deps: ['$heapletStackNumber', '$heapletStackKeep'],
  heaplet_stack_made__sig: 'vpp',
  heaplet_stack_made: function (block, before) {
    const number = heapletStackNumber();
    if (before && before !== block) heapletStackKeep(before, heapletKeptStacks.blocks.get(before), number);
    heapletStackKeep(block, number, 0);
  },

  heaplet_stack_freed__deps: ['$heapletStackNumber', '$heapletStackKeep'],
  heaplet_stack_freed__sig: 'vp',
  heaplet_stack_freed: function (block) {
    const number = heapletStackNumber();
    heapletStackKeep(block, heapletKeptStacks.blocks.get(block), number);
  },

  heaplet_print_stacks__deps: [
    '$heapletKeptStacks',
    '$heapletStacksBegin',
    '$heapletStack',
    '$heapletStackText',
  ],
  heaplet_print_stacks__sig: 'vp',
  heaplet_print_stacks: function (block) {
    heapletStacksBegin();
    const own = heapletKeptStacks;
    const texts = own.texts;
    const kept = own.blocks.get(block);
    if (kept !== undefined || (block && own.blocks.size === own.most))
      err(`  allocated at:${texts[(kept || 0) % 32768]}`);
    if (kept >= 32768) err(`  freed at:${texts[Math.floor(kept / 32768)]}`);
    err(`  found at:${heapletStackText(heapletStack(own.frames + 16))}`);
  },

  // Adds a block to those of its stack that are in use.
  $heapletStackSum: function (used, stack, bytes) {
    const sum = used.get(stack) || { stack, blocks: 0, bytes: 0 };
    sum.blocks++;
    sum.bytes += bytes >>> 0;
    used.set(stack, sum);
  },

  // All of them, the most bytes first.
  $heapletStackSums: function (used) {
    const sums = Array.from(used.values());
    used.clear();
    if (sums.length === 0) err('heaplet: no block is in use');
    return sums.sort((a, b) => b.bytes - a.bytes);
  },

  $heapletStackSumTitle: function (sum) {
    const blocks = sum.blocks === 1 ? 'block' : 'blocks';
    return `heaplet: ${sum.bytes} bytes in ${sum.blocks} ${blocks} are in use, allocated at:`;
  },

  heaplet_stack_used__deps: ['$heapletKeptStacks', '$heapletStackSum'],
  heaplet_stack_used__sig: 'vpp',
  heaplet_stack_used: function (block, bytes) {
    const own = heapletKeptStacks;
    heapletStackSum(own.used, (own.blocks.get(block) || 0) % 32768, bytes);
  },

  heaplet_stack_print_used__deps: [
    '$heapletKeptStacks',
    '$heapletStacksBegin',
    '$heapletStackSums',
    '$heapletStackSumTitle',
  ],
  heaplet_stack_print_used__sig: 'v',
  heaplet_stack_print_used: function () {
    heapletStacksBegin();
    for (const sum of heapletStackSums(heapletKeptStacks.used))
      err(`${heapletStackSumTitle(sum)}${heapletKeptStacks.texts[sum.stack]}`);
  },
});
// biome-ignore-end lint/complexity/useLiteralKeys: until here
// biome-ignore-end lint/complexity/useArrowFunction: until here
