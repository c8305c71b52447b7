// `npm run build`: everything that the npm package holds and the repository does not, into dist/.
//
//   heaplet-PROFILE.wasm           the module
//   heaplet64-PROFILE.wasm         the same for memories of 64-bit addresses; none of `small`
//   heaplet-PROFILE-placed.wasm    the same with its state where the host says; `small` has none
//   heaplet-PROFILE.js             the first for js/, as text: importing the package then needs no file and no fetch
//   heaplet-PROFILE-placed.js      the second, with the walker in it
//   source.js                      the entry that imports those by `import source`
//   memory64/                      js/ over memories of 64-bit addresses: the entry `heaplet/memory64`
//   import/*.wasm                  the same for programs that import them, where wasm may not be compiled from bytes
//   TOOLCHAIN/PROFILE/libheaplet.a   the C malloc family for wasi-sdk and for Emscripten; of emscripten64 and freestanding64
//                                  for memories of 64-bit addresses
//   emscripten/PROFILE/libheaplet-tracing.a   the same, for programs that are built with Emscripten's tracing
//   emscripten/hardened/libheaplet-stacks.a   the same, which keeps the stacks by which blocks were allocated and freed;
//                                  libheaplet-stacks-threads.a for programs with POSIX threads or Wasm Workers
//   TOOLCHAIN/libheaplet-trace.a   reports each call of whichever malloc a program has, for `heaplet record`;
//                                  libheaplet-trace-threads.a of Emscripten the calls of all threads
//   TOOLCHAIN/PROFILE/usage/       those libraries again, which count what is in use (not of `small`)
//   TOOLCHAIN/PROFILE/libheaplet-threads.a   the same for programs with POSIX threads, or without a libc with shared memory
//   emscripten/PROFILE/libheaplet-workers.a   the same for programs with Wasm Workers alone
//   TOOLCHAIN/PROFILE/libheaplet-discard.a   the same, which tells the host of pages that hold nothing any more
//   TOOLCHAIN/libheaplet-pool.a    heaps over buffers of one's own; libheaplet-pool-threads.a for programs with shared memory
//   include/                       heaplet.h, heaplet_new.hpp, heaplet_pool.h and heaplet/*.hpp, under the names that programs include them by
//   ../rust/lib/                   what the Rust crate carries: crate.mjs
//   types/                         the .d.ts of js/, which tsc writes after it has checked the sources
//
// Compiled results are cached (build/cache), so that it is quick when nothing has changed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { folder, path } from '../../tools/paths.mjs';
import { writeCrate } from './crate.mjs';
import { describeWide, importableFixed, importablePlaced } from './importable.mjs';
import { writeMemory64 } from './memory64.mjs';
import {
  buildLibrary,
  buildModule,
  exportsOf,
  flagsForPage,
  profiles,
  targets,
  wideTargets,
} from './modules.mjs';
import { buildPlaced, describeFixed, describePlaced } from './placed.mjs';
import { buildPoolLibrary } from './pool.mjs';
import { buildTraceLibrary } from './trace.mjs';
import { report, writeLibrary } from './written.mjs';

const out = folder('dist');

/**
 * A module of JavaScript that exports one value, and its type.
 * @param {string} name of the file
 * @param {string} constant its name
 * @param {unknown} value
 * @param {string} type
 */
function writeConstant(name, constant, value, type) {
  const note = '// Made by `npm run build`.';
  writeFileSync(join(out, `${name}.js`), `${note}\nexport const ${constant} = ${JSON.stringify(value)};\n`);
  writeFileSync(join(out, `${name}.d.ts`), `export const ${constant}: ${type};\n`);
}

const fixedType = '{ profile: string, wasm: string }';
const placedType = '{ profile: string, signature: number, stateBytes: number, texts: string, wasm: string }';

/** Writes what programs import, by the name that they import it by. */
function writeImportable(name, wasm, start) {
  writeFileSync(join(folder('dist/import'), `${name}.wasm`), wasm);
  report(`dist/import/${name}.wasm`, `${wasm.length} bytes`, start);
}

/** The entry that imports them by the syntax for that, which TypeScript does not read yet; and what all of them are. */
function writeSource() {
  const note = '// Made by `npm run build`.';
  const lines = [
    note,
    ...Object.entries({
      'import source own': './import/heaplet.wasm',
      'import source shared': './import/shared.wasm',
      'import { bring }': '../js/place.js',
      'export *': '../js/heap-fast.js',
    }).map(([what, name]) => `${what} from '${name}';`),
    'bring(own);',
    'bring(shared);',
  ];
  writeFileSync(join(out, 'source.js'), `${lines.join('\n')}\n`);
  const type = 'declare const module: WebAssembly.Module;\nexport default module;\n';
  writeFileSync(join(folder('dist/import'), 'module.d.ts'), type);
}
writeSource();
writeMemory64();

// JavaScript's heaps of the profile `fast` are those of `lean`, whose code is a third as long.
const configOf = (profile) => (profile === 'fast' ? 'lean' : profile);

