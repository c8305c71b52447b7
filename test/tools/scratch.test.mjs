// Folders for one run of a program: what is given is there, what is kept stays, and nothing else does.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../../tools/paths.mjs';
import { inScratch, moveInto } from '../../tools/scratch.mjs';

test('files lie where a tree, or a path, says; the folder goes with the run, also where it fails', async () => {
  const bytes = Uint8Array.of(1, 2);
  const tree = { 'a.txt': 'a', 'deep/b.txt': 'b', folder: { inner: { 'c.bin': bytes } } };
  let used;
  const failing = inScratch(tree, (scratch) => {
    used = scratch;
    assert.equal(readFileSync(join(scratch, 'a.txt'), 'utf8'), 'a');
    assert.equal(readFileSync(join(scratch, 'deep/b.txt'), 'utf8'), 'b');
    assert.deepEqual(new Uint8Array(readFileSync(join(scratch, 'folder/inner/c.bin'))), bytes);
    throw new Error('as a compiler does');
  });
  await assert.rejects(failing, /as a compiler does/);
  assert.equal(existsSync(used), false);
});

test('of two that made the same folder the first is kept, and the second is none the worse', async () => {
  const kept = join(folder('build/scratch'), `kept-${process.pid}`);
  try {
    for (const who of ['first', 'second'])
      await inScratch({ 'made/by': who }, (scratch) => moveInto(kept, join(scratch, 'made')));
    assert.equal(readFileSync(join(kept, 'by'), 'utf8'), 'first');
    assert.throws(() => moveInto(join(kept, 'none'), join(kept, 'missing')), { code: 'ENOENT' });
  } finally {
    rmSync(kept, { recursive: true, force: true });
  }
});
