// `npm run build`: everything that the npm package holds and the repository does not, into dist/.
//
//   heaplet-PROFILE.wasm   the module
//   heaplet-PROFILE.js     the same as base64, for js/: importing the package then needs no file and no fetch
//   TOOLCHAIN/PROFILE/libheaplet.a   the C malloc family for wasi-sdk and for Emscripten
//   types/                 the .d.ts of js/, which tsc writes after it has checked the sources
//
// Compiled results are cached (build/cache), so that it is quick when nothing has changed.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { folder, path } from '../../tools/paths.mjs';
import { buildLibrary, buildModule, profiles, targets } from './modules.mjs';

const out = folder('dist');

/**
 * Says what was made, on stderr: a build is part of other commands, whose results go to stdout.
 * @param {string} name
 * @param {string} result
 * @param {number} start performance.now() before
 */
function report(name, result, start) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`heaplet: ${`dist/${name}`.padEnd(28)} ${result.padStart(12)} ${seconds.padStart(8)} s`);
}

/** @param {Uint8Array} wasm */
const asModule = (wasm) =>
  `// Made from the .wasm beside it by \`npm run build\`.\nexport const wasm =\n  '${Buffer.from(wasm).toString('base64')}';\n`;

for (const profile of profiles) {
  const start = performance.now();
  const name = `heaplet-${profile}`;
  const wasm = await buildModule({ profile });
  writeFileSync(join(out, `${name}.wasm`), wasm);
  writeFileSync(join(out, `${name}.js`), asModule(wasm));
  writeFileSync(join(out, `${name}.d.ts`), 'export const wasm: string;\n');
  report(`${name}.wasm`, `${wasm.length} bytes`, start);
}

for (const target of Object.keys(targets)) {
  for (const profile of profiles) {
    const start = performance.now();
    const name = `${target}/${profile}/libheaplet.a`;
    const library = await buildLibrary({ profile, target });
    writeFileSync(join(folder(`dist/${target}/${profile}`), 'libheaplet.a'), library);
    report(name, `${library.length} bytes`, start);
  }
}

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
report('types', 'checked', start);
