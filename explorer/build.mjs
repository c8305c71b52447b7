// Builds the explorer: dist/explorer.html, one page that needs no server, and dist/explorer.js, the entry `heaplet/explorer`.
// uPlot is bundled into both; nothing is fetched.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { clang } from '../tools/clang.mjs';
import { folder, path } from '../tools/paths.mjs';
import { cFunctions, profiles } from '../wasm/build/modules.mjs';

const out = folder('dist');

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

/** What the page replays a capture on, as text. */
async function modules() {
  const all = Object.fromEntries(
    profiles.map((profile) => [`heaplet ${profile}`, readFileSync(join(out, `heaplet-${profile}.wasm`))]),
  );
  all['dlmalloc (wasi-libc)'] = Buffer.from(await dlmalloc());
  return Object.fromEntries(Object.entries(all).map(([name, wasm]) => [name, wasm.toString('base64')]));
}

const texts = await modules();

/** The allocators stand in place of explorer/modules.js. */
const given = {
  name: 'modules',
  setup(bundle) {
    bundle.onLoad({ filter: /explorer[\\/]modules\.js$/ }, () => ({
      contents: `export default ${JSON.stringify(texts)};`,
    }));
    // The heaps of a page are of the package's own class: the recorder must be the package's own, too.
    bundle.onResolve({ filter: /\/record\.js$/ }, ({ path: name }) => ({ path: name, external: true }));
  },
};

/** @param {string} entry */
async function bundle(entry) {
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

const start = performance.now();
const script = (await bundle('page.js')).replaceAll('</script', '<\\/script');
// Nothing but what is in the page may run or be fetched, but for the capture that `heaplet explore` serves beside it.
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>heaplet: where the memory is</title>
<style>html, body { margin: 0; min-height: 100%; background: Canvas; }</style>
<div id="explorer"></div>
<script type="module">${script}</script>
</html>
`;
writeFileSync(join(out, 'explorer.html'), page);
writeFileSync(join(out, 'explorer.js'), await bundle('index.js'));
writeFileSync(
  join(out, 'explorer.d.ts'),
  readFileSync(path('explorer/explorer.d.ts'), 'utf8').replaceAll('../dist/', './'),
);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.error(`heaplet: dist/explorer.html ${page.length} bytes ${seconds} s`);
