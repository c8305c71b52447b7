// The JavaScript tests in Cloudflare's runtime, where wasm may not be compiled once a program has been loaded: `node
// test/workerd/run.mjs`. They are bundled as a Worker is, with the package as the condition `workerd` names it, and a
// request runs them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import '../js/modules/build.mjs';
import { portable } from '../../scripts/test-files.mjs';
import { path } from '../../tools/paths.mjs';
import { runtime } from '../../tools/runtimes.mjs';

const LIMIT = 150_000; // ms

const command = runtime('workerd');
if (!command) {
  console.log('workerd: not on this machine: node scripts/runtimes.mjs');
  process.exit(1);
}

/** All, or those that the command names: `thread-cache` for one. */
const wanted = process.argv.slice(2).map((name) => `${name}.test.mjs`);
const files = portable().filter((file) => wanted.length === 0 || wanted.includes(basename(file)));

const main = 'main.js';
const program = `
  import { runAll } from 'node:test';
  ${files.map((file) => `import './${basename(file, '.mjs')}.js';`).join('\n')}
  export default { fetch: async () => Response.json(await runAll(() => {})) };`;

/**
 * Bundles the tests; each keeps a file of its own, whose name is in stacks.
 * @param {string} outdir
 * @returns {Promise<Map<string, string>>} the .wasm files that are imported, by the names that they have in the Worker
 */
async function bundle(outdir) {
  const wasm = new Map();
  await build({
    entryPoints: [{ in: 'tests', out: basename(main, '.js') }, ...files],
    bundle: true,
    splitting: true,
    keepNames: true,
    format: 'esm',
    outdir,
    entryNames: '[name]',
    absWorkingDir: path('.'),
    conditions: ['workerd', 'worker'],
    external: ['node:*'],
    alias: { 'node:test': path('test/browser/node-test.mjs') },
    define: { 'import.meta.url': '"file:///bundle/test/js/any.mjs"' },
    plugins: [
      {
        name: 'worker',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^tests$/ }, () => ({ path: 'tests', namespace: 'tests' }));
          onLoad({ filter: /./, namespace: 'tests' }, () => ({ contents: program, resolveDir: path('.') }));
          onResolve({ filter: /\.test\.js$/ }, ({ path: name }) => ({ path: name, external: true }));
          onResolve({ filter: /\.wasm$/ }, ({ path: name, resolveDir }) => {
            wasm.set(basename(name), join(resolveDir, name));
            return { path: `./${basename(name)}`, external: true };
          });
        },
      },
    ],
    logLevel: 'warning',
  });
  return wasm;
}

const folder = mkdtempSync(join(tmpdir(), 'heaplet-workerd-'));
const wasm = await bundle(folder);
// What the tests read as files, by their names from the root.
const data = [
  ...['build/test-modules/list.wasm', 'build/test-modules/shapes.wasm', 'dist/heaplet-fast.wasm'],
  ...['lean', 'fast', 'hardened', 'realtime'].map((profile) => `dist/heaplet64-${profile}.wasm`),
  ...readdirSync(path('dist/import'))
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => `dist/import/${name}`),
];
const code = readdirSync(folder).sort((one, other) => Number(other === main) - Number(one === main));
const modules = [
  ...code.map((name) => `(name = "${name}", esModule = embed "${name}")`),
  ...[...wasm.keys()].map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ...data.map((name) => `(name = "${name}", data = embed "read-${basename(name)}")`),
];
for (const [name, file] of wasm) copyFileSync(file, join(folder, name));
for (const name of data) copyFileSync(path(name), join(folder, `read-${basename(name)}`));
writeFileSync(
  join(folder, 'config.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "tests", worker = .tests)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "tests")],
);
const tests :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "2026-11-01",
);
`,
);
const child = spawn(command, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
  stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
});
let failures = 0;
try {
  const [line] = await Promise.race([once(child.stdio[3], 'data'), once(child, 'exit')]);
  const { port } = JSON.parse(`${line}`.split('\n')[0]);
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(LIMIT) });
  const text = await response.text();
  const results = JSON.parse(text);
  const failed = results.filter(({ error }) => error);
  const skipped = results.filter((result) => result.skipped);
  const passed = results.length - failed.length - skipped.length;
  console.log(`workerd: ${passed} passed, ${failed.length} failed, ${skipped.length} left out`);
  for (const result of skipped) console.log(`  left out: ${result.name}: ${result.skipped}`);
  for (const result of failed) console.log(`  FAILED: ${result.name}: ${result.error}`);
  failures += failed.length + (passed === 0 ? 1 : 0);
} finally {
  child.kill('SIGKILL'); // one that spins hears nothing else, and whoever reads what it prints would wait for it
  rmSync(folder, { recursive: true });
}
process.exit(failures ? 1 : 0);
