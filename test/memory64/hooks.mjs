// Gives the JavaScript tests, and their workers, `heaplet/memory64` for `heaplet`: `node --import` this. The memories that
// the tests make themselves are real ones of 64-bit addresses too, which take the tests' numbers for BigInts.
import { registerHooks } from 'node:module';

const wide = {
  heaplet: 'heaplet/memory64',
  'heaplet/hardened': 'heaplet/memory64/hardened',
  'heaplet/small': 'heaplet/memory64',
  'heaplet/core': 'heaplet/memory64',
};

registerHooks({ resolve: (name, context, next) => next(wide[name] ?? name, context) });

/** For the tests' support: which profiles there are, and which numbers are too large. */
globalThis.wideWords = true;

const { Memory } = WebAssembly;
const pages = (count) => (typeof count === 'number' ? BigInt(count) : count);

WebAssembly.Memory = class extends Memory {
  constructor(descriptor) {
    const { initial, maximum, ...more } = descriptor ?? {};
    super({ __proto__: null, address: 'i64', initial: pages(initial), maximum: pages(maximum), ...more });
  }

  grow(count) {
    // The package asks so which kind of memory it is.
    if (count === 2 ** 32 - 1) return super.grow(count);
    const before = super.grow(typeof count === 'number' ? BigInt(count) : count);
    return typeof count === 'bigint' ? before : Number(before);
  }
};
