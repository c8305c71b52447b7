// Words of a text, each with its count, in an arena: thousands of small allocations, one release.
import { Heap } from 'heaplet';

const text = 'the cat and the dog and the bird '.repeat(1000);
const heap = Heap.create();

const result = heap.scope((arena) => {
  const words = new Map();
  for (const [word] of text.matchAll(/\w+/g)) {
    let entry = words.get(word);
    if (!entry) {
      entry = { name: arena.utf8(word), count: arena.alloc(Uint32Array, 1) };
      entry.count.view[0] = 0;
      words.set(word, entry);
    }
    entry.count.view[0]++;
  }
  return [...words.values()].map(({ name, count }) => {
    return `${heap.readUtf8(name.ptr, name.byteLength)} ${count.view[0]}`;
  });
});

console.log(result.join(', '));
console.log(heap.stats().usedBlocks, 'blocks in use');

// prints:
// the 3000, cat 1000, and 2000, dog 1000, bird 1000
// 0 blocks in use
