import { Heap } from "heaplet";
const heap = Heap.create();
const handle = heap.alloc(Uint8Array, 4);
const kept = handle.view;
heap.memory.grow(1);
kept[0] = 7;
console.log("#0", kept.length, handle.view[0] === 7);
handle.view[0] = 7;
