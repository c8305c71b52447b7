// `heaplet explore`: the page and a capture beside it, for the loopback alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Heap } from 'heaplet';
import { record } from 'heaplet/record';
import { path } from '../../../tools/paths.mjs';

test('heaplet explore serves the explorer and the capture', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heaplet-explore-'));
  const heap = Heap.create();
  const recording = record(heap);
  heap.malloc(10);
  const capture = recording.stop();
  writeFileSync(join(folder, 'a b.heapcap'), capture);
  const args = [path('bin/heaplet.mjs'), 'explore', 'a b.heapcap', '--no-open'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [printed] = await once(child.stdout, 'data');
    const [url] = String(printed).split('\n');
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{24}\/#a%20b\.heapcap$/);
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-type'), /text\/html/);
    assert.equal(await page.text(), readFileSync(path('dist/explorer.html'), 'utf8'));
    const bytes = new Uint8Array(await (await fetch(new URL('capture', url))).arrayBuffer());
    assert.deepEqual(bytes, capture);
    const { origin } = new URL(url);
    for (const other of ['/', '/capture', '/dist/explorer.html', `${new URL(url).pathname}../package.json`])
      assert.equal((await fetch(origin + other)).status, 404, other);
  } finally {
    child.kill();
    rmSync(folder, { recursive: true });
  }
});

test('the page names nothing outside of itself', () => {
  const page = readFileSync(path('dist/explorer.html'), 'utf8');
  assert.match(page, /Content-Security-Policy" content="default-src 'none';/);
  assert.doesNotMatch(page, /<(link|script|img)[^>]+(src|href)=/);
  assert.ok(page.length < 250_000, `${page.length} bytes`);
});
