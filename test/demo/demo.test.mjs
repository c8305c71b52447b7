// The main job's program gives the same answers on heaplet as on dlmalloc, and is linked with what it says.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { record } from '../../bench/traces/sqlite.mjs';
import { allocators, link, objects } from '../../demo/build.mjs';
import { Database } from '../../demo/database.mjs';
import { compareAnswers, work } from '../../demo/workload.mjs';
import { readTrace } from '../../tools/trace.mjs';

const page = 65536;
const heaplets = allocators.filter((name) => name.startsWith('heaplet'));

// Enough that every part of the work has something to do, and done in a second.
const amount = { limit: 400_000, lookups: 300 };

describe('SQLite', () => {
  const programs = {};
  const modules = {};
  let parts;
  before(async () => {
    parts = await objects();
    for (const name of allocators) {
      programs[name] = await link(parts, name);
      modules[name] = new WebAssembly.Module(programs[name]);
    }
  });

  test('gives the same answers on every allocator', () => {
    const expected = work(modules.dlmalloc, amount);
    assert.ok(expected.count > 3000, `${expected.count} cities`);
    assert.equal(expected.answers.length, 11 + amount.lookups + 1);
    assert.match(expected.answers.at(-1), /\nok\n$/, 'integrity_check');
    for (const name of heaplets) {
      const actual = work(modules[name], amount);
      compareAnswers(expected.answers, actual.answers, name);
      assert.ok(actual.memory % page === 0 && actual.memory > 0);
    }
  });

  test('is smaller with heaplet than with dlmalloc', () => {
    for (const name of heaplets) assert.ok(programs[name].length < programs.dlmalloc.length, name);
  });

  test('contains one allocator: the libc leaves its own out', async () => {
    const insides = ['dlmalloc', 'dlfree', 'dispose_chunk'];
    for (const name of allocators) {
      const named = new WebAssembly.Module(await link(parts, name, ['-Wl,--strip-debug']));
      const names = Buffer.from(WebAssembly.Module.customSections(named, 'name')[0]);
      const ours = name !== 'dlmalloc';
      for (const inside of insides) assert.equal(names.includes(inside), !ours, `${inside} in ${name}`);
      assert.equal(names.includes('heaplet'), ours, name);
    }
  });

  test('recovers when memory ends', async () => {
    for (const name of allocators) {
      const flags = ['-Wl,--strip-all', `-Wl,--max-memory=${128 * page}`];
      const db = new Database(new WebAssembly.Module(await link(parts, name, flags)));
      const fill = `
        INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
        SELECT i, hex(zeroblob(200 + i % 800)) FROM n`;
      db.run('CREATE TABLE t(i, bytes)');
      for (let round = 1; round <= 3; round++) {
        assert.throws(
          () => {
            for (;;) db.run(fill);
          },
          /out of memory/,
          name,
        );
        assert.ok(Number(db.run('SELECT count(*) FROM t')) >= 3000, name);
        assert.equal(db.run('PRAGMA integrity_check'), 'ok\n', name);
        assert.equal(db.run('DELETE FROM t; SELECT count(*) FROM t'), '0\n', name);
      }
      db.close();
      assert.equal(db.memory, 128 * page, name);
    }
  });

  test('reports errors as errors', () => {
    const db = new Database(modules['heaplet fast']);
    assert.throws(() => db.run('SELECT nonsense'), /SQLite: no such column: nonsense/);
    assert.throws(() => db.run('SELECT 12345', undefined, 3), /capacity: the rows take 6 bytes, not 3/);
    db.heap.scope((arena) => {
      assert.throws(() => db.numbers(arena, 'SELECT 1, 2', 3), /length: the query gives 2 numbers, not 3/);
      assert.deepEqual([...db.numbers(arena, 'SELECT 1.5, 2', 2).view], [1.5, 2]);
    });
    assert.equal(db.ask('SELECT upper(?1)', 'héllo'), 'HéLLO\n');
    db.close();
  });

  test('leaves a whole trace: every block is freed in the end', async () => {
    const count = { malloc: 0, calloc: 0, aligned_alloc: 0, realloc: 0, free: 0 };
    let most = 0;
    for (const { op, size } of readTrace(await record())) {
      count[op]++;
      most = Math.max(most, size);
    }
    assert.equal(count.malloc + count.calloc + count.aligned_alloc, count.free);
    assert.ok(count.malloc > 50_000 && count.realloc > 1000, JSON.stringify(count));
    assert.ok(count.malloc + count.realloc + count.free <= 300_000, JSON.stringify(count));
    assert.ok(most > 100_000, `${most} bytes`);
  });
});

test('an answer that differs is found', () => {
  compareAnswers(['a', 'b'], ['a', 'b'], 'x');
  assert.throws(
    () => compareAnswers(['a', 'b'], ['a', 'c'], 'x'),
    /x gives another answer to question 2 of 2/,
  );
  assert.throws(() => compareAnswers(['a', 'b'], ['a'], 'x'), /x gives another answer to question 2 of 2/);
});
