// `heaplet/memory64`: the sources of js/ over words of 64 bits. They are copied with word64.js in the place of word.js, so
// that heaps of either kind are as fast as if there were no other; what is tested is the same, once more.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, path } from '../../tools/paths.mjs';

/** Classes of errors that are the same for both, and one symbol. */
const common = ['errors.js', 'dispose.js', 'fault.js'];

// What stands in a file where it is called most, and not in word.js.
const changes = {
  'core-heap.js': [
    [
      "const fits = (value) => typeof value === 'number' && value >>> 0 === value;",
      'const fits = (value) => Number.isSafeInteger(value) && value >= 0;',
    ],
    ['return raw >>> 0;', 'return raw;'],
  ],
};

/** @param {string} file */
function sourceOf(file) {
  let text = readFileSync(path(`js/${file === 'word.js' ? 'word64.js' : file}`), 'utf8');
  for (const [from, to] of changes[file] ?? []) {
    if (!text.includes(from)) throw new Error(`js/${file} has no \`${from}\` for wasm/build/memory64.mjs`);
    text = text.replace(from, to);
  }
  for (const name of common) text = text.replaceAll(`'./${name}'`, `'../../js/${name}'`);
  text = text.replace('"./webassembly.d.ts"', '"../../js/webassembly.d.ts"');
  return text.replaceAll("'../dist/", "'./").replaceAll("-placed.js'", "-64.js'");
}

/** Writes them into dist/memory64/. */
export function writeMemory64() {
  rmSync(path('dist/memory64'), { recursive: true, force: true });
  const out = folder('dist/memory64');
  const others = ['core.js', 'heap-core.js', 'small.js', 'heap-small.js', 'word64.js', ...common];
  const files = readdirSync(path('js')).filter((name) => /^[\w-]+\.js$/.test(name) && !others.includes(name));
  for (const entry of ['index', 'hardened']) {
    const own = entry === 'index' ? 'memory64' : 'memory64-hardened';
    const text = readFileSync(path(`js/workerd/${entry}.js`), 'utf8')
      .replaceAll("'../", "'./")
      .replace(/'[^']*\/(heaplet|hardened)\.wasm'/, `'../import/${own}.wasm'`)
      .replace(/'[^']*\/(shared|hardened-shared)\.wasm'/, `'../import/${own}-shared.wasm'`);
    writeFileSync(join(out, `workerd-${entry}.js`), text);
  }
  for (const file of files) writeFileSync(join(out, file), sourceOf(file));
}
