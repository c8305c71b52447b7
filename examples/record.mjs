// A game that leaks, recorded: who allocates and does not free comes first, though others have more.
import { Heap } from 'heaplet';
import { History, leaks } from 'heaplet/capture';
import { record } from 'heaplet/record';

const heap = Heap.create();

/** What is there for the whole game: large, but no leak. */
function loadTextures() {
  return heap.malloc(1_000_000);
}

function particle() {
  return heap.malloc(48);
}

/** Nobody keeps its address. */
function addListener() {
  heap.malloc(64);
}

function frame(particles) {
  for (let i = 0; i < 10; i++) particles.push(particle());
  while (particles.length > 200) heap.free(particles.shift());
  addListener();
}

const recording = record(heap);
loadTextures();
const particles = [];
for (let i = 0; i < 500; i++) frame(particles);
const capture = recording.stop(); // the bytes of a file: write it, and `npx heaplet explore` it

const history = new History(capture);
for (const { stack, blocks, pieces } of leaks(history)) {
  const [who] = history.framesOf(stack);
  console.log(who.replace(/ .*/, ''), blocks, `from ${Math.round(100 * pieces)}% of the time`);
}

// prints:
// addListener 500 from 100% of the time
// loadTextures 1 from 6% of the time
// particle 200 from 6% of the time
