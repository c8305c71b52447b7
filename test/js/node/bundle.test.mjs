// The package in bundles: what esbuild and Vite make of it works, workers included, and is as small as it is said.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { measure } from '../../../bench/js/size.mjs';
import { build } from '../../../dist/heaplet-fast-placed.js';
import { path } from '../../../tools/paths.mjs';

const program = `
const heap = Heap.create({ debug: true });
const text = heap.cstring('bundled');
const { ptr } = text;
const snapshot = heap.snapshot();
text.free();
heap.restore(snapshot);
const shared = Heap.create({ shared: true, maximum: 1 << 24 });
const other = Heap.attach(shared.share());
other.free(shared.malloc(10));
const over = Heap.over(new WebAssembly.Memory({ initial: 2 }), { base: 16 });
console.log(heap.readCString(ptr), heap.check(), shared.stats().usedBlocks, over.base, new OutOfMemoryError(1).name);
const looks = (Class) => {
  const guarded = Class.create();
  const twice = guarded.malloc(16);
  guarded.free(twice);
  try {
    guarded.free(twice);
  } catch (error) {
    return error.name;
  }
  return 'fast';
};
console.log(looks(Heap), looks(Hardened), heap.alloc(Int8Array, 3).toString().replace(/\\d+$/, '...'));
`;
const output = 'bundled true 0 16 OutOfMemoryError\nfast HeapFaultError Handle<Int8Array>(3) @...\n';

const [heaplet, hardened] = [
  "import { Heap, OutOfMemoryError } from 'heaplet';\n",
  "import { Heap as Hardened } from 'heaplet/hardened';\n",
];
/** Whichever entry is evaluated first, each one's default profile is its own. */
const programs = {
  'main.js': heaplet + hardened + program,
  'reversed.js': hardened + heaplet + program,
};

/** Calls `use` with a folder inside of the repository, where the package finds itself. */
async function inFolder(use) {
  const folder = mkdtempSync(path('test/js/bundle-'));
  try {
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const runs = (file) => {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  assert.equal(stdout, output, stderr);
};

for (const minify of [false, true]) {
  test(`esbuild, ${minify ? '' : 'not '}minified`, () =>
    inFolder(async (folder) => {
      const outfile = join(folder, 'out.mjs');
      for (const name of Object.keys(programs)) {
        await esbuild({ entryPoints: [join(folder, name)], bundle: true, format: 'esm', minify, outfile });
        runs(outfile);
      }
    }));
}

test('Vite: a page with a worker, each with the heap', () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, 'src'));
    const page = '<!doctype html><title>page</title><script type="module" src="/src/page.js"></script>';
    writeFileSync(join(folder, 'index.html'), page);
    writeFileSync(
      join(folder, 'src/page.js'),
      `import { Heap } from 'heaplet';
       const heap = Heap.create({ shared: true, maximum: 1 << 24 });
       const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
       worker.postMessage(heap.share());`,
    );
    writeFileSync(
      join(folder, 'src/worker.js'),
      `import { Heap } from 'heaplet';
       globalThis.onmessage = ({ data }) => Heap.attach(data).malloc(10);`,
    );
    const quiet = { root: folder, logLevel: 'error', configFile: false, worker: { format: 'es' } };
    await vite({ ...quiet, build: { outDir: 'page' } });
    const assets = readdirSync(join(folder, 'page/assets'));
    assert.equal(assets.length, 2);
    for (const name of assets) {
      const asset = readFileSync(join(folder, 'page/assets', name), 'utf8');
      assert.ok(asset.includes(build.wasm), 'the wasm is inside');
      assert.doesNotMatch(asset, /data:text/, 'and no file besides');
    }
    // The same package as a library for Node, to run it.
    for (const name of Object.keys(programs)) {
      const library = { entry: join(folder, name), formats: ['es'], fileName: 'out' };
      await vite({ ...quiet, build: { outDir: 'library', lib: library, minify: true } });
      const [file] = readdirSync(join(folder, 'library'));
      writeFileSync(join(folder, 'out.mjs'), readFileSync(join(folder, 'library', file)));
      runs(join(folder, 'out.mjs'));
    }
  }));

test('what is not asked for is not in the bundle, and each entry keeps its limit', async () => {
  const rows = await measure();
  const sizes = Object.fromEntries(rows.map(({ name, gzipped }) => [name, gzipped]));
  for (const { name, gzipped, limit } of rows) assert.ok(!(gzipped > limit), `${name} has ${gzipped} bytes`);
  assert.ok(sizes['heaplet/small'] < sizes['heaplet/core'] * 0.9);
  assert.ok(sizes['heaplet/core'] < sizes.heaplet * 0.5);
});

test('in a bundle, too, a stack begins with who has called the heap', async () => {
  const contents = `
    import { Heap } from 'heaplet';
    import { History, leaks } from 'heaplet/capture';
    import { record } from 'heaplet/record';
    const heap = Heap.create();
    const recording = record(heap);
    function leaky() { return heap.calloc(heap.malloc(10) && 2, 5); }
    for (let i = 0; i < 10; i++) leaky();
    const history = new History(recording.stop());
    console.log(leaks(history).map(({ stack }) => history.framesOf(stack)[0].split(' ')[0]).join());`;
  const options = { bundle: true, format: /** @type {const} */ ('esm'), write: false, keepNames: true };
  const { outputFiles } = await esbuild({ stdin: { contents, resolveDir: path('.') }, ...options });
  const run = { input: outputFiles[0].text, encoding: /** @type {const} */ ('utf8') };
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module'], run);
  assert.equal(stdout, 'leaky\n', stderr);
});
