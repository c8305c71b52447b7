// Two heaps in one memory, beside somebody's data: one that stays inside of its region, and one that grows.
import { Heap } from 'heaplet';

const memory = new WebAssembly.Memory({ initial: 4 });
new Uint8Array(memory.buffer, 0, 65536).fill(42); // somebody's

const plugin = Heap.over(memory, { base: 65536, length: 65536 });
const main = Heap.over(memory);

let blocks = 0;
try {
  for (;;) {
    plugin.malloc(1000);
    blocks++;
  }
} catch (error) {
  console.log(error.name, blocks > 50);
}
main.malloc(1_000_000);
console.log(plugin.check(), main.check());
console.log(new Uint8Array(memory.buffer, 0, 65536).every((byte) => byte === 42));

// prints:
// OutOfMemoryError true
// true true
// true
