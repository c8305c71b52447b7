// The example that is a page, in a frame.
import assert from 'node:assert/strict';
import { test } from 'node:test';

test('examples/page paints its picture', { timeout: 60_000 }, async () => {
  const frame = document.createElement('iframe');
  frame.src = '/examples/page/index.html';
  document.body.append(frame);
  const page = () => frame.contentDocument;
  while (page()?.title !== 'done') await new Promise((done) => setTimeout(done, 50));
  const cells = [...page().querySelectorAll('td')].map((cell) => cell.textContent);
  assert.equal(cells.at(-1), 'yes', 'the heap is sound');
  const canvas = page().querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set(new Uint32Array(data.buffer));
  assert.ok(colours.size > 50, `${colours.size} colours`);
  if (globalThis.crossOriginIsolated) {
    const rows = cells[0].split(' + ').map(Number);
    assert.equal(
      rows.reduce((sum, count) => sum + count),
      canvas.height,
    );
    assert.equal(rows.length, 4);
  }
  frame.remove();
});
