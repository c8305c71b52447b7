// Pixels in a heap that threads share, drawn on a canvas: what js/README.md shows, where there is a canvas.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from '../../js/index.js';
import { noSharedMemory } from './support.mjs';

// Deno has the class, and nothing to draw with.
const draws = typeof OffscreenCanvas === 'function' && new OffscreenCanvas(1, 1).getContext('2d') !== null;
const skip = draws ? noSharedMemory : 'this engine has no canvas';

test('an image is made of a copy: a view of a shared memory is refused', skip ? { skip } : {}, () => {
  const canvas = new OffscreenCanvas(320, 200);
  // js/README.md {
  const { width, height } = canvas;
  const heap = Heap.create({ shared: true, maximum: 1 << 26 });
  const pixels = heap.alloc(Uint8ClampedArray, width * height * 4);
  pixels.view.fill(255); // white; workers paint into the same bytes: send them heap.share() and pixels.ptr

  const image = new ImageData(pixels.copy(), width, height); // of pixels.view itself: a TypeError
  canvas.getContext('2d').putImageData(image, 0, 0);
  // }
  const [red, green, blue, alpha] = canvas.getContext('2d').getImageData(319, 199, 1, 1).data;
  assert.deepEqual([red, green, blue, alpha], [255, 255, 255, 255]);
  assert.throws(() => new ImageData(/** @type {any} */ (pixels.view), width, height), TypeError);
});
