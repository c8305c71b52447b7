// Imports for a module that can be placed anywhere: clang's `-fPIC -shared`, and what C++ and Rust make the same way.
// Such a module says in its first section, "dylink.0", how much memory and how large a table it needs.
import { checkA } from './check.js';
import { WORD } from './word.js';

/** Bytes of stack for each module: what linkers give by default. */
const STACK = 65536;

/**
 * @param {{ alignedAlloc(alignment: number, size: number): number }} heap
 * @param {WebAssembly.Module} module
 * @returns {Record<string, import('./memory.js').ImportValue>}
 */
export function linked(heap, module) {
  checkA('module', 'WebAssembly.Module', module);
  if (WORD !== 4) throw new TypeError('module: none is placed where addresses have 64 bits (memory64)');
  const [section] = WebAssembly.Module.customSections(module, 'dylink.0');
  // Its first part: id 1, its length, then four numbers.
  const bytes = new Uint8Array(section ?? 0);
  if (bytes[0] !== 1) throw new TypeError('module: it has a fixed place: link it with -fPIC -shared');
  let at = 1;
  /** @returns {number} */
  const number = () => {
    const byte = bytes[at++];
    return byte < 128 ? byte : byte - 128 + 128 * number();
  };
  const [, size, alignment, initial] = [number(), number(), 2 ** number(), number()];
  return {
    __memory_base: heap.alignedAlloc(Math.max(alignment, 16), size),
    __stack_pointer: new WebAssembly.Global(
      { value: 'i32', mutable: true },
      heap.alignedAlloc(16, STACK) + STACK,
    ),
    __table_base: 0,
    __indirect_function_table: new WebAssembly.Table({
      initial,
      element: 'anyfunc',
      maximum: undefined,
    }),
  };
}
