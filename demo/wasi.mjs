// Starts a WASI reactor in Node.

// node:wasi warns that it is experimental as soon as it is imported. That one warning is kept from the
// terminal; every other passes.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!/WASI/.test(String(warning))) emitWarning.call(process, warning, ...rest);
};
const { WASI } = await import('node:wasi');
process.emitWarning = emitWarning;

/**
 * @param {WebAssembly.Module} module
 * @param {object} [imports] what it imports besides WASI
 * @returns {WebAssembly.Instance}
 */
export function instantiate(module, imports = {}) {
  const wasi = new WASI({ version: 'preview1' });
  const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), ...imports });
  wasi.initialize(instance);
  return instance;
}
