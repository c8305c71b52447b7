// The texts' figures are those that were measured.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { measure as measureJs } from '../../bench/js/size.mjs';
import { merged } from '../../bench/programs/figures.mjs';
import { benchFigures } from '../../scripts/figures/bench.mjs';
import { figure } from '../../scripts/figures/figures.mjs';
import { withFigures } from '../../scripts/figures/markers.mjs';
import { outdated } from '../../scripts/figures.mjs';
import { json, results } from '../../tools/results.mjs';

test('every figure of a text is that of bench/results: npm run figures', () => {
  const { changed, waiting } = outdated();
  assert.deepEqual(
    changed.map(({ name }) => name),
    [],
  );
  // Hours on a quiet machine: until then the texts keep what they say.
  for (const { place, file } of waiting) assert.equal(basename(file), 'bench.json', place);
});

test('a wrong figure, in a sentence or a table, is replaced; so it is noticed', () => {
  const place = (_, name, ...args) => figure(name, ...args);
  const text = (mf) => `It has <!-- figure size small-coalesce mf -->${mf}<!--/--> bytes.`;
  const { size } = results('size').figures.find(
    (row) => row.name === 'small-coalesce' && row.exports === 'mf',
  );
  assert.equal(withFigures(text('1'), place), text(size));
  assert.equal(withFigures(text(size), place), text(size));
  const table = (lines) => `<!-- figure sizeJsTable -->\n${lines}\n<!--/-->\n`;
  const made = withFigures(table('| |'), place);
  assert.match(made, /^<!-- figure sizeJsTable -->\n\|.*\|\n<!--\/-->\n$/s);
  assert.equal(withFigures(made, place), made);
  assert.equal(withFigures(made.replace(/\d/, 'x'), place), made);
});

test('a comment alone, a figure that nobody has, or a name that is none, is an error', () => {
  const place = (_, name, ...args) => figure(name, ...args);
  assert.throws(() => withFigures('It has <!-- figure size fast mf -->1', place), /other half/);
  assert.throws(() => withFigures('1<!--/-->', place), /other half/);
  const spoilt = '- <!-- figure size fast mf -->1<!--/--> bytes';
  assert.throws(() => withFigures(`It has\n${spoilt}`, place), /a line begins with the figure size fast mf/);
  assert.throws(() => figure('sizes', 'fast', 'mf'), /figure sizes: there is none of that name/);
  assert.throws(() => figure('toString'), /none of that name/);
  assert.throws(() => figure('size', 'fast', 'all'), /no such figure: fast all/);
  assert.throws(() => figure('arm', 'tlsf'), /no such figure: tlsf is none of 2-lists, /);
  assert.throws(() => figure('about', 'nobody'), { code: 'ENOENT' });
});

test('a toolchain that is measured takes the place of its figures, and leaves those of others', () => {
  const { figures } = results('programs');
  const [first, ...others] = Object.keys(figures);
  const ratio = { low: 1, median: 1.2345, high: 2 };
  const row = {
    program: 'json',
    toolchain: first,
    allocator: 'dlmalloc',
    bytes: 1,
    ratio,
    memory: 65536,
    takenRatio: 1,
  };
  const { [first]: own, ...rest } = merged([row], 3);
  assert.equal(own.rounds, 3);
  assert.deepEqual(
    own.rows.map(({ bytes, ratio }) => [bytes, ratio]),
    [[1, 1.234]],
  );
  assert.deepEqual(rest, Object.fromEntries(others.map((name) => [name, figures[name]])));
});

test('a row of results is a line', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `row ${i}`, size: i }));
  const text = json({ rows });
  assert.deepEqual(JSON.parse(text), { rows });
  assert.equal(text.split('\n').length, rows.length + 4);
});

test('bench/results/size-js.json is what a bundler makes of the package today: npm run size:js', async () => {
  const { figures, versions } = results('size-js');
  // What gzip comes to is its version's.
  const parts = ({ name, minified, gzipped }) =>
    versions.zlib === process.versions.zlib ? { name, minified, gzipped } : { name, minified };
  assert.deepEqual((await measureJs()).map(parts), figures.map(parts));
});

test('the time of a profile is its mean to the fastest peer of as little memory; one that was not timed has none', () => {
  const cell = (ns, pages) => ({ state: 'measured', ns: [ns], pages });
  const row = { 'heaplet fast': cell(6, 100), peer: cell(4, 125), large: cell(1, 126) };
  const { frontier } = benchFigures(() => ({
    workloads: [{ name: 'timed' }, { name: 'second' }, { name: 'memory', memoryOnly: true }],
    cells: {
      linked: { timed: row, second: { ...row, peer: cell(9, 100) }, memory: { ...row, peer: cell(1, 100) } },
    },
  }));
  assert.equal(frontier('fast'), '1.00');
  assert.equal(frontier('realtime'), '-');
});
