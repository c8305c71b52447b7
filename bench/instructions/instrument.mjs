// Rewrites a module so that it reports what it does: it counts its instructions (an exported global), and calls an import
// before each access to its memory.

import { cached } from '../../tools/cache.mjs';
import { counter, countInstructions } from '../../tools/count.mjs';
import { Cache } from './cache.mjs';

const bulk = ['copy', 'fill'];
const passes = ['llvm-memory-copy-fill-lowering', 'instrument-memory'];

/** binaryen's instrumentation reports each value too, which nobody asks for here. */
const values = (library) =>
  ['i32', 'i64', 'f32', 'f64'].flatMap((type) =>
    ['load', 'store'].map((kind) => [`${kind}_val_${type}`, library[type]]),
  );

/**
 * @param {Uint8Array} wasm
 * @returns {Promise<Uint8Array>}
 */
export function instrument(wasm) {
  const counted = countInstructions(wasm);
  return cached(['instrument', passes], { counted }, async () => {
    const { default: library } = await import('binaryen');
    const module = library.readBinary(counted);
    const { BulkMemory, BulkMemoryOpt, SignExt, MutableGlobals, NontrappingFPToInt, Multivalue } =
      library.Features;
    module.setFeatures(
      BulkMemory | BulkMemoryOpt | SignExt | MutableGlobals | NontrappingFPToInt | Multivalue,
    );
    // memory.copy and memory.fill become functions, which are then taken from outside: they are as long as they are.
    module.runPasses(passes);
    const three = library.createType([library.i32, library.i32, library.i32]);
    for (const name of bulk) {
      if (module.getFunction(`__memory_${name}`)) module.removeFunction(`__memory_${name}`);
      module.addFunctionImport(`__memory_${name}`, 'env', `memory_${name}`, three, library.none);
    }
    for (const [name, type] of values(library)) {
      module.removeFunction(name);
      const parameters = library.createType([library.i32, type]);
      module.addFunction(name, parameters, type, [], module.local.get(1, type));
    }
    module.runPasses(['inlining-optimizing', 'remove-unused-module-elements']);
    const bytes = module.emitBinary();
    module.dispose();
    return bytes;
  });
}

/** What an instrumented module calls, and what it has done so far. */
export class Observer {
  #cache = new Cache();
  #memory;
  #counter;
  #moved = 0;

  /** @param {WebAssembly.Exports} exports of the instance, once there is one */
  watch({ memory, [counter]: instructions }) {
    this.#memory = memory;
    this.#counter = instructions;
  }

  #access(bytes, offset, address) {
    this.#cache.access((address + offset) >>> 0, bytes);
    return address;
  }

  /** The bytes of a bulk operation, which traps as wasm's own does. */
  #range(address, bytes) {
    const all = new Uint8Array(this.#memory.buffer);
    if (address + bytes > all.length) throw new WebAssembly.RuntimeError('memory access out of bounds');
    this.#moved += bytes;
    this.#cache.sweep(address, bytes);
    return all;
  }

  imports = {
    load_ptr: (_, bytes, offset, address) => this.#access(bytes, offset, address),
    store_ptr: (_, bytes, offset, address) => this.#access(bytes, offset, address),
    memory_grow_pre: (_, pages) => pages,
    memory_grow_post: (_, pages) => pages,
    memory_fill: (to, value, bytes) => {
      this.#range(to >>> 0, bytes >>> 0).fill(value, to >>> 0, (to >>> 0) + (bytes >>> 0));
    },
    memory_copy: (to, from, bytes) => {
      this.#range(from >>> 0, bytes >>> 0);
      this.#range(to >>> 0, bytes >>> 0).copyWithin(to >>> 0, from >>> 0, (from >>> 0) + (bytes >>> 0));
    },
  };

  /** A memory.copy or memory.fill counts as one instruction for every eight bytes that it reads or writes. */
  get figures() {
    const { accesses, misses } = this.#cache;
    return { instructions: this.#counter.value + Math.floor(this.#moved / 8), accesses, ...misses };
  }
}
