// The allocators that bench/js/run.mjs compares, each as `take(size)` and `give(block)`; `take` also writes the block's
// first byte through whatever its users would write with, because to have a block is to use it.
import { createRequire } from 'node:module';
import { MemPool } from '@thi.ng/malloc';
import { Heap } from 'heaplet';
import { createWasmHeapManager } from 'wasm-heap-manager';

const CAPACITY = 1 << 25; // bytes, for those that cannot grow

/** Keeps a byte view of a memory that grows. */
function bytesOf(memory) {
  let bytes = new Uint8Array(memory.buffer);
  return () => {
    if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
    return bytes;
  };
}

function raw() {
  const heap = Heap.create({ initial: CAPACITY });
  const bytes = bytesOf(heap.memory);
  return {
    take(size) {
      const ptr = heap.malloc(size);
      bytes()[ptr] = 1;
      return ptr;
    },
    give: (ptr) => heap.free(ptr),
  };
}

function handles() {
  const heap = Heap.create({ initial: CAPACITY });
  const bytes = bytesOf(heap.memory);
  return {
    take(size) {
      const handle = heap.alloc(Uint8Array, size);
      bytes()[handle.ptr] = 1;
      return handle;
    },
    give: (handle) => handle.free(),
  };
}

function thing() {
  const pool = new MemPool({ size: CAPACITY });
  return {
    take(size) {
      const ptr = pool.malloc(size);
      // @ts-expect-error: it is protected, and the view that the pool itself writes through.
      pool.u8[ptr] = 1;
      return ptr;
    },
    give: (ptr) => pool.free(ptr),
  };
}

/** npm's walloc: a malloc of Emscripten's, which is told by three imports where its memory ends. */
function walloc() {
  const Walloc = createRequire(import.meta.url)('walloc');
  const capacity = 256 * 65536; // all that it can take
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 256 });
  const [top, stack] = [8, 32768];
  new Int32Array(memory.buffer)[top / 4] = 65536;
  const pool = new Walloc({ memory, DYNAMICTOP_PTR: top, STACKTOP: stack, getTotalMemory: () => capacity });
  const bytes = new Uint8Array(memory.buffer);
  return {
    take(size) {
      const ptr = pool.malloc(size);
      bytes[ptr] = 1;
      return ptr;
    },
    give: (ptr) => pool.free(ptr),
  };
}

/** Over heaplet's own wasm; its references are what heaplet's handles are. */
function manager() {
  const heap = Heap.create({ initial: CAPACITY });
  const { memory, malloc, free } = /** @type {WebAssembly.Exports} */ (heap.imports().env);
  const references = createWasmHeapManager(() => memory.buffer, malloc, free);
  return {
    take(size) {
      const reference = references.allocUint8Array(size);
      reference.writeAt(0, 1);
      return reference;
    },
    give: (reference) => reference.free(),
  };
}

const arrays = () => ({
  take(size) {
    const array = new Uint8Array(size);
    array[0] = 1;
    return array;
  },
  give() {},
});

const buffers = () => ({
  take(size) {
    const buffer = Buffer.allocUnsafe(size);
    buffer[0] = 1;
    return buffer;
  },
  give() {},
});

/** @type {Record<string, () => { take(size: number): any, give(block: any): void }>} */
export const peers = {
  'heaplet, raw': raw,
  'heaplet, handles': handles,
  '@thi.ng/malloc': thing,
  walloc,
  'wasm-heap-manager': manager,
  'new Uint8Array': arrays,
  'Buffer.allocUnsafe': buffers,
};
