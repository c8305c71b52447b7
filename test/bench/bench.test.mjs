// The benchmark measures what it says: small runs of it on allocators that every machine has.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { alone } from '../../bench/alone.mjs';
import { forTexts } from '../../bench/figures.mjs';
import { combine } from '../../bench/processes.mjs';
import { fromTrace } from '../../bench/replay.mjs';
import { csv } from '../../bench/report/csv.mjs';
import { regressions } from '../../bench/report/limits.mjs';
import { page } from '../../bench/report/page.mjs';
import { report } from '../../bench/report/table.mjs';
import { runSuite } from '../../bench/suite.mjs';
import { benchFigures } from '../../scripts/figures/bench.mjs';
import { TraceWriter } from '../../tools/trace.mjs';

const names = ['heaplet small', 'heaplet fast', 'dlmalloc (wasi)'];
const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
after(() => rmSync(scratch, { recursive: true }));
const prepared = join(scratch, 'prepared.json');

/** What a run says, in order. */
const said = (lines) => ({
  announce: (text) => lines.push(`announced: ${text}`),
  report: (text) => lines.push(text),
});
const first = [];
const results = await runSuite({
  ...said(first),
  prepared,
  only: /^(heaplet (small|fast)|dlmalloc \(wasi\))$/,
  rows: /^(?!append)/, // `small` copies 40 GB there
  rounds: 1,
  scale: 1 / 100,
  quick: true,
  traces: false,
  inRust: false,
});

test('a run says before it starts how long it takes, and its steps are counted to the end', async () => {
  assert.match(
    first[0],
    /^announced: .* 3 allocators and programs for the first time, in 6 steps: about 2 minutes, once,\n.*measures for about a minute\./,
  );
  const steps = first.flatMap((line) => line.match(/^preparing, (\d+) of 6: /)?.[1] ?? []);
  assert.deepEqual(steps, ['1', '2', '3', '4', '5', '6']);
  const again = [];
  const options = { rounds: 1, scale: 1 / 1000, quick: true, traces: false, inRust: false };
  const rows = /^pairs$/;
  await runSuite({ ...options, rows, only: /^heaplet small$/, prepared, ...said(again) });
  assert.equal(again[0], 'announced: This run measures for about a minute.');
  assert.match(again[1], /^preparing, 1 of 2: building heaplet small$/);
  const more = [];
  const only = /^(heaplet small|AssemblyScript)$/;
  const { cells, about } = await runSuite({ ...options, rows, only, processes: 3, prepared, ...said(more) });
  assert.match(more[0], /^announced: .* an allocator or program for the first time, in 4 steps/);
  // Each process says what it does, and has a figure in each cell.
  for (const process of [1, 2, 3])
    assert.ok(more.includes(`process ${process} of 3, round 1 of 1: pairs`), more.join('\n'));
  for (const name of ['heaplet small', 'AssemblyScript']) assert.equal(cells.linked.pairs[name].ns.length, 3);
  assert.match(about.at(-1), /^Medians of 3 processes of 1 round /);
});

test('of several processes the figure is the median of their medians, and who failed once has failed', () => {
  /** @returns {import('../../bench/measure.mjs').Cell} */
  const cell = (...ns) => ({ state: 'measured', ns, pages: 2, operations: 10, checksum: 7 });
  assert.deepEqual(combine([cell(5, 1, 2), cell(9), cell(3, 4)]), { ...cell(2, 9, 3.5) });
  /** @type {import('../../bench/measure.mjs').Cell} */
  const failed = { state: 'failed', why: 'unreachable', ns: [], operations: 10 };
  assert.equal(combine([cell(1), failed, cell(2)]), failed);
  /** @type {import('../../bench/measure.mjs').Cell} */
  const slow = { ...cell(90), state: 'hopeless' };
  assert.equal(combine([cell(1), slow]), slow);
});

test('has a figure of every allocator for every workload, and the same checksum', () => {
  assert.deepEqual(results.names, names);
  for (const [linking, rows] of Object.entries(results.cells)) {
    assert.ok(Object.keys(rows).length >= 7, linking);
    for (const [workload, row] of Object.entries(rows)) {
      const checksums = new Set(names.map((name) => row[name].checksum));
      assert.equal(checksums.size, 1, `${linking} ${workload}`);
      for (const name of names) {
        assert.ok(row[name].ns[0] >= 0, `${linking} ${workload} ${name}`);
        assert.ok(row[name].pages > 0, `${linking} ${workload} ${name}`);
      }
    }
  }
});

test('memory is what the workload needs, and not much more', () => {
  // 400 pages are the last buffer; the one before it is freed only after it was allocated.
  const { grow } = results.cells.linked;
  for (const name of names) assert.ok(grow[name].pages >= 799 && grow[name].pages < 1600, name);
});

test('memory is looked at often enough to draw it, however short a program is', () => {
  assert.ok(Object.keys(results.live).length > 5);
  for (const [workload, live] of Object.entries(results.live)) {
    assert.ok(live.length >= 24, `${workload}: ${live.length} times`);
    for (const name of names)
      assert.equal(results.cells.linked[workload][name].curve.length, live.length, `${workload} ${name}`);
  }
});

test('the harness alone does what it does on an allocator', () => {
  const { linked } = results.cells;
  for (const workload of ['random', 'robin', '10k', '100k', 'trees', 'pairs', '8-40', 'queue']) {
    const row = linked[workload];
    assert.equal(row['harness alone'].checksum, row['heaplet fast'].checksum, workload);
  }
  // It copies nothing, so what moves has lost its bytes.
  assert.notEqual(linked.realloc['harness alone'].checksum, linked.realloc['heaplet fast'].checksum);
});

