// The same 64 bytes by ever more of the JavaScript layer.
import { Heap } from 'heaplet';

// A wasm function that does nothing, for what a call costs.
const nothing = () => {
  const bytes = Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0], // a module
    ...[1, 6, 1, 96, 1, 127, 1, 127], // (param i32) (result i32)
    ...[3, 2, 1, 0],
    ...[7, 5, 1, 1, 102, 0, 0], // exported as "f"
    ...[10, 6, 1, 4, 0, 32, 0, 11], // local.get 0
  );
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f;
};

export function calls() {
  const heap = Heap.create({ initial: 1 << 24 });
  const { malloc, free } = /** @type {WebAssembly.Exports} */ (heap.imports().env);
  const arena = heap.arena();
  const f = nothing();
  const samples = heap.alloc(Float32Array, 1024);
  const { view } = samples;
  // Each keeps something of what it gets, so that nothing can be left out. Not the sum: when that outgrows a small
  // integer, V8 throws the code away, and may go on for long with a makeshift.
  return {
    'two wasm calls that do nothing'(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum ^= f(i) + f(i);
      return sum;
    },
    'two wasm calls: malloc, free'(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const ptr = malloc(64);
        sum ^= ptr;
        free(ptr);
      }
      return sum;
    },
    'heap.malloc, heap.free'(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const ptr = heap.malloc(64);
        sum ^= ptr;
        heap.free(ptr);
      }
      return sum;
    },
    'heap.alloc, handle.ptr, handle.free'(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const handle = heap.alloc(Uint8Array, 64);
        sum ^= handle.ptr;
        handle.free();
      }
      return sum;
    },
    'arena.alloc, handle.ptr'(count) {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        sum ^= arena.alloc(Uint8Array, 64).ptr;
        if ((i & 4095) === 0) arena.reset();
      }
      return sum;
    },
    'an element through a kept view'(count) {
      for (let i = 0; i < count; i++) view[i & 1023] = i;
      return view[0];
    },
    'an element through handle.view'(count) {
      for (let i = 0; i < count; i++) samples.view[i & 1023] = i;
      return samples.view[0];
    },
  };
}
