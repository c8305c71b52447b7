// The compiler and the optimiser of the npm build: clang and lld compiled to wasm (@yowasp/clang) and binaryen.
// Both are ordinary npm packages of a pinned version, so every system makes the same bytes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { threadId } from 'node:worker_threads';
import { folder, path } from './paths.mjs';

const version = (name) => JSON.parse(readFileSync(path(`node_modules/${name}/package.json`), 'utf8')).version;

/** What compiled it, for tables and logs. */
export const toolchain = {
  clang: version('@yowasp/clang'),
  binaryen: version('binaryen'),
};

/**
 * A folder of the repository as the tree that clang sees.
 * @param {string} relative folder, from the root
 * @param {RegExp} wanted file names to take
 */
export function tree(relative, wanted = /\.(c|h|cpp|hpp)$/) {
  const files = {};
  for (const name of readdirSync(path(relative)).sort()) {
    const inner = `${relative}/${name}`;
    if (statSync(path(inner)).isDirectory()) files[name] = tree(inner, wanted);
    else if (wanted.test(name)) files[name] = readFileSync(path(inner));
  }
  return files;
}

/** The sources that every module may include: `src/` and `wasm/`. */
export const sources = () => ({ src: tree('src'), wasm: tree('wasm') });

const hash = (hasher, files) => {
  for (const [name, file] of Object.entries(files)) {
    hasher.update(`${name}\0`);
    if (file instanceof Uint8Array || typeof file === 'string') hasher.update(file);
    else hash(hasher, file);
  }
  return hasher;
};

/**
 * Runs `make` only when no result is stored for the same key and files.
 * @param {unknown} key what else the result depends on, as JSON
 * @param {object} files a tree of folders and files
 * @param {() => Uint8Array | Promise<Uint8Array>} make
 * @returns {Promise<Uint8Array>}
 */
export async function cached(key, files, make) {
  const name = hash(createHash('sha256').update(JSON.stringify([key, toolchain])), files)
    .digest('hex')
    .slice(0, 32);
  const file = join(folder('build/cache'), name);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  const bytes = await make();
  // Renamed into place: tests that run at the same time share the cache.
  const partial = `${file}.${process.pid}.${threadId}`;
  writeFileSync(partial, bytes);
  renameSync(partial, file);
  return bytes;
}

/** Runs the driver (`runClang`) or a tool of LLVM's (`runLLVM`) and hands the files that it left on to `pick`. */
async function run(how, args, files, pick) {
  const yowasp = await import('@yowasp/clang');
  await yowasp.runLLVM(null, {}, { fetchProgress: () => {} }); // loads LLVM; its default prints percentages
  let log = '';
  const decoder = new TextDecoder();
  const print = (bytes) => {
    if (bytes) log += decoder.decode(bytes);
  };
  let output;
  try {
    output = await yowasp[how](args, files, { stdout: print, stderr: print, decodeASCII: false });
  } catch (error) {
    throw new Error(`${args.join(' ')}\n${log || error}`);
  }
  if (log) console.error(log);
  return pick(output);
}

/**
 * The file system that clang has here knows no `..`: an include that climbs is named from the tree's root instead, where
 * `-I.` finds it.
 */
