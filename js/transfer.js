// Moves a buffer's bytes into a heap. The engine cannot give a memory bytes without a copy, but it can take them from
// where they were: so there is one owner again.
import { check, isA } from './check.js';
import { from } from './copy.js';
import { classOf } from './typed-array.js';

const wanted = "all of an ArrayBuffer that can be detached (a memory's cannot: heap.from copies it)";

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
  const whole = isA(buffer, 'ArrayBuffer') && buffer.byteLength === source.byteLength;
  check(whole && buffer !== owner.memory.buffer && !isDetached(buffer), 'source', wanted, source);
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
