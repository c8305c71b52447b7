// Where a call comes from: the engine's stack as frames that mean the same in each engine.

// Where this package's files are, if they are files of their own: see debug.js.
const [, here = '\0'] = /(\/[^/].*\/)capture\/stacks\.js$/.exec(import.meta.url) ?? [];

/** In a bundle, where files say nothing: `now` and its caller, the recorder's function, and the heap's, which was called. */
const own = here === '\0' ? 4 : 0;

/** What stands between a program and its allocator: it says nothing of who asked. */
const between =
  /^(__wrap_|_?heaplet_|_?emscripten_trace_|operator new|_Zn[wa]|_?(__libc_|emscripten_builtin_|dl|emmalloc_|mi_)?(malloc|calloc|realloc(array)?|(posix_)?memalign|aligned_alloc|free)( |$))/;

/** Whether a line is of a wasm function, in each engine. */
const isWasm = (/** @type {string} */ line) => /wasm-function\[|wasm:\/\//.test(line);

/**
 * One frame. V8 writes `at name (place)` or `at place`, the others `name@place`.
 * @param {string} line
 */
function frameOf(line) {
  const [, v8, place = v8] = /^\s*at (.*?)(?: \((.*)\))?$/.exec(line) ?? [];
  const split = line.lastIndexOf('@');
  const [name, at] =
    v8 !== undefined
      ? [v8 === place ? '' : v8, place]
      : [line.slice(0, Math.max(split, 0)), line.slice(split + 1)];
  // JavaScriptCore has it in the name, which may be a function's in place of its number.
  const [, wasm] = /wasm-function\[([^\]]*)\]/.exec(line) ?? [];
  if (wasm !== undefined) {
    const own = name
      .replace(/^.*wasm-function\[[^\]]*\]$/, '')
      .replace(/^.*\.wasm\./, '')
      .replace(/^.*\.(?=\$)/, '');
    return own || (/^\d+$/.test(wasm) ? `wasm-function[${wasm}]` : wasm);
  }
  const [, file = at, number = ''] = /([^/\\]+?)(:\d+)?(?::\d+)?$/.exec(at) ?? [];
  const what = name.replace(/^(async|new|Object\.|Module\.)\s*/, '').replace(/\/<$/, '');
  return what && what !== '<anonymous>' ? `${what} (${file}${number})` : `${file}${number}`;
}

/**
 * For V8, which otherwise makes a text of each stack: that takes three times as long as all else.
 * @param {unknown} _
 * @param {any[]} sites
 */
const asTheyAre = (_, sites) => sites;

/**
 * A stack's scripts and its places in them.
 * @param {any[]} sites
 */
function keyOf(sites) {
  let key = '';
  let script;
  for (const site of sites) {
    const name = site.getScriptNameOrSourceURL();
    if (name !== script) key += name;
    script = name;
    key += `,${site.getPosition()}`;
  }
  return key;
}

/** Captures stacks, and describes each but once. */
export class Stacks {
  /** @type {Map<string, number>} */
  #known = new Map();
  #depth;
  #number;
  #isHosted;

  /**
   * @param {number} depth frames at most
   * @param {(frames: string[]) => number} number of a stack, whose outermost frame is the first
   * @param {boolean} [isHosted] whether all is wasm's, and what has called it is its host's
   */
  constructor(depth, number, isHosted = false) {
    this.#depth = depth;
    this.#number = number;
    this.#isHosted = isHosted;
  }

  /**
   * The number of a stack that another thread has described: there glue of Emscripten's stands before the program's frames.
   * @param {string} text
   * @param {boolean} isWorkers whether glue has called the program too, and no JavaScript of its own
   */
  of(text, isWorkers) {
    const lines = text.split('\n');
    const first = Math.max(lines.findIndex(isWasm), 0);
    return this.#of(text, () => lines.slice(first).join('\n'), isWorkers);
  }

  /** @returns {number} of the stack of this call, without the package's own frames; 0 if none are wanted */
  now() {
    if (this.#depth === 0) return 0;
    const { stackTraceLimit, prepareStackTrace } = /** @type {any} */ (Error);
    // Some are the package's own.
    Reflect.set(Error, 'stackTraceLimit', this.#depth + 8);
    Reflect.set(Error, 'prepareStackTrace', asTheyAre);
    /** @type {any} */
    const stack = new Error().stack;
    Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    if (!Array.isArray(stack)) return this.#of(stack, () => stack, undefined, own);
    const asText = () => stack.map((site) => `at ${site}`).join('\n');
    const key = typeof stack[0]?.getPosition === 'function' ? keyOf(stack) : asText();
    return this.#of(key, asText, undefined, own);
  }

  /**
   * @param {string} key that no other stack has
   * @param {() => string} describe it as the engine does
   * @param {boolean} [isHosted]
   * @param {number} [least] frames that are the package's
   */
  #of(key, describe, isHosted = this.#isHosted, least = 0) {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const lines = describe()
      .split('\n')
      .filter((line) => /^\s*at |@/.test(line));
    const first = lines.findIndex((line) => !line.includes(here));
    const last = isHosted ? lines.map(isWasm).lastIndexOf(true) : -1;
    const frames = lines.slice(Math.max(first, least), last < 0 ? lines.length : last + 1).map(frameOf);
    while (frames.length > 1 && between.test(frames[0])) frames.shift();
    const number = this.#number(frames.slice(0, this.#depth).reverse());
    if (this.#known.size === 2 ** 16) this.#known.clear();
    this.#known.set(key, number);
    return number;
  }
}
