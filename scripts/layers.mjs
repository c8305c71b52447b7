// Which folder may reach into which: `node scripts/layers.mjs` reads every import and #include and names those that lead
// where they may not. `npm test` does that too.
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { ownFiles } from '../tools/files.mjs';
import { isProgram, path } from '../tools/paths.mjs';

/** Where each folder's arrows may lead, and why. What is not here is forbidden; a folder's own files are free to it. */
export const arrows = {
  src: {},
  tools: {},
  js: { dist: 'the modules that it wraps' },
  wasm: {
    src: 'the heap',
    pool: 'a library beside its own',
    tools: 'the compiler',
    js: 'a module as text: who writes it and who reads it have one alphabet and one list of names',
  },
  pool: { src: 'the heap' },
  native: { src: 'the memory of a process', wasm: 'the C family' },
  bin: { js: 'captures, written and read' },
  explorer: {
    dist: 'what it replays on',
    js: 'captures, read and recorded',
    tools: 'the compiler',
    wasm: 'what else it replays on',
  },
  demo: { js: 'its strings', tools: 'the compiler', wasm: 'the library that it links' },
  bench: {
    demo: 'SQLite is one of its programs',
    explorer: 'the page, to be built with more allocators',
    js: 'what it measures',
    src: 'what it measures without wasm',
    tools: 'compilers, traces, random numbers',
    wasm: 'what it measures',
  },
  proofs: {
    dist: 'what it proves',
    src: 'what it proves',
    test: 'the models of threads',
    tools: 'compilers and a solver',
    wasm: 'the compiler of the build',
  },
  examples: { js: 'a page without a bundler has no names of packages', tools: 'a server for the page' },
  scripts: {
    explorer: 'its build',
    proofs: 'whether its tools are there',
    bench: 'how its figures are put together and drawn',
    tools: 'paths and compilers',
    wasm: 'the build',
  },
  test: {
    bench: 'what it tests',
    build: 'programs that it tests with',
    demo: 'what it tests',
    dist: 'what it tests',
    js: 'what it tests',
    pool: 'what it tests',
    scripts: 'what it tests',
    src: 'what it tests',
    tools: 'what it tests, and tests with',
    wasm: 'what it tests',
  },
};

// What is made: no file may be there yet.
const made = /^(dist|build)\//;

const patterns = {
  js: /(?:\bfrom |\bimport |\bimport\(|\bnew URL\()'(\.[^'\n]*[^/'\n])'/g,
  c: /^ *#include "([^"\n]+)"/gm,
};

/** @returns {string[]} what a file names, each as a path from the root or, where there is no such file, as it is written */
function targets(file, text, exists) {
  const kind = /\.[ch](pp)?$/.test(file) ? 'c' : /\.(m?js|ts)$/.test(file) ? 'js' : undefined;
  return [...text.matchAll(patterns[kind] ?? /$^/g)].map(([, name]) => {
    const near = posix.join(posix.dirname(file), name);
    // An #include is looked for beside the file first, then from the root.
    return [near, name].find((place) => exists(place) || made.test(place)) ?? name;
  });
}

/**
 * @param {Record<string, string>} files texts by their paths from the root
 * @returns {string[]} a sentence for each arrow that may not be, and for each import that leads nowhere
 */
export function forbidden(files, exists = (name) => name in files) {
  const found = [];
  for (const [file, text] of Object.entries(files)) {
    const [from] = file.split('/');
    if (!arrows[from]) found.push(`${file}: scripts/layers.mjs does not know what ${from}/ may reach`);
    for (const target of targets(file, text, exists)) {
      const [to] = target.split('/');
      if (target.startsWith('.')) {
        // A test has programs for elsewhere in its texts.
        if (from !== 'test') found.push(`${file}: there is no ${target}`);
      } else if (to !== from && target.includes('/') && (exists(target) || made.test(target))) {
        if (!arrows[from]?.[to]) found.push(`${file}: ${from}/ may not reach into ${to}/: ${target}`);
      }
    }
  }
  return found;
}

if (isProgram(import.meta.url)) {
  const texts = ownFiles().filter((file) => /\.([ch](pp)?|m?js|ts)$/.test(file));
  const files = Object.fromEntries(texts.map((file) => [file, readFileSync(path(file), 'utf8')]));
  const found = forbidden(files, (name) => existsSync(path(name)));
  for (const sentence of found) console.error(sentence);
  console.log(`layers: ${texts.length} files, ${found.length} forbidden arrows`);
  process.exitCode = found.length ? 1 : 0;
}
