// A document with undo: each step is a snapshot of the heap that holds it.
import { Heap } from 'heaplet';

const heap = Heap.create();
const head = heap.alloc(Uint32Array, 1); // the address of the newest line, or 0
head.view[0] = 0;

/** A line is | next | text ... 0 |, in a block of its own. */
function add(text) {
  const bytes = new TextEncoder().encode(`${text}\0`);
  const ptr = heap.malloc(4 + bytes.length);
  heap.adopt(Uint32Array, ptr, 1).view[0] = head.view[0];
  heap.adopt(Uint8Array, ptr + 4, bytes.length).view.set(bytes);
  head.view[0] = ptr;
}

function lines() {
  const found = [];
  for (let ptr = head.view[0]; ptr !== 0; ptr = heap.adopt(Uint32Array, ptr, 1).view[0]) {
    found.unshift(heap.readCString(ptr + 4));
  }
  return found.join(' ');
}

const steps = [];
for (const word of ['one', 'two', 'three']) {
  steps.push(heap.snapshot());
  add(word);
}
console.log(lines());
heap.restore(steps.pop());
console.log(lines());
heap.restore(steps.pop());
console.log(lines());
add('other');
console.log(lines());

// prints:
// one two three
// one two
// one
// one other
