// What CI runs on a new machine before any package is installed: it may not need one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { path } from '../../tools/paths.mjs';

for (const name of ['runtimes', 'emscripten-newest']) {
  test(`scripts/${name}.mjs needs no package`, () => {
    const bare = mkdtempSync(join(tmpdir(), 'heaplet-'));
    try {
      for (const folder of ['scripts', 'tools'])
        cpSync(path(folder), join(bare, folder), { recursive: true });
      const file = pathToFileURL(join(bare, `scripts/${name}.mjs`)).href;
      const { status, stderr } = spawnSync(process.execPath, ['-e', `import('${file}')`], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    } finally {
      rmSync(bare, { recursive: true });
    }
  });
}
