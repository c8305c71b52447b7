// Compiles the modules that the tests put on one heap, each by itself, into build/test-modules/: what a browser's
// tests fetch.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clang } from '../../../tools/clang.mjs';
import { tree } from '../../../tools/files.mjs';
import { folder } from '../../../tools/paths.mjs';

const out = folder('build/test-modules');
const placed = [
  '-fPIC',
  '-shared',
  '-Wl,--experimental-pic',
  '-Wl,--no-entry',
  '-Wl,--import-memory',
  '-Wl,--allow-undefined',
];

for (const [name, source, ...language] of [
  ['list', 'list.c', 'clang', '-std=c17'],
  ['shapes', 'shapes.cpp', 'clang++', '-std=c++20', '-fno-exceptions', '-fno-rtti', '-nostdinc++'],
]) {
  const [compiler, ...flags] = language;
  const target = ['--target=wasm32-unknown-unknown', '-nostdlib', '-ffreestanding', '-mbulk-memory', '-O2'];
  const args = [compiler, ...target, ...flags, ...placed, `modules/${source}`, '-o', 'out.wasm'];
  writeFileSync(join(out, `${name}.wasm`), await clang(args, { modules: tree('test/js/modules') }));
}
