// The benchmark names the version of the Emscripten whose sources it compiles, whichever others there are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { path } from '../../tools/paths.mjs';

/** A folder that looks like an Emscripten. @returns its emcc */
function invent(folder, version, { sources = true } = {}) {
  mkdirSync(join(folder, 'system/lib'), { recursive: true });
  if (sources) writeFileSync(join(folder, 'system/lib/emmalloc.c'), '');
  const emcc = join(folder, 'emcc');
  writeFileSync(emcc, `#!/bin/sh\necho 'emcc (Emscripten gcc/clang-like replacement) ${version}'\n`);
  chmodSync(emcc, 0o755);
  return emcc;
}

const module = pathToFileURL(path('bench/allocators/emscripten.mjs'));
const program = `
const { emscripten } = await import('${module}');
const missing = emscripten.missing();
console.log(missing ?? emscripten.allocators().map(({ from }) => from).join());
`;

/** What the benchmark says in an environment. */
function says(environment) {
  const { EMCC: _, EMSDK: __, ...rest } = process.env;
  const args = ['--input-type=module', '-e', program];
  const options = { encoding: /** @type {const} */ ('utf8'), env: { ...rest, ...environment } };
  const { stdout, stderr } = spawnSync(process.execPath, args, options);
  return stdout.trim() || stderr;
}

test('the version is that of the sources', {
  skip: process.platform === 'win32' && 'by shell scripts',
}, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
  try {
    const [one, two] = ['1.1.1', '2.2.2'].map((version) => invent(join(scratch, version), version));
    const sdk = join(scratch, 'sdk');
    invent(join(sdk, 'upstream/emscripten'), '3.3.3');
    const bare = invent(join(scratch, 'bare'), '4.4.4', { sources: false });
    mkdirSync(join(scratch, 'bin'));
    symlinkSync(two, join(scratch, 'bin/emcc')); // as Debian has it
    const PATH = [join(scratch, 'bin'), process.env.PATH].join(delimiter);

    const both = (version) => `Emscripten ${version},Emscripten ${version}`;
    assert.equal(says({ PATH }), both('2.2.2'));
    assert.equal(says({ PATH, EMSDK: sdk }), both('3.3.3'));
    assert.equal(says({ PATH, EMSDK: sdk, EMCC: one }), both('1.1.1'));
    assert.match(says({ PATH, EMCC: bare }), /bare has no system\/lib\/emmalloc\.c$/);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
