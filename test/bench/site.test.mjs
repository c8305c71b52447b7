// The static page of the comparison, in this machine's browsers: its button measures, with nothing but the page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { commandOf, known, launch } from '../../tools/browsers.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { serve } from '../../tools/server.mjs';

const out = folder('build/site-test');

/** Presses the button in a frame, and sends what the page says in the end. */
const around = `<!doctype html><iframe src="index.html" width="1000" height="800"></iframe>
<script>
const frame = document.querySelector('iframe');
const moment = () => new Promise((done) => setTimeout(done, 50));
(async () => {
  while (frame.contentDocument?.readyState !== 'complete' || !frame.contentDocument.getElementById('run')) await moment();
  const page = frame.contentDocument;
  page.getElementById('run').click();
  while (page.documentElement.dataset.state !== 'ended') await moment();
  const plots = [...page.querySelectorAll('.live')].map((plot) => [
    plot.querySelector('figcaption').textContent,
    ...[...plot.querySelectorAll('li')].map((line) => [...line.children].map((each) => each.textContent)),
  ]);
  const fetched = frame.contentWindow.performance.getEntriesByType('resource').filter(({ name }) => !/^(blob|data):/.test(name));
  const status = page.getElementById('status').textContent;
  await fetch('/results', { method: 'POST', body: JSON.stringify({ status, plots, fetched: fetched.length }) });
})();
</script>`;

before(() => {
  const args = [
    path('bench/site/build.mjs'),
    '--only',
    '^(heaplet fast|dlmalloc .wasi.)$',
    '--rows',
    '^random$',
    '--out',
    out,
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  writeFileSync(join(out, 'around.html'), around);
});

test('all is in the page', () => {
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  assert.match(page, /Content-Security-Policy" content="default-src 'none';/);
  assert.doesNotMatch(page, /<(link|script|img)[^>]+(src|href)=/);
});

for (const name of known) {
  const command = commandOf(name);
  test(`${name} runs it`, {
    skip: !command && `${name} is not on this machine`,
    timeout: 120_000,
  }, async () => {
    let finish;
    const posted = new Promise((done) => {
      finish = (_, body) => done(JSON.parse(body));
    });
    const server = await serve({ isolated: false, posted: finish });
    const browser = launch(name, command, `${server.url}/build/site-test/around.html`);
    try {
      const { status, plots, fetched } = await posted;
      assert.match(status, /^measured in Mozilla/);
      assert.equal(fetched, 0);
      const [[title, ...lines]] = plots;
      assert.match(title, /^random: .*, ns a call$/);
      assert.deepEqual(
        lines.map(([allocator]) => allocator),
        ['heaplet fast', 'dlmalloc (wasi)'],
      );
      for (const [, , value] of lines) assert.match(value, /^[\d.]+ \([\d.]+ to [\d.]+\)/);
    } finally {
      await browser.end();
      server.close();
    }
  });
}
