// What a person sees who prints a heap, an arena, a handle. console.log shows it in Node, Deno and Bun; browsers'
// consoles call nothing of an object's, so there it is what `${handle}` gives.

import { Handle, typeOf } from './handle.js';

/**
 * Gives the objects of a class a text, and an error for who would write them as JSON, which shows nothing of them.
 * @template T
 * @param {Function & { prototype: T }} Class
 * @param {(it: T) => string} text
 */
export function describe(Class, text) {
  Object.assign(/** @type {any} */ (Class.prototype), {
    /** @this {T} */
    toString() {
      try {
        return text(this);
      } catch {
        return Class.name; // Of the prototype itself, say: whoever looks at things wants no error.
      }
    },
    [Symbol.for('nodejs.util.inspect.custom')]() {
      return `${this}`;
    },
    toJSON() {
      throw new TypeError(`${this}: no JSON holds it`);
    },
  });
}

describe(Handle, (handle) => {
  let place = '(freed)';
  try {
    place = `@${handle.ptr}`;
  } catch {}
  return `Handle<${typeOf(handle).name}>(${handle.length}) ${place}`;
});

/** @param {number} blocks */
export const counted = (blocks) => `${blocks} block${blocks === 1 ? '' : 's'}`;