for (const profile of profiles) {
  const start = performance.now();
  const name = `heaplet-${profile}`;
  // What counts what is in use lets its host read it.
  const exports = [...exportsOf(profile), ...(profile === 'hardened' ? ['heaplet_usage_figure'] : [])];
  const wasm = await buildModule({ profile, exports });
  writeFileSync(join(out, `${name}.wasm`), wasm);
  report(`dist/${name}.wasm`, `${wasm.length} bytes`, start);
  // The module of small is written in wasm's own instructions, of 32 bits.
  if (profile !== 'small') {
    const memory64 = await buildModule({ profile, memory64: true });
    writeFileSync(join(out, `heaplet64-${profile}.wasm`), memory64);
    report(`dist/heaplet64-${profile}.wasm`, `${memory64.length} bytes`, start);
  }
  // These have no entry in JavaScript.
  if (profile === 'lean' || profile === 'realtime') continue;
  // hardened has no entry for small pages.
  if (profile !== 'hardened') {
    const short = await buildModule({
      profile: configOf(profile),
      forSize: true,
      compileFlags: flagsForPage(profile),
    });
    writeConstant(name, 'build', await describeFixed(profile, short), fixedType);
    const importable = profile === 'fast' ? 'core' : profile;
    writeImportable(importable, await importableFixed(profile, short), start);
  }
  if (profile === 'small') continue;
  const placedStart = performance.now();
  const placed = await buildPlaced(configOf(profile));
  writeFileSync(join(out, `${name}-placed.wasm`), placed);
  const described = { ...(await describePlaced(configOf(profile))), profile };
  writeConstant(`${name}-placed`, 'build', described, placedType);
  report(`dist/${name}-placed.wasm`, `${placed.length} bytes`, placedStart);
  const importable = profile === 'fast' ? ['heaplet', 'shared'] : [profile, `${profile}-shared`];
  for (const [shared, own] of importable.entries())
    writeImportable(own, await importablePlaced(profile, configOf(profile), shared === 1), placedStart);
  const wideStart = performance.now();
  const wide = await describeWide(profile, configOf(profile));
  writeConstant(`memory64/${name}-64`, 'build', wide, placedType);
  report(`dist/memory64/${name}-64.js`, `${wide.wasm.length} bytes`, wideStart);
  for (const [shared, own] of importable.entries()) {
    const module = await importablePlaced(profile, configOf(profile), shared === 1, true);
    const name = own === 'heaplet' ? 'memory64' : `memory64-${own}`;
    writeImportable(name, module, wideStart);
  }
}

/** A library of the family, under the name that the `heaplet` command prints. */
function writeFamily(name, options) {
  const { target, profile, usage } = options;
  return writeLibrary(`dist/${target}/${profile}${usage ? '/usage' : ''}/${name}`, buildLibrary(options));
}

for (const profile of profiles)
  for (const usage of profile === 'small' ? [undefined] : [undefined, true]) {
    for (const target of Object.keys(targets)) {
      await writeFamily('libheaplet.a', { profile, target, usage });
      if (profile !== 'small' && !usage)
        await writeFamily('libheaplet-discard.a', { profile, target, discard: 131072 });
      const threads = target === 'freestanding' ? 'workers' : 'pthreads';
      if (!usage || target === 'emscripten')
        await writeFamily('libheaplet-threads.a', { profile, target, usage, threads });
    }
    const target = 'emscripten';
    await writeFamily('libheaplet-workers.a', { profile, target, usage, threads: 'workers' });
    if (!usage) await writeFamily('libheaplet-tracing.a', { profile, target, tracing: true });
  }
await writeFamily('libheaplet-stacks.a', { profile: 'hardened', target: 'emscripten', stacks: true });
// `hardened` has no lists of threads, so it need not hear of a thread's end: the same for threads of either kind.
await writeFamily('libheaplet-stacks-threads.a', {
  profile: 'hardened',
  target: 'emscripten',
  stacks: true,
  threads: 'workers',
});
for (const target of Object.keys(wideTargets))
  for (const profile of profiles) await writeFamily('libheaplet.a', { profile, target });
for (const target of /** @type {(keyof typeof targets)[]} */ (Object.keys(targets))) {
  await writeLibrary(`dist/${target}/libheaplet-trace.a`, buildTraceLibrary(target));
  await writeLibrary(`dist/${target}/libheaplet-pool.a`, buildPoolLibrary(target));
  await writeLibrary(`dist/${target}/libheaplet-pool-threads.a`, buildPoolLibrary(target, true));
  if (target === 'emscripten')
    await writeLibrary(`dist/${target}/libheaplet-trace-threads.a`, buildTraceLibrary(target, true));
}
await writeCrate();
rmSync(join(out, 'include'), { recursive: true, force: true });
for (const header of ['heaplet.h', 'heaplet_new.hpp'])
  copyFileSync(path(`wasm/${header}`), join(folder('dist/include'), header));
copyFileSync(path('pool/heaplet_pool.h'), join(folder('dist/include'), 'heaplet_pool.h'));
cpSync(path('src'), folder('dist/include/heaplet'), {
  recursive: true,
  filter: (file) => !file.endsWith('.md'),
});

const start = performance.now();
rmSync(join(out, 'types'), { recursive: true, force: true });
const { status, error } = spawnSync(
  process.execPath,
  [path('node_modules/typescript/bin/tsc'), '-p', path('.')],
  {
    stdio: ['ignore', 2, 'inherit'],
  },
);
if (error) throw error;
if (status !== 0) process.exit(1);
report('dist/types', 'checked', start);
