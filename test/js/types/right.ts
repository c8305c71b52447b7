// What the types must accept, and what they must infer. Checked by tsc, never run.
import { type Arena, type Handle, Heap, type HeapOptions, OutOfMemoryError, type Profile } from 'heaplet';
import { Heap as SmallHeap } from 'heaplet/small';

/** Compiles only if both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

const profile: Profile = 'small';
const options: HeapOptions = { initial: 1 << 20, maximum: 1 << 28, profile };
const heap = Heap.create(options);
const small: SmallHeap = SmallHeap.create();
Heap.create();
Heap.create({});

const memory: WebAssembly.Memory = heap.memory;
const ptr: number = heap.malloc(64);
same<number, ReturnType<typeof heap.realloc>>(true);
heap.free(heap.realloc(heap.calloc(4, 16), heap.usableSize(ptr)));
heap.free(heap.alignedAlloc(64, 100));

const floats = heap.alloc(Float32Array, 1024);
const isHandle: Handle<Float32Array> = floats;
const first: number = floats.view[0];
const view: Float32Array = floats.view;
const big: bigint = heap.alloc(BigInt64Array, 4).view[0];
const where: [number, number, number] = [floats.ptr, floats.length, floats.byteLength];
floats.free();

const arena: Arena = heap.arena({ chunkSize: 4096 });
const doubles: Handle<Float64Array> = arena.from(new Float64Array([1, 2]));
const words: Handle<BigUint64Array> = arena.from(new BigUint64Array(2));
const text: Handle<Uint8Array> = arena.utf8('héllo');
arena.alloc(Int32Array, 16).view.fill(1);
arena.reset();
arena.free();

// A subclass of Uint8Array, such as Node's Buffer, comes as Uint8Array.
declare class Buffer extends Uint8Array {
  readInt8(): number;
}
const buffer: Handle<Uint8Array> = arena.from(new Buffer(4));

const sum: number = heap.scope((a) => a.alloc(Uint8Array, 4).length);
const later: Promise<string> = heap.scope(async (a) => `${a.utf8('x').ptr}`);
heap.scope(() => {});

{
  using samples = heap.alloc(Uint8Array, 16);
  using scratch = heap.arena();
  scratch.from(samples.view);
}

const lenient: WebAssembly.Imports = heap.imports();
declare const instance: WebAssembly.Instance;
Heap.fromModule(instance);
Heap.fromModule(instance.exports);
Heap.fromModule({ wasmMemory: memory, _malloc: (size: number) => size, _free: (_: number) => {} });

try {
  heap.malloc(1e9);
} catch (error) {
  if (error instanceof OutOfMemoryError) same<typeof error.size, number>(true);
  if (error instanceof OutOfMemoryError) error satisfies RangeError;
}

export { big, buffer, doubles, first, isHandle, later, lenient, small, sum, text, view, where, words };
