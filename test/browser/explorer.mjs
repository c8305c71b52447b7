// The explorer in a page: what it says of a capture is what the program did, with a mouse and with keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { CaptureWriter, EVENT } from 'heaplet/capture';
import { explore } from 'heaplet/explorer';
import { record } from 'heaplet/record';

const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** An explorer in the page, and what finds things in it. */
async function shown(target, options) {
  const host = document.createElement('div');
  document.body.append(host);
  const exploration = /** @type {any} */ (explore(host, target, options));
  await frame();
  await frame();
  const all = (selector) => [...host.shadowRoot.querySelectorAll(selector)];
  return {
    ...exploration,
    store: exploration.explorer.store,
    host,
    all,
    one: (selector) => all(selector)[0] ?? assert.fail(`there is no ${selector}`),
    figures: () =>
      Object.fromEntries(all('.figures div').map((each) => [...each.children].map((it) => it.textContent))),
    rows: () => all('.who tbody tr').map((row) => [...row.children].map((cell) => cell.textContent)),
    close() {
      exploration.end();
      host.remove();
    },
  };
}

function plantedLeak(heap) {
  return heap.malloc(40);
}

/** A program that leaks, with a large cache that is no leak. */
function program() {
  const heap = Heap.create();
  const recording = record(heap);
  heap.malloc(500_000);
  recording.mark('first');
  for (let i = 0; i < 300; i++) {
    plantedLeak(heap);
    heap.free(heap.malloc(3000));
  }
  recording.mark('second');
  heap.free(heap.malloc(100_000));
  return { heap, capture: recording.stop() };
}

test('the planted leak is the first line, and figures are those of the heap', async () => {
  const { heap, capture } = program();
  const page = await shown(capture);
  const [[bytes, blocks, spread, who]] = page.rows();
  assert.match(who, /^plantedLeak/);
  assert.equal(blocks, '300');
  assert.equal(spread, '100%');
  assert.ok(Number.parseFloat(bytes) > 12);
  const { usedBytes, usedBlocks } = heap.stats();
  assert.equal(page.figures().blocks, String(usedBlocks));
  assert.equal(page.store.history.bytesOf(page.store.live), usedBytes - 4 * usedBlocks);
  assert.match(page.figures()['in use'], /^5[12]\d KB$/);
  // A realloc that moves is two of them.
  const { moments } = page.store.history;
  assert.ok(page.host.shadowRoot.textContent.includes(`change ${moments.toLocaleString('en')} of`));
  page.close();
});

test('a line names the thread, where there are several', async () => {
  const parts = [];
  const writer = new CaptureWriter((part) => parts.push(part), {});
  const [own, shared] = [writer.stack(['work', 'plantedLeak']), writer.stack(['work', 'taken'])];
  for (let i = 0; i < 100; i++) {
    const [thread, stack] = i % 4 ? [7, own] : [i % 8, shared];
    writer.thread(i, thread);
    writer.allocated(EVENT.malloc, i, 1024 + i * 64, 40, 48, stack);
  }
  writer.end(100);
  const page = await shown(new Uint8Array(await new Blob(parts).arrayBuffer()));
  const names = page.rows().map(([, , , who]) => who);
  assert.deepEqual(names, ['plantedLeakworkthread 7', 'takenworkseveral threads']);
  page.close();
});

test('the difference of two marks is what the program did between them', async () => {
  const page = await shown(program().capture);
  const marks = page.one('.time select');
  const press = (text) =>
    page
      .all('.time button')
      .find((button) => button.textContent === text)
      .click();
  const go = async (name) => {
    marks.value = [...marks.options].find((option) => option.textContent === name).value;
    marks.dispatchEvent(new Event('change'));
    await frame();
  };
  await go('first');
  assert.equal(page.figures().blocks, '1');
  press('Compare from here');
  await go('second');
  press('to here');
  page.one('[data-tab=difference]').click();
  const rows = page.rows();
  assert.match(rows[0][4], /^plantedLeak/);
  assert.equal(rows[0][1], '+300');
  assert.equal(rows[0][3], '0 B');
  const [, freed] = rows;
  assert.deepEqual([freed[0], freed[1]], ['0 B', '0']);
  assert.equal(freed[2], freed[3]);
  assert.equal(rows.length, 2);
  page.one('[data-tab=kept]').click();
  assert.equal(page.rows().length, 1);
  page.close();
});

