// A picture in a heap that workers share: each takes the next row, computes it in an arena of its own, and copies it to
// its place. A page that is not isolated has no shared memory: then the page computes the rows itself.
// (With a bundler, or an import map, this would be: import { Heap } from 'heaplet'.)
import { Heap } from '../../js/index.js';
import { paintRows } from './rows.js';

const canvas = document.querySelector('#picture');
const { width, height } = canvas;
const shared = globalThis.crossOriginIsolated === true;
const WORKERS = shared ? 4 : 0;

const heap = Heap.create(shared ? { shared, maximum: 1 << 26 } : {});
const pixels = heap.alloc(Uint8ClampedArray, width * height * 4);
const next = heap.alloc(Int32Array, 1 + WORKERS); // the next row; how many each worker has painted
next.view.fill(0);

const start = performance.now();
const task = { pixels: pixels.ptr, next: next.ptr, width, height, workers: WORKERS };
if (shared) {
  await Promise.all(
    Array.from({ length: WORKERS }, (_, index) => {
      const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
      worker.postMessage({ heap: heap.share(), ...task, index });
      return new Promise((done, fail) => {
        worker.onmessage = done;
        worker.onerror = fail;
      });
    }),
  );
} else {
  paintRows(heap, task);
}
const time = performance.now() - start;

// A canvas takes no view of a shared memory: `copy` is never shared.
canvas.getContext('2d').putImageData(new ImageData(pixels.copy(), width, height), 0, 0);

const stats = heap.stats();
const rows = shared
  ? [...next.view.subarray(1)].join(' + ')
  : `${height}, by the page itself: it is not isolated`;
const lines = {
  'Rows, by worker': rows,
  Time: `${time.toFixed(0)} ms`,
  'Blocks in use': stats.usedBlocks,
  'Bytes in use': stats.usedBytes.toLocaleString('en'),
  'Largest free block, bytes': stats.largestFree.toLocaleString('en'),
  'Heap is sound': heap.check() ? 'yes' : 'no',
};
for (const [name, value] of Object.entries(lines)) {
  const row = document.querySelector('#stats').insertRow();
  row.append(document.createElement('th'), document.createElement('td'));
  row.cells[0].textContent = name;
  row.cells[1].textContent = value;
}
document.querySelector('#state').textContent = shared
  ? `${WORKERS} workers, one heap.`
  : 'This page is not isolated, so there is no shared memory.';
document.title = 'done';
