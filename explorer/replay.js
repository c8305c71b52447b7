// What if: the recorded calls, made again on other allocators.
import { EVENT, readCapture } from '../js/capture/index.js';
import { wasi } from './wasi.js';

/** Calls between two looks at the clock: one alone is shorter than what a browser's clock can tell. */
const BATCH = 1000;

/**
 * The calls of a capture, with blocks by their numbers.
 * @param {Uint8Array} capture
 */
export function scriptOf(capture) {
  const [kinds, slots, sizes] = [[], [], []];
  const slotOf = new Map();
  const unused = [];
  let most = 0;
  const add = (kind, slot, size) => {
    kinds.push(kind);
    slots.push(slot);
    sizes.push(size);
  };
  const end = (address) => {
    const slot = slotOf.get(address);
    if (slot === undefined) return;
    slotOf.delete(address);
    unused.push(slot);
    add(EVENT.free, slot, 0);
  };
  readCapture(capture, {
    block(kind, _time, address, size, _usable, _stack, old) {
      let slot = kind === EVENT.realloc ? slotOf.get(old) : undefined;
      if (slot === undefined) {
        end(address);
        slot = unused.pop() ?? most++;
        add(
          kind === EVENT.realloc ? EVENT.malloc : kind,
          slot,
          kind === EVENT.alignedAlloc ? size * 64 + Math.log2(old) : size,
        );
      } else {
        slotOf.delete(old);
        if (address !== old) end(address);
        add(kind, slot, size);
      }
      slotOf.set(address, slot);
    },
    free: (_, address) => end(address),
    other(kind) {
      if (kind === EVENT.reset) for (const address of [...slotOf.keys()]) end(address);
    },
  });
  return {
    kinds: Uint8Array.from(kinds),
    slots: Uint32Array.from(slots),
    sizes: Float64Array.from(sizes),
    most,
  };
}

/** The functions of any allocator as C has them. Rust's want a block's size back. */
function functionsOf(heap) {
  if (!heap.dealloc) {
    const { malloc, free, realloc } = heap;
    const calloc = heap.calloc ?? ((count, size) => malloc(count * size));
    // Where there is none, what is behind the block is not asked for.
    return {
      malloc,
      free,
      realloc,
      calloc,
      aligned_alloc: heap.aligned_alloc ?? ((_, size) => malloc(size)),
    };
  }
  const sizes = new Map();
  const malloc = (size) => {
    const bytes = Math.max(size, 1);
    const pointer = heap.alloc(bytes);
    sizes.set(pointer, bytes);
    return pointer;
  };
  return {
    malloc,
    calloc: (_, size) => malloc(size),
    aligned_alloc: (_, size) => malloc(size),
    free(pointer) {
      heap.dealloc(pointer, sizes.get(pointer));
      sizes.delete(pointer);
    },
    realloc(pointer, size) {
      const bytes = Math.max(size, 1);
      const moved = heap.resize(pointer, sizes.get(pointer), bytes);
      sizes.delete(pointer);
      sizes.set(moved, bytes);
      return moved;
    },
  };
}

/**
 * @param {ReturnType<typeof scriptOf>} script
 * @param {BufferSource} wasm
 * @param {(share: number) => Promise<void>} progress is awaited now and then
 */
export async function replay(script, wasm, progress) {
  const module = await WebAssembly.compile(wasm);
  const imports = WebAssembly.Module.imports(module);
  const memory = imports.some(({ kind }) => kind === 'memory')
    ? new WebAssembly.Memory({ initial: 2 })
    : undefined;
  let own = memory;
  const answer = wasi(() => own);
  const env = {};
  for (const { module: from, name, kind } of imports) {
    env[from] ??= {};
    env[from][name] = kind === 'memory' ? memory : answer(name);
  }
  const { exports } = await WebAssembly.instantiate(module, env);
  own ??= exports.memory;
  exports._initialize?.();
  const heap = functionsOf(exports);
  const { kinds, slots, sizes, most } = script;
  const pointers = new Uint32Array(most);
  let [total, worst, refused] = [0, 0, 0];
  for (let start = 0; start < kinds.length; start += BATCH) {
    const end = Math.min(start + BATCH, kinds.length);
    const begin = performance.now();
    for (let i = start; i < end; i++) {
      const slot = slots[i];
      const size = sizes[i];
      let pointer = 0;
      switch (kinds[i]) {
        case EVENT.malloc:
          pointer = heap.malloc(size);
          break;
        case EVENT.calloc:
          pointer = heap.calloc(1, size);
          break;
        case EVENT.alignedAlloc:
          pointer = heap.aligned_alloc(2 ** (size % 64), Math.floor(size / 64));
          break;
        case EVENT.realloc:
          pointer = heap.realloc(pointers[slot], size) || pointers[slot];
          break;
        default:
          heap.free(pointers[slot]);
          pointers[slot] = 0;
          continue;
      }
      if (pointer === 0) refused++;
      pointers[slot] = pointer;
    }
    const took = performance.now() - begin;
    total += took;
    if (took > worst) worst = took;
    if (start % (200 * BATCH) === 0) await progress(start / kinds.length);
  }
  return { milliseconds: total, worst, bytes: own.buffer.byteLength, refused, calls: kinds.length };
}
