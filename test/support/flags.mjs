// What the command `heaplet flags` prints.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { path } from '../../tools/paths.mjs';

/** @param {string[]} args @returns {string[]} the flags */
export function heapletFlags(...args) {
  const command = [path('bin/heaplet.mjs'), 'flags', ...args, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