test('the best of several others has a line of its own', () => {
  const name = 'dlmalloc (wasi)';
  assert.doesNotMatch(report(results), /best of others/);
  const more = structuredClone(results);
  more.names.push('slower');
  more.sizes.slower = more.sizes[name];
  for (const rows of Object.values(more.cells))
    for (const row of Object.values(rows))
      row.slower = { ...row[name], ns: row[name].ns.map((ns) => 2 * ns + 1), pages: row[name].pages + 1 };
  const lines = report(more).split('\n');
  const cells = (first) => lines.filter((line) => line.startsWith(first)).map((line) => line.slice(17));
  const best = cells('best of others');
  assert.ok(best.length > 5);
  assert.deepEqual(
    best.filter((line) => !cells(name).includes(line)),
    [],
  );
});

test('small is the smallest', () => {
  const [small, fast, dlmalloc] = names.map((name) => results.sizes[name].mfr);
  assert.ok(small < fast && fast < dlmalloc, `${small} ${fast} ${dlmalloc}`);
});

test('the table fits 80 columns, the page holds every plot and nothing from elsewhere', () => {
  const text = report(results);
  for (const line of text.split('\n').slice(results.about.length)) assert.ok(line.length <= 80, line);
  assert.match(text, /malloc\+free +\+ realloc/);
  const html = page(results);
  for (const { title } of results.workloads) assert.ok(html.includes(title.replaceAll('&', '&#38;')), title);
  assert.doesNotMatch(html, /(src|href)=|NaN|undefined|Infinity|https?:/);
  const timedAlone = Object.values(results.cells.linked).filter((row) => row[alone]?.ns.length);
  assert.ok(timedAlone.length > 5);
  assert.equal(html.split('class="floor"').length - 1, timedAlone.length);
});

test('the CSV has as many fields in each line', () => {
  const lines = csv(results).trimEnd().split('\n');
  assert.ok(lines.length > 60);
  for (const line of lines) assert.equal(line.replaceAll(/"[^"]*"/g, '').split(',').length, 9, line);
});

test('what is kept of a run has what the texts ask for', () => {
  const slow = structuredClone(results);
  slow.cells.linked.random['dlmalloc (wasi)'].state = 'hopeless';
  slow.latency['heaplet fast'] = { free: { most: 1234, percentiles: {}, unfinished: ['holes'] } };
  const kept = (of) =>
    JSON.parse(JSON.stringify(forTexts(of, { processes: 1, rounds: 1, quick: true }).figures));
  const { comparison, time, row, workloads, memory, latency } = benchFigures(() => kept(results));
  const hopeless = benchFigures(() => kept(slow));
  const rows = comparison().split('\n');
  assert.deepEqual(
    rows.map((row) => row.split('|').length),
    Array(2 + names.length).fill(10),
  );
  assert.match(
    rows[3],
    /^\| \*\*heaplet `fast`\*\* \| [\d,]+ \| [\d,]+ \| \*\*1.00\*\* \| - \| - \| - \| - \|$/,
  );
  assert.match(hopeless.comparison('dlmalloc-wasi', 'fast'), /\n\| dlmalloc .* ~\d+ .*\n.*fast.*>1,234 \|$/);
  assert.equal(hopeless.latency('fast', 'free'), '1,234');
  assert.equal(time('fast', 'fast'), '1.00');
  // Both are rounded to two digits behind the point.
  const [one, other] = [Number(row('pairs', 'small', 'fast')), Number(row('pairs', 'fast', 'small'))];
  assert.ok(Math.abs(one * other - 1) <= 0.005 * (one + other) + 0.005 ** 2, `${one} * ${other}`);
  assert.equal(hopeless.row('random', 'dlmalloc-wasi', 'fast')[0], '~');
  assert.equal(row('pairs', 'fast', 'fast', 'pages'), '1.0');
  assert.throws(() => row('none', 'fast', 'small'), /none is none of random, /);
  assert.ok(Number(workloads()) >= 15);
  assert.ok(Number(time('small', 'fast')) > 1, time('small', 'fast'));
  assert.ok(Number(time('harness-alone', 'small')) < 1);
  assert.equal(time('dlmalloc-wasi', 'best-of-others', 'calls'), '1.00');
  assert.ok(
    Math.abs(Number(memory('fast', 'dlmalloc-wasi')) * Number(memory('dlmalloc-wasi', 'fast')) - 1) < 0.01,
  );
  assert.equal(memory('dlmalloc-wasi', 'best-of-others'), '1.00');
  assert.throws(() => latency('fast', 'free'));
  assert.throws(() => time('fast', 'talc'), /talc is none of small, fast, dlmalloc-wasi, /);
});

test('a heap that became slow or large fails the run', () => {
  assert.deepEqual(
    regressions(results).filter((message) => message.startsWith('memory')),
    [],
  );
  const worse = structuredClone(results);
  for (const row of Object.values(worse.cells.linked)) {
    row['heaplet fast'].pages *= 10;
    row['heaplet small'].ns = row['dlmalloc (wasi)'].ns.map((ns) => 10 * ns + 10);
  }
  const messages = regressions(worse).join('\n');
  assert.match(messages, /memory of heaplet fast is/);
  assert.match(messages, /time of heaplet small is/);
});

test('a trace becomes slots, which are used again', () => {
  const trace = new TraceWriter();
  const first = trace.malloc(100);
  const second = trace.calloc(0);
  trace.free(first);
  trace.realloc(second, 30);
  trace.malloc(7);
  const { words, slots, operations } = fromTrace(trace.bytes());
  assert.equal(slots, 2);
  assert.equal(operations, 5);
  assert.deepEqual([...words], [0, 100, 5, 1, 3, 1, 6, 30, 0, 7]);
});
