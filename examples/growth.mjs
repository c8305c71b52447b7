// Why a handle, and not a view: a memory that grows cuts off every view of it.
import { Heap } from 'heaplet';

const heap = Heap.create();
const samples = heap.alloc(Float32Array, 4);
const view = samples.view;
view.set([1, 2, 3, 4]);

heap.malloc(10_000_000); // the memory grows

console.log('the view that was kept:', view.length, view[3]);
console.log('the view of the handle:', samples.view.length, samples.view[3]);

// prints:
// the view that was kept: 0 undefined
// the view of the handle: 4 4
