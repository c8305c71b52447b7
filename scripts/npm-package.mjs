// What the npm package holds, and what it lacks.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { npm } from '../tools/npm.mjs';
import { profiles, targets, wideTargets } from '../wasm/build/modules.mjs';

/**
 * The files that npm would pack of a folder; no script runs.
 * @param {string} folder
 * @returns {string[]} paths from there, with slashes
 */
export function packedFiles(folder) {
  const [{ files }] = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts'], folder));
  return files.map(({ path }) => path);
}

/** The targets of a manifest's `exports`, however deep they stand. */
const leaves = (target) => (typeof target === 'string' ? [target] : Object.values(target).flatMap(leaves));

const plain = (name) => name.replace(/^\.\//, '');

/** Whether a name, which may hold one *, is that of a packed file, or of a folder that has some. */
function has(files, name) {
  const [before, after] = plain(name).split('*');
  return files.some((file) =>
    after === undefined
      ? file === before || file.startsWith(`${before.replace(/\/$/, '')}/`)
      : file.startsWith(before) && file.endsWith(after),
  );
}

/** What a text refers to by a relative path: the links and pictures of Markdown, the imports of JavaScript. */
function references(file, text) {
  const script = /\b(?:from |import |import\()'(\.[^']+)'/g;
  const link = /(?:\]\(|\bsrc(?:set)?=")(?!\w+:|#)([^)"#\s]+)/g;
  const pattern = { md: link, js: script, mjs: script }[file.split('.').at(-1)];
  const found = pattern ? [...text.matchAll(pattern)] : [];
  return found.map(([, name]) => posix.join(posix.dirname(file), name));
}

/**
 * What a package lacks: npm itself packs what happens to be there and says nothing.
 * @param {string} folder of the package
 * @param {string[]} [files] of it that are packed
 * @returns {string[]} a sentence for each
 */
export function lacks(folder, files = packedFiles(folder)) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = {
    exports: leaves(manifest.exports),
    types: [manifest.types],
    bin: Object.values(manifest.bin),
    files: manifest.files,
    'heaplet flags': [...Object.keys(targets), ...Object.keys(wideTargets)].flatMap((target) =>
      profiles.map((profile) => `dist/${target}/${profile}/libheaplet.a`),
    ),
    'heaplet flags --trace': [
      ...Object.keys(targets).map((target) => `dist/${target}/libheaplet-trace.a`),
      'dist/emscripten/libheaplet-trace-threads.a',
    ],
    'heaplet flags --discard': Object.keys(targets).flatMap((target) =>
      profiles
        .filter((profile) => profile !== 'small')
        .map((profile) => `dist/${target}/${profile}/libheaplet-discard.a`),
    ),
    'heaplet flags --stacks': [
      'dist/emscripten/hardened/libheaplet-stacks.a',
      'dist/emscripten/hardened/libheaplet-stacks-threads.a',
      'wasm/stacks.js',
      'wasm/stacks_threads.js',
    ],
    'heaplet flags --pool': [
      ...Object.keys(targets).map((target) => `dist/${target}/libheaplet-pool.a`),
      'dist/emscripten/libheaplet-pool-threads.a',
      'dist/include/heaplet_pool.h',
    ],
    'heaplet explore': ['dist/explorer.html'],
    'heaplet flags --include': [
      'dist/include/heaplet.h',
      'dist/include/heaplet_new.hpp',
      'dist/include/heaplet/tlsf.hpp',
    ],
  };
  for (const file of files) {
    const named = references(file, readFileSync(join(folder, file), 'utf8'));
    if (named.length) wanted[file] = [...new Set(named)];
  }
  return Object.entries(wanted).flatMap(([who, names]) =>
    names.filter((name) => !has(files, name)).map((name) => `${plain(name)}, which ${who} names`),
  );
}
