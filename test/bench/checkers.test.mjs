// The table of what finds mistakes on Emscripten: that its programs run, a few cells of it, and how a cell comes about.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cost } from '../../bench/hardened/cost.mjs';
import { classes, found, outcome } from '../../bench/hardened/found.mjs';
import { emscripten } from '../../bench/hardened/peers.mjs';
import { missing } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';
import { results } from '../../tools/results.mjs';

const skip = !emscripten && missing;

test('checkers: some mistakes, by hardened and by others', { skip }, async () => {
  const mistakes = ['double_free', 'overflow_byte', 'read_past_end', 'new/malloc_delete'];
  assert.deepEqual(Object.values(await found('hardened', mistakes)), [
    'named',
    'named',
    'unnoticed',
    'named',
  ]);
  assert.deepEqual(Object.values(await found('memvalidate', mistakes.slice(0, 2))), ['ended', 'unnoticed']);
  assert.deepEqual(Object.values(await found('dlmalloc', mistakes.slice(1))), Array(3).fill('unnoticed'));
});

test('checkers: what a program printed, and how it ended', () => {
  const run = { status: 1, stdout: '', stderr: '' };
  const line = 'heaplet: double free: 0x7 lies in memory that was freed before; found by free\n';
  assert.equal(outcome('hardened', { ...run, stderr: line }), 'named');
  assert.equal(outcome('dlmalloc', { ...run, stderr: line }), 'ended');
  assert.equal(
    outcome('ASan', { ...run, stderr: '==42==ERROR: AddressSanitizer: heap-buffer-overflow' }),
    'named',
  );
  assert.equal(
    outcome('memvalidate', { ...run, stdout: 'In bucket 4, free region 0x1 is corrupt!' }),
    'named',
  );
  // mimalloc says it, and goes on.
  assert.equal(
    outcome('mimalloc secure', { ...run, status: 0, stderr: 'mimalloc: warning: \nmimalloc: error: \n' }),
    'named',
  );
  assert.equal(outcome('mimalloc secure', { ...run, stderr: 'Aborted()' }), 'ended');
  assert.equal(outcome('mimalloc secure', { ...run, status: 0 }), 'unnoticed');
  assert.equal(outcome('hardened', { ...run, status: null }), 'ended');
});

test('checkers: each mistake of the programs is in one class, and in what was kept', () => {
  const listed = Object.values(classes).flat();
  assert.equal(new Set(listed).size, listed.length);
  const c = readFileSync(path('bench/hardened/faults.c'), 'utf8');
  const cpp = readFileSync(path('bench/hardened/faults_new.cpp'), 'utf8');
  const programs = [
    ...[...c.matchAll(/^ {2}FAULT\((\w+)\)/gm)].map(([, name]) => name),
    ...[...cpp.matchAll(/is\("(\w+)"\)/g)].map(([, name]) => `new/${name}`),
  ];
  const sound = ['stale', 'sound', 'new/sound'];
  assert.deepEqual(programs.filter((name) => !sound.includes(name)).sort(), [...listed].sort());
  const { figures } = results('checkers');
  assert.deepEqual(figures.classes, classes);
  for (const [name, outcomes] of Object.entries(figures.found))
    assert.deepEqual(Object.keys(outcomes).sort(), [...listed].sort(), name);
});

test('checkers: what hardened costs over lean', { skip }, async () => {
  const { lean, hardened } = await cost(['lean', 'hardened'], 1, ['pairs']);
  const times = hardened.rows.pairs.instructions / lean.rows.pairs.instructions;
  assert.ok(times > 1.2 && times < 10, `${times}`);
  assert.ok(lean.rows.pairs.ms > 0 && hardened.rows.pairs.ms < 1000);
  assert.ok(hardened.code > lean.code && hardened.memory > 0);
});
