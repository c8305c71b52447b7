// The explorer's bundles, with the allocators that a capture can be replayed on. uPlot is bundled into each; nothing is
// fetched.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { clang } from '../tools/clang.mjs';
import { path } from '../tools/paths.mjs';
import { cFunctions, profiles } from '../wasm/build/modules.mjs';

/** dlmalloc as wasi-libc has it, compiled for speed, as a module that exports the C functions. */
const dlmalloc = () =>
  clang(
    [
      ...['clang', '--target=wasm32-wasip1', '-mexec-model=reactor', '-O2', 'empty.c', '-Wl,--strip-all'],
      ...cFunctions.map((name) => `-Wl,--export=${name}`),
      ...['-o', 'dlmalloc.wasm'],
    ],
    { 'empty.c': '' },
  );

/**
 * What the page in the package replays a capture on. dist/ must have been built.
 * @returns {Promise<Record<string, Uint8Array>>} modules, by name
 */
export async function packaged() {
  const own = profiles.map((profile) => [
    `heaplet ${profile}`,
    readFileSync(path(`dist/heaplet-${profile}.wasm`)),
  ]);
  return { ...Object.fromEntries(own), 'dlmalloc (wasi-libc)': await dlmalloc() };
}

/**
 * @param {string} entry a file of this folder
 * @param {Record<string, Uint8Array>} modules
 * @returns {Promise<string>}
 */
export async function bundle(entry, modules) {
  const texts = Object.fromEntries(
    Object.entries(modules).map(([name, wasm]) => [name, Buffer.from(wasm).toString('base64')]),
  );
  const given = {
    name: 'modules',
    setup(bundler) {
      // The allocators stand in place of explorer/modules.js.
      bundler.onLoad({ filter: /explorer[\\/]modules\.js$/ }, () => ({
        contents: `export default ${JSON.stringify(texts)};`,
      }));
      // The heaps of a page are of the package's own class: the recorder must be the package's own, too.
      bundler.onResolve({ filter: /\/record\.js$/ }, ({ path: name }) => ({ path: name, external: true }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [path(`explorer/${entry}`)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.css': 'text' },
    legalComments: 'inline',
    write: false,
    plugins: [given],
  });
  return outputFiles[0].text;
}

// Nothing but what is in the page may run or be fetched, but for the capture that `heaplet explore` serves beside it.
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";

/**
 * The page that needs no server.
 * @param {Record<string, Uint8Array>} modules
 */
export async function page(modules) {
  const script = (await bundle('page.js', modules)).replaceAll('</script', '<\\/script');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>heaplet: where the memory is</title>
<style>
html, body { margin: 0; min-height: 100%; background: #ffffff; } /* the explorer's own paper, beside it and below it */
@media (prefers-color-scheme: dark) { html, body { background: #0d1117; } }
</style>
<div id="explorer"></div>
<script type="module">${script}</script>
</html>
`;
}
