// Records an Emscripten module, whatever malloc it has. There are three ways to hear of its calls, and the best that the
// module has is taken:
//
//   linked with heaplet's tracing archive   every call, of every function, by Module.heapletTrace; of a program with
//                                           threads by a ring in its memory, Module.heapletThreads
//   --tracing or --memoryprofiler           every call, by Module.onMalloc, onRealloc, onFree
//   neither                                 calls from JavaScript through Module._malloc, _free ... alone
import { checkObject } from '../check.js';
import { is64 } from '../memory.js';
import { EVENT } from './format.js';
import { followThreads, MOVES, outermost } from './ring.js';
import { watchedFunctions } from './watch-heap.js';

/** @typedef {import('./recorder.js').Recorder} Recorder */

/**
 * What the archive's import `heaplet_trace` is: wasm/trace.c says which call has which number, the same as an event's.
 * @param {Recorder} recorder
 */
export function tracer(recorder) {
  // Of the block that is about to be resized.
  let usableBefore = 0;
  const isNew = outermost();
  /**
   * @param {number} kind
   * @param {number} block
   * @param {number} size
   * @param {number} other the alignment, or the old block of a realloc
   * @param {number} usable
   */
  const told = (kind, block, size, other, usable) => {
    if (typeof block === 'bigint')
      throw new TypeError('heaplet_trace: a program with 64-bit addresses cannot be recorded');
    const [address, bytes, has] = [block >>> 0, size >>> 0, Math.max(usable >>> 0, size >>> 0)];
    if (!isNew(kind, address, bytes)) return;
    if (kind === EVENT.free) recorder.freed(address, usable >>> 0);
    else if (kind === MOVES) usableBefore = usable >>> 0;
    else if (kind === EVENT.realloc) recorder.reallocated(other >>> 0, usableBefore, address, bytes, has);
    else recorder.allocated(kind, address, bytes, has, other >>> 0);
  };
  // A program with threads finds by it who reads what they tell, before any of them does.
  return Object.assign(told, {
    threads: (/** @type {import('./ring.js').Threads} */ threads) => followThreads(threads, recorder),
  });
}

/**
 * How a module can be heard.
 * @param {any} module
 * @returns {'archive' | 'hooks' | 'exports'}
 */
export function waysOf(module) {
  checkObject('target', 'a heap of heaplet, or an Emscripten Module', module);
  const memory = module.wasmMemory;
  if (memory && is64(memory))
    throw new TypeError('target: a module with 64-bit addresses (memory64) cannot be recorded');
  if (module.heapletTraced) return 'archive';
  if (typeof module.emscripten_trace_configure === 'function') return 'hooks';
  if (typeof module._malloc === 'function' && typeof module._free === 'function') return 'exports';
  throw new TypeError(
    'target: neither a heap of heaplet nor an Emscripten Module that can be heard. Link it with ' +
      '`npx heaplet flags --emscripten --trace`, or with --tracing, or -sEXPORTED_FUNCTIONS=_malloc,_free',
  );
}

/**
 * @param {any} module
 * @param {Recorder} recorder
 * @returns {() => void} ends it
 */
export function watchModule(module, recorder) {
  const way = waysOf(module);
  if (module.heapletThreads) return followThreads(module.heapletThreads, recorder);
  recorder.memoryBytes = () =>
    (module.wasmMemory?.buffer ?? module.HEAPU8?.buffer ?? module.HEAP8?.buffer)?.byteLength ?? 0;
  /** @type {Record<string, (...args: any[]) => any>} */
  const covers = {};
  if (way === 'archive') {
    covers.heapletTrace = tracer(recorder);
  } else if (way === 'hooks') {
    const { onMalloc, onRealloc, onFree } = module;
    covers.onMalloc = (ptr, size, ...rest) => {
      onMalloc?.(ptr, size, ...rest);
      recorder.allocated(EVENT.malloc, ptr >>> 0, size >>> 0, size >>> 0);
    };
    covers.onRealloc = (old, ptr, size, ...rest) => {
      onRealloc?.(old, ptr, size, ...rest);
      recorder.reallocated(old >>> 0, 0, ptr >>> 0, size >>> 0, size >>> 0);
    };
    covers.onFree = (ptr, ...rest) => {
      onFree?.(ptr, ...rest);
      recorder.freed(ptr >>> 0, 0);
    };
  } else {
    const names = ['malloc', 'free', 'calloc', 'realloc', 'aligned_alloc', 'malloc_usable_size'];
    // In older versions Module._malloc replaces itself when it is first called, by what is in Module.asm.
    const functions = Object.fromEntries(
      names.map((name) => [name, module[`_${name}`] && (module.asm?.[name] ?? module[`_${name}`])]),
    );
    for (const [name, fn] of Object.entries(watchedFunctions(functions, recorder))) covers[`_${name}`] = fn;
  }
  const before = Object.fromEntries(Object.keys(covers).map((name) => [name, module[name]]));
  Object.assign(module, covers);
  return () => Object.assign(module, before);
}
