// The model of the caches, on accesses that can be counted by hand, and the instrumented module that calls it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cache } from '../../bench/instructions/cache.mjs';

const line = 64;
const after = (run) => {
  const cache = new Cache();
  run(cache);
  const { accesses, misses } = cache;
  return { accesses, ...misses };
};

test('a line is fetched once', () => {
  assert.deepEqual(
    after((cache) => {
      for (let at = 0; at < 1024; at += 4) cache.access(at, 4);
    }),
    { accesses: 256, l1: 16, l2: 16 },
  );
});

test('what crosses into the next line needs both', () => {
  assert.deepEqual(
    after((cache) => cache.access(line - 4, 8)),
    { accesses: 1, l1: 2, l2: 2 },
  );
  assert.deepEqual(
    after((cache) => cache.access(line - 4, 4)),
    { accesses: 1, l1: 1, l2: 1 },
  );
});

/** Reads so many bytes twice, a line at a time. @returns the misses of the second time */
const again = (bytes) => {
  const pass = (cache) => {
    for (let at = 0; at < bytes; at += line) cache.access(at, 4);
  };
  const [once, twice] = [
    after(pass),
    after((cache) => {
      pass(cache);
      pass(cache);
    }),
  ];
  return { l1: twice.l1 - once.l1, l2: twice.l2 - once.l2 };
};

test('32 KiB fit in the first level and 1 MiB in the second; a little more does not', () => {
  assert.deepEqual(again(32 * 1024), { l1: 0, l2: 0 });
  // In turn, and one line more than there are ways: each set of the first 64 lines pushes out what comes next.
  assert.deepEqual(again(32 * 1024 + 64 * line), { l1: 9 * 64, l2: 0 });
  assert.deepEqual(again(1024 * 1024), { l1: (1024 * 1024) / line, l2: 0 });
  assert.deepEqual(again(1024 * 1024 + 1024 * line), { l1: 17 * 1024, l2: 17 * 1024 });
});

test('the line that was used last is the last to go', () => {
  const set = 64 * line; // addresses so far apart share a set of eight
  const misses = after((cache) => {
    for (let i = 0; i < 8; i++) cache.access(i * set, 4);
    cache.access(0, 4); // again: now the second is the oldest
    cache.access(8 * set, 4);
    cache.access(0, 4);
  });
  assert.deepEqual(misses, { accesses: 11, l1: 9, l2: 9 });
});

test('the last line of 4 GiB', () => {
  assert.deepEqual(
    after((cache) => {
      cache.access(2 ** 32 - 4, 4);
      cache.access(2 ** 32 - 8, 8);
    }),
    { accesses: 2, l1: 1, l2: 1 },
  );
});
