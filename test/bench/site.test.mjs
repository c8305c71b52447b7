// The static page of the comparison, in this machine's browsers: its button measures, with nothing but the page.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { commandOf, known } from '../../tools/browsers.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { postedBy } from '../../tools/posted.mjs';
import { invented } from './results.mjs';

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
  const marks = page.querySelectorAll('.live .ours').length;
  await fetch('/results', { method: 'POST', body: JSON.stringify({ status, plots, marks, fetched: fetched.length }) });
})();
</script>`;

before(() => {
  writeFileSync(join(out, 'results.json'), JSON.stringify(invented('site')));
  const args = [
    path('bench/site/build.mjs'),
    '--only',
    '^(heaplet fast|dlmalloc .wasi.)$',
    '--rows',
    '^random$',
    '--results',
    join(out, 'results.json'),
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

test('the report of a run is in the page, behind what runs in the browser', () => {
  const page = readFileSync(join(out, 'index.html'), 'utf8');
  const headings = [...page.matchAll(/<h2[^>]*>(.*?)<\/h2>/g)].map(([, text]) => text);
  assert.equal(headings[0], 'In your browser');
  assert.ok(headings.length > 3, headings.join());
  assert.match(page, /<svg/);
  assert.match(page, /the mark the figure of the report below/);
});

test('results that are not there are an error that names the file', () => {
  const args = [path('bench/site/build.mjs'), '--only', '^$', '--results', join(out, 'none.json')];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /none\.json/);
});

for (const name of known) {
  const command = commandOf(name);
  test(`${name} runs it`, {
    skip: !command && `${name} is not on this machine`,
    timeout: 120_000,
  }, async () => {
    const { status, plots, marks, fetched } = await postedBy(name, command, 'build/site-test/around.html', {
      isolated: false,
    });
    assert.equal(marks, 2);
    assert.match(status, /^measured in Mozilla/);
    assert.equal(fetched, 0);
    const [[title, ...lines]] = plots;
    assert.match(title, /^random: .*, ns a call$/);
    assert.deepEqual(
      lines.map(([allocator]) => allocator),
      ['heaplet fast', 'dlmalloc (wasi)'],
    );
    for (const [, , value] of lines) assert.match(value, /^[\d.]+ \([\d.]+ to [\d.]+\)/);
  });
}