test('a click leads from a stack to its blocks, from a block to its stack, and back', async () => {
  const page = await shown(program().capture);
  page.one('.who tbody .stack').click();
  assert.equal(page.one('.who tbody .stack').getAttribute('aria-pressed'), 'true');
  assert.match(page.one('.block dl').textContent, /300 blocks/);
  assert.match(page.one('.block .frames li').textContent, /plantedLeak/);
  page
    .all('.block button')
    .find((button) => /first block/.test(button.textContent))
    .click();
  assert.match(page.one('.block dl').textContent, /asked for40 B/);
  page.one('.block button').click();
  assert.equal(page.store.stack, -1);
  page.one('.flame [data-stack="0"]').click();
  const box = page.all('.flame .frame').find((each) => /plantedLeak/.test(each.title));
  box?.click();
  if (box) assert.ok(page.store.stack > 0);
  page.close();
});

test('the map is walked with keys, and says what is there', async () => {
  const page = await shown(program().capture);
  const canvas = page.one('canvas[role=application]');
  canvas.focus();
  const press = (key) =>
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  press('ArrowRight');
  const { block } = page.store;
  assert.ok(block >= 0);
  const where = () => page.one('.where').textContent;
  assert.match(where(), /^0x[0-9a-f]{6}: .* asked for, .* taken, by /);
  press('ArrowRight');
  assert.ok(page.store.block >= 0 && page.store.block !== block);
  press('ArrowLeft');
  assert.equal(page.store.block, block);
  for (let i = 0; i < 12; i++) press('+');
  press('Enter');
  assert.equal(page.store.stack, page.store.history.stack.raw[block]);
  press('Escape');
  assert.deepEqual([page.store.stack, page.store.block], [-1, -1]);
  press('Home');
  for (const tab of page.all('[role=tab]')) assert.ok(tab.hasAttribute('aria-selected'));
  page.close();
});

test('each colour of the map is what its legend says', async () => {
  const page = await shown(program().capture);
  const select = page.one('.map select');
  const canvas = page.one('canvas[role=application]');
  for (const mode of ['state', 'size', 'age', 'stack', 'thread']) {
    select.value = mode;
    select.dispatchEvent(new Event('change'));
    await frame();
    const names = page.all('.legend li').map((each) => each.textContent);
    assert.ok(names.length >= 2, `${mode}: ${names}`);
    if (mode === 'stack')
      assert.ok(
        names.some((name) => /plantedLeak/.test(name)),
        `${names}`,
      );
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    assert.ok(new Set(new Uint32Array(data.buffer)).size > 2, mode);
  }
  page.close();
});

test('what cannot be read is said, and what can be is shown', async () => {
  const { capture } = program();
  const page = await shown(capture.slice(0, capture.length - 5));
  const notice = page.one('.notice');
  assert.equal(notice.hidden, false);
  assert.match(notice.textContent, /ends within.*What is before that is shown/);
  assert.match(page.rows()[0][3], /^plantedLeak/);
  page.close();
  const other = await shown(new TextEncoder().encode('no capture at all'));
  assert.match(other.one('.notice').textContent, /not a capture/);
  assert.equal(other.one('.views').hidden, true);
  // Another one, dropped on the page or opened: a file.
  await other.explorer.openFile(new File([capture], 'second.heapcap'));
  assert.equal(other.one('.notice').hidden, true);
  assert.match(other.one('header .about').textContent, /^second\.heapcap · Heap fast/);
  other.close();
});

test('the capture is replayed on each allocator', async () => {
  const page = await shown(program().capture);
  page.one('.replay button').click();
  const lines = () => page.all('.replay tbody tr');
  for (let i = 0; i < 400 && !(lines().length === 6 && !page.one('.replay button').disabled); i++)
    await frame();
  assert.match(page.one('.replay .about[role=status]').textContent, /^90[0-9] calls/);
  const names = lines().map((line) => line.children[0].textContent);
  assert.deepEqual(names, [
    'heaplet small',
    'heaplet lean',
    'heaplet fast',
    'heaplet hardened',
    'heaplet realtime',
    'dlmalloc (wasi-libc)',
  ]);
  for (const line of lines()) {
    assert.match(line.children[1].textContent, /^\d+ KB$/);
    assert.equal(line.children[5].textContent, '0');
  }
  page.close();
});

test('beside a heap that runs it follows', async () => {
  const heap = Heap.create();
  const page = await shown(heap);
  const before = heap.malloc(1000);
  page.refresh();
  assert.equal(page.figures().blocks, '1');
  heap.free(before);
  for (let i = 0; i < 20; i++) plantedLeak(heap);
  page.refresh();
  assert.equal(page.figures().blocks, '20');
  assert.match(page.rows()[0][3], /^plantedLeak/);
  page.close();
  assert.equal(Object.hasOwn(heap, 'malloc'), false);
});

