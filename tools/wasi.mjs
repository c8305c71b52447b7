// Runs WASI modules in Node: a command to its end, or a reactor that stays.

import { setFlagsFromString } from 'node:v8';

// node:wasi warns that it is experimental as soon as it is imported. That one warning is kept from the terminal;
// every other passes.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!/WASI/.test(String(warning))) emitWarning.call(process, warning, ...rest);
};
const { WASI } = await import('node:wasi');
process.emitWarning = emitWarning;

// Node 20 calls WASI's functions in a way of V8's that must not collect garbage, but they can: a program that prints
// much then crashes the process.
setFlagsFromString('--no-turbo-fast-api-calls');

/**
 * Instantiates a reactor: a module that exports functions and no main.
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Imports} [imports] what it imports besides WASI
 * @param {(exports: WebAssembly.Exports) => void} [before] is shown its exports before its constructors run
 * @returns {WebAssembly.Instance}
 */
export function instantiate(module, imports = {}, before = () => {}) {
  const wasi = new WASI({ version: 'preview1' });
  const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), ...imports });
  before(instance.exports);
  wasi.initialize(instance);
  return instance;
}

/**
 * Runs a command.
 * @param {Uint8Array} wasm
 * @param {string[]} args its name first
 * @param {WebAssembly.Imports} [imports] what it imports besides WASI
 * @returns {number} what its main returned
 */
export function runCommand(wasm, args, imports = {}) {
  const wasi = new WASI({ version: 'preview1', args, returnOnExit: true });
  const all = { ...wasi.getImportObject(), ...imports };
  return wasi.start(new WebAssembly.Instance(new WebAssembly.Module(wasm), all));
}
