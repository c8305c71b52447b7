// The optimiser of the npm build (binaryen): its tools on modules, and changes to a module by its library.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasNames, sectionsOf } from './binary.mjs';
import { cached } from './cache.mjs';
import { run } from './commands.mjs';
import { path } from './paths.mjs';
import { inScratch } from './scratch.mjs';

/** Runs one of binaryen's tools on files, by their names in a folder of its own. @returns {Promise<Uint8Array>} what it wrote */
function runTool(tool, files, args) {
  return inScratch(files, (cwd) => {
    const script = path(`node_modules/binaryen/bin/${tool}`);
    run(process.execPath, [script, ...args, '-o', 'out'], { cwd });
    return new Uint8Array(readFileSync(join(cwd, 'out')));
  });
}

/**
 * Runs one of binaryen's tools on a module.
 * @param {'wasm-opt' | 'wasm-dis'} tool
 * @param {Uint8Array} wasm
 * @param {string[]} args without input and output
 * @returns {Promise<Uint8Array>}
 */
export function binaryen(tool, wasm, args) {
  return cached([tool, ...args], { wasm }, () => runTool(tool, { 'in.wasm': wasm }, ['in.wasm', ...args]));
}

/**
 * Joins two modules to one; what both export is exported.
 * @param {string[]} features that they may use
 * @param {Uint8Array} heap the first
 * @param {Uint8Array} program imports the first as `heap`
 * @returns {Promise<Uint8Array>}
 */
export function merge(features, heap, program) {
  return cached(['wasm-merge', ...features], { heap, program }, () =>
    runTool('wasm-merge', { 'heap.wasm': heap, 'program.wasm': program }, [
      ...['heap.wasm', 'heap', 'program.wasm', 'program'],
      ...features,
    ]),
  );
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
 * @param {number | string} value of each; or another import's name in `env`, whose value it is
 * @param {Record<string, string>} exports those that stay, by their names until now: their names from now on
 * @returns {Promise<Uint8Array>}
 */
export function fixGlobals(wasm, names, value, exports) {
  return cached(['globals', names, value, exports], { wasm }, async () => {
    const { default: library } = await import('binaryen');
    const module = library.readBinary(wasm);
    const globals = Array.from({ length: module.getNumGlobals() }, (_, i) =>
      library.getGlobalInfo(module.getGlobalByIndex(i)),
    );
    const source = globals.find(({ base }) => base === value)?.name;
    for (const { name, base, type, mutable } of globals.reverse()) {
      if (!names.includes(base)) continue;
      module.removeGlobal(name);
      const init = typeof value === 'number' ? module.i32.const(value) : module.global.get(source, type);
      module.addGlobal(name, type, mutable, init);
    }
    for (let i = module.getNumExports() - 1; i >= 0; i--) {
      const { name, value: inner } = library.getExportInfo(module.getExportByIndex(i));
      module.removeExport(name);
      if (exports[name] !== undefined) module.addFunctionExport(inner, exports[name]);
    }
    module.runPasses(['simplify-globals', 'remove-unused-module-elements']);
    // Names that the module has kept are meant to stay.
    library.setDebugInfo([...sectionsOf(wasm)].some(hasNames));
    const bytes = module.emitBinary();
    library.setDebugInfo(false);
    module.dispose();
    return bytes;
  });
}
