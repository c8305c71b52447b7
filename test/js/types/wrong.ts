// What the types must refuse: tsc fails on an @ts-expect-error above a line that compiles. Never run.
import { type Handle, Heap, OutOfMemoryError } from 'heaplet';
import { Heap as CoreHeap } from 'heaplet/core';

const heap = Heap.create();
const arena = heap.arena();

// @ts-expect-error: made by Heap.create
new Heap();
// @ts-expect-error: a slip of the pen
Heap.create({ inital: 65536 });
// @ts-expect-error: bytes are a number
Heap.create({ initial: '1 MB' });
// @ts-expect-error: no BigInt
Heap.create({ maximum: 65536n });
// @ts-expect-error: no such profile
Heap.create({ profile: 'fastest' });
// @ts-expect-error: nothing to take malloc from
Heap.fromModule(42);

// @ts-expect-error: a size is needed
heap.malloc();
// @ts-expect-error: no BigInt
heap.malloc(64n);
// @ts-expect-error: a handle is no pointer
heap.free(heap.alloc(Uint8Array, 1));
// @ts-expect-error: a number, not a handle
heap.malloc(8).view;
// @ts-expect-error: read-only
heap.memory = new WebAssembly.Memory({ initial: 1 });

// @ts-expect-error: a class, not an instance
heap.alloc(new Uint8Array(1), 1);
// @ts-expect-error: no typed array
heap.alloc(Array, 1);
// @ts-expect-error: no typed array
heap.alloc(DataView, 1);
// @ts-expect-error: a length is needed
heap.alloc(Float32Array);
// @ts-expect-error: another kind
const bytes: Handle<Uint8Array> = heap.alloc(Float32Array, 1);
// @ts-expect-error: its elements are bigints
const element: number = heap.alloc(BigInt64Array, 1).view[0];
// @ts-expect-error: read-only
heap.alloc(Uint8Array, 1).view = new Uint8Array(1);
// @ts-expect-error: read-only
heap.alloc(Uint8Array, 1).ptr = 16;

// @ts-expect-error: a slip of the pen
heap.arena({ chunk: 4096 });
// @ts-expect-error: no typed array
arena.from([1, 2, 3]);
// @ts-expect-error: no typed array
arena.from('text');
// @ts-expect-error: a string
arena.utf8(42);
// @ts-expect-error: a function
heap.scope(arena);
// @ts-expect-error: a promise, since the function is async
const now: number = heap.scope(async () => 1);
// @ts-expect-error: a number
new OutOfMemoryError('64');

const shared = Heap.create({ shared: true, maximum: 1 << 24 });
// @ts-expect-error: a view of a shared memory is no image's data
new ImageData(shared.alloc(Uint8ClampedArray, 4).view, 1);
// @ts-expect-error: nor where that is not known
new ImageData(Heap.attach(shared.share()).alloc(Uint8ClampedArray, 4).view, 1);
// @ts-expect-error: nor of an arena
new ImageData(shared.arena().from(new Uint8ClampedArray(4)).view, 1);
// @ts-expect-error: a handle has its length
heap.readUtf8(heap.utf8('x'), 'x');
// @ts-expect-error: an alignment is needed
heap.alignedRealloc(16, 64);

// @ts-expect-error: a memory is needed
Heap.over();
// @ts-expect-error: a buffer is no memory
Heap.over(heap.memory.buffer);
// @ts-expect-error: a slip of the pen
Heap.over(heap.memory, { offset: 16 });
// @ts-expect-error: true or false
Heap.create({ shared: 'yes' });
// @ts-expect-error: a message needs its base
Heap.attach({ memory: heap.memory });
// @ts-expect-error: bytes, not a buffer
heap.restore(new ArrayBuffer(8));
// @ts-expect-error: no list of numbers
heap.transfer([1, 2, 3]);
// @ts-expect-error: a length is needed
heap.readUtf8(16);
// @ts-expect-error: a class is needed
heap.adopt(16, 4);
// @ts-expect-error: no number
arena.mark().rewind(1);
// @ts-expect-error: not in the core
CoreHeap.over(heap.memory);
// @ts-expect-error: not in the core
CoreHeap.create({ shared: true });
// @ts-expect-error: not in the core
CoreHeap.create().snapshot();

export { bytes, element, now };
