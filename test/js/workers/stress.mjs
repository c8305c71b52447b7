// A thread of the stress test: allocates, fills, hands blocks to the others through a table in the heap itself, and
// frees what it finds there. Each block is filled with its own pattern and compared when it is freed; so a block that
// two threads were given, or that somebody wrote to, is found.
import { Heap } from 'heaplet';
import { random } from '../support.mjs';
import { serve } from './port.mjs';

const HEAD = 12; // size, seed, and the address: what a block's first words say

function fill(heap, ptr, size, seed) {
  const words = new Uint32Array(heap.adopt(Uint8Array, ptr, size).view.buffer, ptr, 3);
  words[0] = size;
  words[1] = seed;
  words[2] = ptr;
  heap.adopt(Uint8Array, ptr + HEAD, size - HEAD).view.fill(seed & 255);
}

function verify(heap, ptr) {
  const [size, seed, self] = heap.adopt(Uint32Array, ptr, 3).view;
  if (self !== ptr) throw new Error(`the block at ${ptr} says that it is at ${self}`);
  const bytes = heap.adopt(Uint8Array, ptr + HEAD, size - HEAD).view;
  const wrong = bytes.findIndex((byte) => byte !== (seed & 255));
  if (wrong >= 0) throw new Error(`byte ${HEAD + wrong} of the block at ${ptr}, of ${size}, changed`);
}

await serve(({ message, table, slots, rounds, seed }) => {
  const heap = Heap.attach(message);
  const shared = heap.adopt(Int32Array, table, slots);
  const pick = random(seed);
  const arena = heap.arena();
  const counts = { allocated: 0, freed: 0, arena: 0 };
  const release = (ptr) => {
    verify(heap, ptr);
    heap.free(ptr);
    counts.freed++;
  };
  while (counts.arena < rounds) {
    for (let i = 0; i < 50; i++) {
      const size = HEAD + 4 + (pick(20) === 0 ? pick(20_000) : pick(500));
      let ptr = heap.malloc(size);
      fill(heap, ptr, size, pick(2 ** 31));
      if (pick(10) === 0) {
        verify(heap, ptr);
        const grown = size + pick(1000);
        ptr = heap.realloc(ptr, grown);
        fill(heap, ptr, grown, pick(2 ** 31));
      }
      counts.allocated++;
      // Into a slot of the table; what was there, anybody's, is freed here.
      const before = Atomics.exchange(shared.view, pick(slots), ptr) >>> 0;
      if (before !== 0) release(before);
    }
    // Meanwhile an arena of this thread's own.
    const mine = arena.from(new Uint32Array([seed, counts.arena]));
    arena.alloc(Uint8Array, pick(3000)).view.fill(counts.arena);
    if (mine.view[0] !== seed || mine.view[1] !== counts.arena) throw new Error('the arena changed');
    if (++counts.arena % 20 === 0) arena.reset();
  }
  arena.free();
  return counts;
});
