// Moves a buffer's bytes into a heap. The engine cannot give a memory bytes without a copy, but it can take them from
// where they were: so there is one owner again.
import { check } from './check.js';
import { from } from './copy.js';
import { classOf } from './typed-array.js';

/**
 * @param {import('./copy.js').Owner} owner
 * @param {any} source
 */
export function transfer(owner, source) {
  const buffer = source instanceof ArrayBuffer ? source : classOf(source) && source.buffer;
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === source.byteLength;
  check(whole && buffer !== owner.memory.buffer, 'source', 'all of an ArrayBuffer', source);
  if (Reflect.get(buffer, 'detached')) throw new TypeError('source: its buffer is detached');
  const handle = from(owner, source === buffer ? new Uint8Array(buffer) : source);
  structuredClone(buffer, { transfer: [buffer] });
  return handle;
}
