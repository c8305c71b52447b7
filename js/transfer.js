// Moves a buffer's bytes into a heap. The engine cannot give a memory bytes without a copy, but it can take them from
// where they were: so there is one owner again.
import { show } from './check.js';
import { from } from './copy.js';
import { classOf } from './typed-array.js';

/** @typedef {import('./typed-array.js').TypedArray} TypedArray */

/**
 * @param {import('./copy.js').Owner} owner
 * @param {unknown} source
 */
export function transfer(owner, source) {
  if (source instanceof ArrayBuffer && Reflect.get(source, 'detached')) throw detached();
  const array = source instanceof ArrayBuffer ? new Uint8Array(source) : /** @type {TypedArray} */ (source);
  if (classOf(array) === undefined) {
    throw new TypeError(`source: expected an ArrayBuffer or a typed array, got ${show(source)}`);
  }
  const { buffer, byteLength } = array;
  if (
    !(buffer instanceof ArrayBuffer) ||
    buffer === owner.memory.buffer ||
    buffer.byteLength !== byteLength
  ) {
    throw new TypeError('source: expected all of an ArrayBuffer that can be detached');
  }
  if (Reflect.get(buffer, 'detached')) throw detached();
  const handle = from(owner, array);
  structuredClone(buffer, { transfer: [buffer] });
  return handle;
}

const detached = () => new TypeError('source: its buffer is detached');
