// Moves a buffer's bytes into a heap. The engine cannot give a memory bytes without a copy, but it can take them from
// where they were: so there is one owner again.
import { check, kindOf } from './check.js';
import { from } from './copy.js';
import { classOf } from './typed-array.js';

const wanted = "all of an ArrayBuffer (a memory's cannot be detached: copy it with heap.from)";

/** @param {ArrayBuffer} buffer no view can be made of a detached one */
function isDetached(buffer) {
  try {
    return !new Uint8Array(buffer);
  } catch {
    return true;
  }
}

/**
 * @param {import('./copy.js').Owner} owner
 * @param {any} source
 */
export function transfer(owner, source) {
  const buffer = classOf(source) ? source.buffer : source;
  const whole = kindOf(buffer) === '[object ArrayBuffer]' && buffer.byteLength === source.byteLength;
  check(whole && buffer !== owner.memory.buffer, 'source', wanted, source);
  if (isDetached(buffer)) throw new TypeError('source: its buffer is detached');
  const handle = from(owner, source === buffer ? new Uint8Array(buffer) : source);
  try {
    structuredClone(buffer, { transfer: [buffer] });
  } catch {
    // Some engines say that it cannot be detached, others copy it.
  }
  if (isDetached(buffer)) return handle;
  handle.free();
  check(false, 'source', wanted, source);
}
