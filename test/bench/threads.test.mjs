// `npm run bench:threads` runs from an empty folder: a tenth of the work, of one workload, and nothing is kept.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../../tools/commands.mjs';
import { findEmscripten, missing } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';

test('bench:threads: two threads, one workload', { skip: !findEmscripten() && missing }, () => {
  rmSync(path('build/bench-threads'), { recursive: true, force: true });
  const args = ['--quick', '--threads', '2', '--workloads', 'pairs'];
  const { stdout } = run(process.execPath, [path('bench/threads/run.mjs'), ...args], { timeout: 600_000 });
  const [alone, together] = stdout.split('\nEmscripten ');
  // A row each, and their mean: of what locks cost a program with one thread, of time.
  for (const table of [alone, together]) {
    assert.match(table, /^pairs .*\d\.\d\d/m);
    assert.match(table, /^mean .*\d\.\d\d/m);
  }
});