function withoutClimbing(files, folder = '.') {
  const rooted = (_, name) => `#include "${posix.join(folder, name)}"`;
  const entries = Object.entries(files).map(([name, file]) => {
    if (!(file instanceof Uint8Array || typeof file === 'string'))
      return [name, withoutClimbing(file, posix.join(folder, name))];
    if (!/\.[ch](pp)?$/.test(name)) return [name, file];
    return [
      name,
      Buffer.from(file)
        .toString()
        .replace(/^#include "(\.\.\/[^"]+)"/gm, rooted),
    ];
  });
  return Object.fromEntries(entries);
}

/**
 * Runs clang (and lld, when it links) and returns the file that `-o` names.
 * @param {string[]} args the command line, `clang` or `clang++` first; paths as in `files`
 * @param {object} files a tree of folders and files; what clang may read
 * @returns {Promise<Uint8Array>}
 */
export function clang(args, files) {
  return cached(args, files, () =>
    run('runClang', args, withoutClimbing(files), (output) => output[args[args.indexOf('-o') + 1]]),
  );
}

/**
 * Makes a static library.
 * @param {string} name of the file
 * @param {Record<string, Uint8Array>} objects by their names in it
 * @returns {Promise<Uint8Array>}
 */
export function archive(name, objects) {
  const args = ['llvm-ar', 'rcsD', name, ...Object.keys(objects)];
  return cached(args, objects, () => run('runLLVM', args, objects, (output) => output[name]));
}

/**
 * Runs one of binaryen's tools on a module.
 * @param {'wasm-opt' | 'wasm-dis'} tool
 * @param {Uint8Array} wasm
 * @param {string[]} args without input and output
 * @returns {Promise<Uint8Array>}
 */
export function binaryen(tool, wasm, args) {
  return cached([tool, ...args], { wasm }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
    try {
      const [input, output] = [join(scratch, 'in.wasm'), join(scratch, 'out')];
      writeFileSync(input, wasm);
      const script = path(`node_modules/binaryen/bin/${tool}`);
      const run = spawnSync(process.execPath, [script, input, ...args, '-o', output], { encoding: 'utf8' });
      if (run.status !== 0)
        throw new Error(`${tool} ${args.join(' ')}\n${run.stderr || run.stdout || run.error}`);
      return new Uint8Array(readFileSync(output));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}

/**
 * Makes an exported function the module's start function: the engine calls it at instantiation.
 * @param {Uint8Array} wasm
 * @param {string} name of the export, which goes
 * @returns {Promise<Uint8Array>}
 */
export function runAtStart(wasm, name) {
  return cached(['start', 'names', name], { wasm }, async () => {
    const { default: library } = await import('binaryen');
    const module = library.readBinary(wasm);
    const exported = library.getExportInfo(module.getExport(name));
    module.setStart(module.getFunction(exported.value));
    module.removeExport(name);
    library.setDebugInfo(true); // keeps the names: whether they stay is the optimiser's business
    const bytes = module.emitBinary();
    module.dispose();
    return bytes;
  });
}

/**
 * Gives imported globals a value, so that they are the module's own, and renames exports.
 * @param {Uint8Array} wasm
 * @param {string[]} names the imports' names in `env`
 * @param {number} value of each
 * @param {Record<string, string>} exports those that stay, by their names until now: their names from now on
 * @returns {Promise<Uint8Array>}
 */
export function fixGlobals(wasm, names, value, exports) {
  return cached(['globals', names, value, exports], { wasm }, async () => {
    const { default: library } = await import('binaryen');
    const module = library.readBinary(wasm);
    for (let i = module.getNumGlobals() - 1; i >= 0; i--) {
      const { name, base, type, mutable } = library.getGlobalInfo(module.getGlobalByIndex(i));
      if (!names.includes(base)) continue;
      module.removeGlobal(name);
      module.addGlobal(name, type, mutable, module.i32.const(value));
    }
    for (let i = module.getNumExports() - 1; i >= 0; i--) {
      const { name, value: inner } = library.getExportInfo(module.getExportByIndex(i));
      module.removeExport(name);
      if (exports[name] !== undefined) module.addFunctionExport(inner, exports[name]);
    }
    module.runPasses(['simplify-globals', 'remove-unused-module-elements']);
    // Names that the module has kept are meant to stay.
    library.setDebugInfo(WebAssembly.Module.customSections(new WebAssembly.Module(wasm), 'name').length > 0);
    const bytes = module.emitBinary();
    library.setDebugInfo(false);
    module.dispose();
    return bytes;
  });
}
