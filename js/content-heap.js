// The heap with all that can be put into it and read out of it: arenas with marks, strings, typed arrays, buffers.
import { Arena } from './arena.js';
import { checkNumber, checkPointer, isU32 } from './check.js';
import * as copies from './copy.js';
import { CoreHeap } from './core-heap.js';
import { Handle } from './handle.js';
import { LooseSet } from './loose-set.js';
import { bufferOf } from './memory.js';
import { transfer } from './transfer.js';
import { byteSize } from './typed-array.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {TypedArray} T
 * @typedef {import('./typed-array.js').TypedArrayConstructor<T>} TypedArrayConstructor
 */

/** What `heaplet` adds to a heap's contents over `heaplet/core`. */
export class ContentHeap extends CoreHeap {
  /**
   * Of the arenas that have taken blocks.
   * @internal
   * @type {LooseSet<import('./arena.js').Grant>}
   */
  _grants = new LooseSet();

  /**
   * An arena: much that is released at once. It takes nothing from the heap before it is used.
   * @override
   * @param {ArenaOptions} [options]
   * @returns {Arena}
   * @throws {TypeError | RangeError} naming the option
   */
  arena(options) {
    return new Arena(this, options);
  }

  /**
   * Calls a function with a new arena and frees the arena when it is done: when it returns or throws, and if it
   * returns a promise, when that is settled.
   * @override
   * @template R
   * @param {(arena: Arena) => R} fn
   * @returns {R} what the function returned
   */
  scope(fn) {
    return super.scope(/** @type {any} */ (fn));
  }

  /**
   * A handle for a block that came as a pointer: from wasm, from another thread. To free the handle frees the block.
   * @template {TypedArray} T
   * @param {TypedArrayConstructor<T>} Type
   * @param {number} ptr a multiple of the element's size
   * @param {number} length elements
   * @returns {Handle<T>}
   * @throws {TypeError | RangeError} naming the argument
   */
  adopt(Type, ptr, length) {
    byteSize(Type, length);
    this.#checkRange('length', ptr, length, Type.BYTES_PER_ELEMENT);
    checkNumber(ptr, 'ptr', 'the address of a block', ptr);
    return new Handle(Type, this._lease, ptr, length);
  }

  /**
   * A copy of a typed array: of any kind, from anywhere, this memory included. Node's Buffers come as Uint8Array.
   * @template {TypedArray} T
   * @param {T} source
   * @returns {Handle<T extends Uint8Array ? Uint8Array : T>} free it, or declare it with `using`
   * @throws {OutOfMemoryError | TypeError}
   */
  from(source) {
    return copies.from(this, source);
  }

  /**
   * Moves an ArrayBuffer, or the typed array that shows all of one, into the heap: the buffer is detached, so that
   * nobody writes to what is no longer the data.
   * @template {TypedArray | ArrayBuffer} S
   * @param {S} source
   * @returns {Handle<S extends ArrayBuffer | Uint8Array ? Uint8Array : S extends TypedArray ? S : never>}
   * @throws {OutOfMemoryError | TypeError} the buffer is then as it was
   */
  transfer(source) {
    return /** @type {any} */ (transfer(this, source));
  }

  /**
   * A string as UTF-8, without a zero at its end.
   * @param {string} string
   * @returns {Handle<Uint8Array>} its length is in bytes
   * @throws {OutOfMemoryError | TypeError}
   */
  utf8(string) {
    return copies.utf8(this, string);
  }

  /**
   * A string's 16-bit units, as JavaScript has them.
   * @param {string} string
   * @returns {Handle<Uint16Array>}
   * @throws {OutOfMemoryError | TypeError}
   */
  utf16(string) {
    return copies.utf16(this, string);
  }

  /**
   * A string as UTF-8 with a zero at its end, for C.
   * @param {string} string
   * @returns {Handle<Uint8Array>} its length is in bytes, the zero included
   * @throws {OutOfMemoryError | TypeError}
   * @throws {RangeError} if the string holds a zero, which would end it
   */
  cstring(string) {
    return copies.cstring(this, string);
  }

  /**
   * The string that lies at an address as UTF-8. What is not UTF-8 becomes U+FFFD.
   * @param {number} ptr
   * @param {number} byteLength
   * @returns {string}
   * @throws {TypeError | RangeError} naming the argument
   */
  readUtf8(ptr, byteLength) {
    this.#checkRange('byteLength', ptr, byteLength, 1);
    return copies.readUtf8(this.memory, ptr, byteLength);
  }

  /**
   * The string that lies at an address as 16-bit units.
   * @param {number} ptr an even number
   * @param {number} length units
   * @returns {string}
   * @throws {TypeError | RangeError} naming the argument
   */
  readUtf16(ptr, length) {
    this.#checkRange('length', ptr, length, 2);
    return copies.readUtf16(this.memory, ptr, length);
  }

  /**
   * The string that lies at an address as UTF-8 and ends with a zero.
   * @param {number} ptr
   * @returns {string}
   * @throws {TypeError | RangeError} naming the argument; also if no zero follows
   */
  readCString(ptr) {
    this.#checkRange('ptr', ptr, 1, 1);
    return copies.readCString(this.memory, ptr);
  }

  /**
   * @param {string} name of the length
   * @param {number} ptr
   * @param {number} length elements
   * @param {number} size of an element, in bytes
   */
  #checkRange(name, ptr, length, size) {
    checkPointer(ptr);
    checkNumber(ptr % size === 0, 'ptr', `a multiple of ${size}`, ptr);
    checkNumber(isU32(length), name, 'a whole number of at least 0', length);
    const end = ptr + length * size;
    const { byteLength } = bufferOf(this.memory, end);
    if (end > byteLength) throw new RangeError(`${name}: the memory ends at ${byteLength}, before ${end}`);
  }
}
