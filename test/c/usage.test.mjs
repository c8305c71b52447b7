// Programs whose library counts what is in use: what they are told, and what their host reads while they run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WASI } from 'node:wasi';
import { clang } from '../../tools/clang.mjs';
import { findEmscripten, missing as noEmscripten, runEmscripten } from '../../tools/emscripten.mjs';
import { folder, path } from '../../tools/paths.mjs';
import { profiles } from '../../wasm/build/modules.mjs';
import { heapletFlags as flags } from '../support/flags.mjs';

const out = folder('build/test-c');
const heaplet = (...args) =>
  spawnSync(process.execPath, [path('bin/heaplet.mjs'), 'flags', ...args, '--json'], { encoding: 'utf8' });

const counting = profiles.filter((profile) => profile !== 'small');

for (const profile of counting) {
  test(`wasi, ${profile}: the program and its host read the same figures`, async () => {
    const [library] = flags('--wasi', '--usage', '--profile', profile);
    const files = {
      'usage.c': readFileSync(path('test/c/usage.c')),
      'heaplet.h': readFileSync(path('wasm/heaplet.h')),
      'libheaplet.a': readFileSync(library),
    };
    const args = ['clang', '--target=wasm32-wasip1', '-O1', '-fno-builtin', '-I.', 'usage.c', 'libheaplet.a'];
    const wasm = await clang([...args, '-Wl,--max-memory=16777216', '-o', 'usage.wasm'], files);
    const wasi = new WASI({ version: 'preview1', returnOnExit: true });
    let figure;
    const host = { seen: (number) => figure(number) };
    const imports = { .../** @type {any} */ (wasi.getImportObject()), host };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), imports);
    figure = instance.exports.heaplet_usage_figure;
    assert.equal(wasi.start(instance), 0);
  });
}

test('what cannot be counted is said', () => {
  /** @type {[string[], RegExp][]} */
  const wrong = [
    [['--wasi', '--usage', '--profile', 'small'], /--usage: the profile small does not count/],
    [['--emscripten', '--usage', '--tracing'], /--tracing and --usage: there is no library for both/],
  ];
  for (const [args, message] of wrong) assert.match(heaplet(...args).stderr, message);
});

test('a program whose library does not count does not link', async () => {
  const files = {
    'usage.c': '#include <heaplet.h>\nint main(void) { return heaplet_usage().used_bytes == 1; }\n',
    'heaplet.h': readFileSync(path('wasm/heaplet.h')),
    'libheaplet.a': readFileSync(path('dist/wasi/fast/libheaplet.a')),
  };
  const args = ['clang', '--target=wasm32-wasip1', '-I.', 'usage.c', 'libheaplet.a', '-o', 'usage.wasm'];
  await assert.rejects(async () => clang(args, files), /undefined symbol: heaplet_usage/);
});

const emscripten = findEmscripten();

for (const profile of counting)
  for (const threads of [[], ['--threads']])
    test(`Emscripten, ${profile}${threads.length ? ', threads' : ''}: the same, and the page reads them`, {
      skip: !emscripten && noEmscripten,
    }, () => {
      const program = join(out, `usage-${profile}${threads.length}.cjs`);
      const library = flags('--emscripten', '--usage', ...threads, '--profile', profile);
      const memory = ['-sALLOW_MEMORY_GROWTH=1', '-sABORTING_MALLOC=0', '-sMAXIMUM_MEMORY=64MB'];
      const args = ['emcc', '-O1', '-fno-builtin', `-I${path('wasm')}`, path('test/c/usage.c')];
      runEmscripten(emscripten, [...args, ...memory, ...library, '-o', program]);
      const { status, stderr } = spawnSync(process.execPath, [...emscripten.nodeFlags, program], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    });
