// Rows of a Mandelbrot set, one after the other until there is none left.
const STEPS = 200;

function steps(x, y) {
  let [re, im] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const [reSquare, imSquare] = [re * re, im * im];
    if (reSquare + imSquare > 4) return step;
    im = 2 * re * im + y;
    re = reSquare - imSquare + x;
  }
  return STEPS;
}

/**
 * @param {import('../../js/index.js').Heap} heap
 * @param {object} task
 * @param {number} task.pixels where they lie in the heap
 * @param {number} task.next where the next row lies, and after it how many each worker has painted
 * @param {number} task.width
 * @param {number} task.height
 * @param {number} task.workers
 * @param {number} [task.index] of this worker, if there are any
 */
export function paintRows(heap, { pixels, next, width, height, workers, index }) {
  const picture = heap.adopt(Uint8ClampedArray, pixels, width * height * 4);
  const shared = heap.adopt(Int32Array, next, 1 + workers);
  const arena = heap.arena();
  for (;;) {
    const row = Atomics.add(shared.view, 0, 1);
    if (row >= height) break;
    const line = arena.alloc(Uint8ClampedArray, width * 4);
    const { view } = line;
    for (let column = 0; column < width; column++) {
      const light = steps((column / width) * 3 - 2.2, (row / height) * 2.4 - 1.2) / STEPS;
      const colour = light === 1 ? [16, 20, 40] : [255 * light ** 0.4, 255 * light ** 0.7, 90 + 120 * light];
      view.set([...colour, 255], column * 4);
    }
    picture.view.set(view, row * width * 4);
    if (workers > 0) Atomics.add(shared.view, 1 + index, 1);
    arena.reset();
  }
  arena.free();
}
