// Imports for a module that can be placed anywhere: clang's `-fPIC -shared`, and what C++ and Rust make the same way.
// Such a module says in its first section, "dylink.0", how much memory and how large a table it needs.
import { show } from './check.js';

/** Bytes of stack for each module: what linkers give by default. */
const STACK = 65536;

/** @typedef {{ alignedAlloc(alignment: number, size: number): number, calloc(count: number, size: number): number }} Blocks */

/**
 * @param {Blocks} heap
 * @param {WebAssembly.Module} module
 * @returns {Record<string, WebAssembly.ImportValue>}
 */
export function linked(heap, module) {
  if (!(module instanceof WebAssembly.Module)) {
    throw new TypeError(`module: expected a WebAssembly.Module, got ${show(module)}`);
  }
  const [section] = WebAssembly.Module.customSections(module, 'dylink.0');
  if (!section) throw new TypeError('module: it has a fixed place: link it with -fPIC -shared');
  const { size, alignment, table } = needs(new Uint8Array(section));
  const data = heap.alignedAlloc(Math.max(alignment, 16), size);
  const stack = heap.alignedAlloc(16, STACK);
  return {
    __memory_base: data,
    __stack_pointer: new WebAssembly.Global({ value: 'i32', mutable: true }, stack + STACK),
    __table_base: 0,
    __indirect_function_table: new WebAssembly.Table({ initial: table, element: 'anyfunc' }),
  };
}

/**
 * The section's first part: id 1, its length, then four numbers.
 * @param {Uint8Array} section
 */
function needs(section) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = section[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  if (section[at++] !== 1) throw new TypeError('module: its first section is not understood');
  number();
  const [size, alignment, table] = [number(), 2 ** number(), number()];
  return { size, alignment, table };
}
