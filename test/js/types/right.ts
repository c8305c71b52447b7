// What the types must accept, and what they must infer. Checked by tsc, never run.
import {
  type Arena,
  type AttachMessage,
  type Handle,
  Heap,
  type HeapOptions,
  type Leak,
  type Mark,
  OutOfMemoryError,
  type Profile,
  type Stats,
  type TypedArrayConstructor,
} from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';
import { Heap as HardenedHeap } from 'heaplet/hardened';
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

const wrong: string | undefined = heap.recover();
const thread: number | undefined = heap.thread;
heap.recover(thread);
// What a memory is made of tells what its views may be used for; copies are never shared.
const sharedHeap = Heap.create({ shared: true, maximum: 1 << 28 });
new ImageData(Heap.create({ initial: 65536 }).alloc(Uint8ClampedArray, 4).view, 1);
new ImageData(heap.alloc(Uint8ClampedArray, 4).copy(), 1);
new ImageData(sharedHeap.alloc(Uint8ClampedArray, 4).copy(), 1);
const sharedView: Float32Array<SharedArrayBuffer> = sharedHeap.from(new Float32Array(4)).view;
const unshared: Float32Array<ArrayBuffer> = Heap.over<ArrayBuffer>(memory).alloc(Float32Array, 4).view;
sharedHeap.scope((a) => {
  same<typeof utf, Handle<Uint8Array<SharedArrayBuffer>>>(true);
  const utf = a.utf8('x');
});
const anyHeap: Heap[] = [sharedHeap, Heap.create()];
function generic<N extends 'Int8Array' | 'Float64Array'>(Type: TypedArrayConstructor<N>) {
  return anyHeap[0].alloc(Type, 4);
}
const eight: Handle<Float64Array> = generic(Float64Array);
const read2: string = heap.readUtf8(text) + heap.readUtf16(heap.utf16('x')) + heap.readCString(text);
heap.free(heap.alignedRealloc(ptr, 64, 200));
heap.reset();
Heap.create({ maximum: [2 ** 32, 2 ** 30] });
{
  using ended = Heap.create();
  ended.malloc(1);
}

// The rest of `heaplet`.
const placed: Heap = Heap.over(memory, { base: 65536, length: 65536, profile: 'hardened', debug: true });
const message: AttachMessage = Heap.create({ shared: true, maximum: 1 << 28, resizable: false }).share();
const attached: Heap = Heap.attach(message);
Heap.attach({ memory, base: placed.base });
const hardened: HardenedHeap = HardenedHeap.create({ debug: true });
const sameKind: Heap = hardened;
const snapshot: Uint8Array = heap.snapshot();
heap.restore(snapshot);
const stats: Stats = heap.stats();
const states: Array<'used' | 'cached' | 'kept' | 'free'> = heap.blocks().map(({ state }) => state);
const leaks: Leak[] = heap.leaks();
same<ReturnType<typeof heap.check>, true>(true);
const adopted: Handle<Float64Array> = heap.adopt(Float64Array, ptr, 4);
const copied: Float64Array = adopted.copy();
const moved: Handle<Uint8Array> = heap.transfer(new ArrayBuffer(8));
const movedFloats: Handle<Float32Array> = heap.transfer(new Float32Array(8));
const wide: Handle<Uint16Array> = heap.utf16('x');
const read: string = heap.readUtf8(ptr, 4) + heap.readUtf16(ptr, 2) + heap.readCString(heap.cstring('x').ptr);
const mark: Mark = arena.mark();
mark.rewind();
const inner: number = arena.scope((a) => a.cstring('x').length + a.utf16('y').length);
declare const module: WebAssembly.Module;
const linked: WebAssembly.Imports = heap.imports(module);
{
  const { env } = heap.imports();
  env.free(env.aligned_realloc(env.malloc(8), 64, 16));
  same<ReturnType<typeof env.malloc>, number>(true);
  env.memory.grow(1);
  const { calloc } = SmallHeap.create().imports().env;
  same<number, ReturnType<typeof calloc>>(true);
}
heap.close();
{
  using undone = arena.mark();
  undone.rewind();
}
Heap.fromModule(instance, { debug: true });
const core: CoreHeap = CoreHeap.create({ maximum: 1 << 20 });
core.scope((a) => a.utf8('x').length);

export {
  adopted,
  attached,
  big,
  buffer,
  copied,
  core,
  doubles,
  eight,
  first,
  inner,
  isHandle,
  later,
  leaks,
  lenient,
  linked,
  moved,
  movedFloats,
  read,
  read2,
  sameKind,
  sharedView,
  small,
  states,
  stats,
  sum,
  text,
  unshared,
  view,
  where,
  wide,
  words,
  wrong,
};
