// The explorer of a checkout, whose "what if" has other allocators too: in this machine's browsers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Heap } from 'heaplet';
import { record } from 'heaplet/record';
import { commandOf, known } from '../../tools/browsers.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';

const out = folder('build/explorer-test');

/** Opens a capture in the page in a frame, replays it, and sends the table. */
const around = `<!doctype html><iframe src="explorer.html" width="1000" height="800"></iframe>
<script type="module">
const frame = document.querySelector('iframe');
const moment = () => new Promise((done) => setTimeout(done, 50));
while (!frame.contentWindow.heapletExplorer) await moment();
const capture = await (await fetch('some.heapcap')).arrayBuffer();
await frame.contentWindow.heapletExplorer.openFile(new frame.contentWindow.File([capture], 'some.heapcap'));
const root = frame.contentDocument.querySelector('#explorer').shadowRoot;
const button = root.querySelector('.replay button');
button.click();
await moment();
while (button.disabled) await moment();
const rows = [...root.querySelectorAll('.replay tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
await fetch('/results', { method: 'POST', body: JSON.stringify(rows) });
</script>`;

before(() => {
  const heap = Heap.create();
  const recording = record(heap, { stacks: 0 });
  for (let i = 0; i < 300; i++) heap.free(heap.realloc(heap.malloc(i), 2 * i));
  writeFileSync(join(out, 'some.heapcap'), recording.stop());
  writeFileSync(join(out, 'around.html'), around);
  const args = [path('bench/explorer/all.mjs'), '^AssemblyScript$', join(out, 'explorer.html')];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

for (const name of known) {
  const command = commandOf(name);
  test(`${name} replays a capture on another allocator`, {
    skip: !command && `${name} is not on this machine`,
    timeout: 120_000,
  }, async () => {
    const rows = await postedBy(name, command, 'build/explorer-test/around.html', { isolated: false });
    const names = rows.map(([allocator]) => allocator);
    assert.ok(
      names.includes('heaplet fast') && names.some((each) => each === 'AssemblyScript'),
      names.join(),
    );
    for (const [allocator, memory, ...rest] of rows) {
      assert.match(memory, /^[\d.]+ [KM]B$/, allocator);
      assert.equal(rest.at(-1), '0', `${allocator} refused nothing`);
    }
  });
}
