// No skipped test goes unnamed: `npm test` knows why each was skipped.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { explain } from '../../scripts/skipped.mjs';
import { path } from '../../tools/paths.mjs';

const tests = `
import { describe, test } from 'node:test';
test('passes', () => {});
test('skipped before', { skip: 'no such part' }, () => {});
describe('group', () => {
  test('skipped in it', (t) => t.skip('no such part'));
});
test('says nothing', { skip: true }, () => {});
test('is on', { skip: false }, () => {});
`;

test('the reporter writes why each was skipped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heaplet-'));
  try {
    const file = join(folder, 'a.test.mjs');
    writeFileSync(file, tests);
    const args = ['--test', `--test-reporter=${path('scripts/skipped.mjs')}`, file];
    // A test's own environment says that it is run by node --test, which then runs nothing.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    assert.deepEqual(
      stdout.split('\n').filter(Boolean).sort(),
      ['no reason is given', 'no such part', 'no such part'],
      stderr,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is not named yet is named; what is neither named nor harmless is a failure', () => {
  const reasons = ['no such part', 'known: a part', 'not the main thread of a page', 'no such part', ''];
  assert.deepEqual(explain(reasons.join('\n'), ['the tests of it: known: a part']), {
    named: ['2 tests: no such part', '1 test: not the main thread of a page'],
    failures: ['2 tests: no such part'],
  });
  assert.deepEqual(explain('', []), { named: [], failures: [] });
});
