// Loads any of heaplet's modules behind one interface: those of dist/, which import their memory, and those of
// build/size/, which own it. Pointers are unsigned numbers here.
//
// HEAPLET_ONLY=regexp  keeps the modules whose name matches (to reproduce a failure)
// HEAPLET_MODULES=path takes dist/ and build/size/ from another folder than the repository
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMemoryLimits } from './binary.mjs';
import { path } from './paths.mjs';

/** Bytes of a page, and the most pages that 32 bits can address. */
export const page = 65536;
export const mostPages = 65536;

const folder = process.env.HEAPLET_MODULES ?? path('');
const profiles = Object.keys(JSON.parse(readFileSync(path('profiles.json'), 'utf8')).profiles);

const dist = profiles.map((profile) => ({
  name: `heaplet-${profile}`,
  file: `dist/heaplet-${profile}.wasm`,
  profile,
  coalesce: true,
  ownsMemory: false,
}));

const sized = profiles.flatMap((profile) =>
  [false, true].flatMap((coalesce) =>
    ['mf', 'mfr'].map((exports) => {
      const name = `${profile}${coalesce ? '-coalesce' : ''}-${exports}`;
      return { name, file: `build/size/${name}.wasm`, profile, coalesce, ownsMemory: true };
    }),
  ),
);

/**
 * @typedef {object} Module
 * @property {string} name
 * @property {string} file
 * @property {string} profile
 * @property {boolean} coalesce
 * @property {boolean} ownsMemory or imports it
 */

/**
 * Every module that the tests run on.
 * @type {Module[]}
 */
export const modules = [...dist, ...sized].filter(({ name }) =>
  new RegExp(process.env.HEAPLET_ONLY ?? '').test(name),
);

/** The fewest pages that a module works in; all that a module has at first which owns its memory. */
export const fewestPages = (module) => (module.ownsMemory ? 1 : 2);

/** @returns {Uint8Array} a module's file, which must exist */
export function read(module) {
  const file = join(folder, module.file);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  throw new Error(`${module.file} is missing: run \`npm run ${module.ownsMemory ? 'size' : 'build'}\``);
}

const compiled = new Map();

/** Compiles a module once for each use (`key`), after `change` has rewritten its bytes. */
function compile(module, key, change) {
  const name = `${module.file} ${key}`;
  if (!compiled.has(name)) compiled.set(name, new WebAssembly.Module(change(read(module))));
  return compiled.get(name);
}

/**
 * A new heap.
 * @param {Module} module one of `modules`
 * @param {object} [options]
 * @param {number} [options.initial] pages; of a module that owns its memory the linker has fixed them
 * @param {number} [options.maximum] pages; to a module that owns its memory it is written into the memory section
 * @param {number} [options.dirt] the byte that an imported memory is full of before the module sees it
 * @param {(wasm: Uint8Array) => Uint8Array} [options.instrument] a change of the code, always the same one
 */
export function load(module, options = {}) {
  const { initial = fewestPages(module), maximum = mostPages, dirt, instrument = (wasm) => wasm } = options;
  if (module.ownsMemory && initial !== 1)
    throw new RangeError(`${module.name} starts with 1 page, not ${initial}`);
  const key = `${instrument.name} ${module.ownsMemory ? maximum : ''}`;
  const limits = { initial, maximum };
  const code = compile(module, key, (wasm) =>
    instrument(module.ownsMemory ? withMemoryLimits(wasm, limits) : wasm),
  );
  if (module.ownsMemory) return new HeapModule(module, new WebAssembly.Instance(code).exports);
  const memory = new WebAssembly.Memory({ initial, maximum });
  if (dirt !== undefined) new Uint8Array(memory.buffer).fill(dirt);
  return new HeapModule(module, new WebAssembly.Instance(code, { env: { memory } }).exports);
}

/** An instance of a module. What it does not export is undefined here. */
export class HeapModule {
  #bytes;

  /**
   * @param {Module} module
   * @param {WebAssembly.Exports} exports
   */
  constructor({ name, profile, coalesce, ownsMemory }, exports) {
    this.name = name;
    this.profile = profile;
    this.coalesce = coalesce;
    this.ownsMemory = ownsMemory;
    this.exports = exports;
    /** @type {WebAssembly.Memory} */
    this.memory = exports.memory;
    exports._initialize?.();
    const pointer = (call) => call && ((...args) => call(...args) >>> 0);
    this.malloc = pointer(exports.malloc);
    this.free = exports.free;
    this.calloc = pointer(exports.calloc);
    this.realloc = pointer(exports.realloc);
    this.aligned_alloc = pointer(exports.aligned_alloc);
    this.malloc_usable_size = pointer(exports.malloc_usable_size);
  }

  /** The memory as it is now: asks for the buffer again after a growth. */
  get bytes() {
    if (this.#bytes?.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes;
  }

  get pages() {
    return this.memory.buffer.byteLength / page;
  }
}
