// What a memory's buffer needs to be asked for with care.

/**
 * The buffer of a memory, at least up to `end`.
 *
 * A thread that has not heard yet of another's growth still has the shorter buffer of a shared memory: to grow by
 * nothing makes the engine look.
 * @param {WebAssembly.Memory} memory
 * @param {number} end address
 * @returns {ArrayBuffer}
 */
export function bufferOf(memory, end) {
  if (end > memory.buffer.byteLength) memory.grow(0);
  return /** @type {ArrayBuffer} */ (memory.buffer);
}

/**
 * Whether the platform's functions take a view of this buffer: browsers' TextDecoder and encodeInto refuse shared
 * and resizable ones.
 * @param {ArrayBufferLike} buffer
 */
export const isPlain = (buffer) => buffer instanceof ArrayBuffer && !(/** @type {any} */ (buffer).resizable);