test('the page that needs no server: all of it is in it, and its policy lets it work', async () => {
  const inner = document.createElement('iframe');
  inner.src = '/dist/explorer.html';
  document.body.append(inner);
  for (let i = 0; i < 600 && !inner.contentWindow?.heapletExplorer; i++) await frame();
  const page = inner.contentWindow;
  const { capture } = program();
  await page.heapletExplorer.openFile(new page.File([capture], 'some.heapcap'));
  const root = page.document.querySelector('#explorer').shadowRoot;
  assert.match(root.querySelector('.who tbody td:last-child').textContent, /^plantedLeak/);
  assert.ok(root.querySelector('.chart canvas'));
  assert.equal(page.getComputedStyle(root.querySelector('.columns')).display, 'grid', 'it has its styles');
  root.querySelector('.replay button').click();
  for (let i = 0; i < 600 && root.querySelectorAll('.replay tbody tr').length < 5; i++) await frame();
  assert.equal(root.querySelectorAll('.replay tbody td[colspan]').length, 0, 'no allocator failed');
  assert.equal(page.performance.getEntriesByType('resource').length, 0, 'nothing was fetched');
  inner.remove();
});

test('400 pixels are enough', async () => {
  const page = await shown(program().capture);
  page.host.style.width = '400px';
  page.one('[data-tab=difference]').click();
  await frame();
  const { right } = page.host.getBoundingClientRect();
  for (const each of page.all('section, .bar button, .figures div, canvas, .chart, .flame')) {
    assert.ok(each.getBoundingClientRect().right <= right + 1, `${each.className || each.textContent}`);
  }
  page.close();
});

test('the map is there in each frame while its size changes', async () => {
  const page = await shown(program().capture);
  const canvas = page.one('.map canvas');
  const colours = [];
  // After the explorer's own observer, and before the frame is shown.
  const observer = new ResizeObserver(() => {
    const { data } = canvas.getContext('2d').getImageData(canvas.width >> 1, 1, 1, 1);
    colours.push([...data].slice(0, 3));
  });
  observer.observe(canvas.parentElement);
  for (const width of ['700px', '500px', '600px']) {
    page.host.style.width = width;
    await frame();
    await frame();
  }
  observer.disconnect();
  assert.ok(colours.length >= 3);
  for (const colour of colours)
    assert.ok(
      colour.some((part) => part > 0),
      'it is black',
    );
  page.close();
});

test('the page is of one colour beside and below the explorer, light and dark', async () => {
  for (const scheme of ['light', 'dark']) {
    const inner = document.createElement('iframe');
    inner.style.colorScheme = scheme; // which the page in it then prefers, in browsers that do so
    inner.src = '/dist/explorer.html';
    document.body.append(inner);
    for (let i = 0; i < 600 && !inner.contentWindow?.heapletExplorer; i++) await frame();
    const { document: root } = inner.contentWindow;
    const paper = (element) => inner.contentWindow.getComputedStyle(element).backgroundColor;
    const explorer = root.querySelector('#explorer').shadowRoot.querySelector('.explorer');
    assert.equal(paper(root.body), paper(explorer), scheme);
    inner.remove();
  }
});

test('many blocks and many events are shown in time', { timeout: 60_000 }, async () => {
  const parts = [];
  const writer = new CaptureWriter((part) => parts.push(part), {});
  const stacks = Array.from({ length: 50 }, (_, i) => writer.stack(['main', `f${i % 7}`, `g${i}`]));
  const count = 200_000;
  for (let i = 0; i < count; i++)
    writer.allocated(EVENT.malloc, i, 1024 + i * 64, 40 + (i % 8), 60, stacks[i % 50]);
  for (let i = 0; i < count; i += 4) writer.freed(count + i, 1024 + i * 64);
  writer.end(2 * count);
  const page = await shown(new Uint8Array(await new Blob(parts).arrayBuffer()));
  assert.equal(page.figures().blocks, '150,000');
  const times = [];
  page.explorer.frame(0, 0.5, 0.5);
  for (let i = 0; i < 30; i++) {
    const start = performance.now();
    page.explorer.frame(1.25, 0.4, 0.6);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  // A machine that does much else is slow: bench/explorer measures it.
  assert.ok(times[15] < 200, `a frame took ${times[15]} ms`);
  page.close();
});
