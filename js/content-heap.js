// The heap with all that can be put into it and read out of it: arenas with marks, strings, typed arrays, buffers.
import { Arena } from './arena.js';
import { byteSize, checkNumber, checkPointer } from './check.js';
import * as copies from './copy.js';
import { CoreHeap, leaseOf } from './core-heap.js';
import { Handle } from './handle.js';
import { bufferOf } from './memory.js';
import { isWord } from './word.js';

/** @typedef {import('./core-arena.js').ArenaOptions} ArenaOptions */
/** @typedef {import('./typed-array.js').TypedArray} TypedArray */
/**
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @typedef {import('./typed-array.js').TypedArrays<B>} TypedArrays
 */
/**
 * @template {keyof TypedArrays} [N=any]
 * @typedef {import('./typed-array.js').TypedArrayConstructor<N>} TypedArrayConstructor
 */

/**
 * What `heaplet` adds to a heap's contents over `heaplet/core`.
 * @template {ArrayBufferLike} [B=ArrayBufferLike]
 * @extends {CoreHeap<B>}
 */
export class ContentHeap extends CoreHeap {
  /**
   * An arena: much that is released at once. It takes nothing from the heap before it is used.
   * @override
   * @param {ArenaOptions} [options]
   * @returns {Arena<B>}
   * @throws {TypeError | RangeError} naming the option
   * @complexity O(1)
   */
  arena(options) {
    return new Arena(this, options);
  }

  /**
   * Calls a function with a new arena and frees the arena when it is done: when it returns or throws, and if it
   * returns a promise, when that is settled.
   * @override
   * @template R
   * @param {(arena: Arena<B>) => R} fn
   * @returns {R} what the function returned
   * @throws {TypeError} naming the argument
   * @complexity that of the function, and of `arena.free`
   */
  scope(fn) {
    return super.scope(/** @type {any} */ (fn));
  }

  /**
   * A handle for a block that came as a pointer: from wasm, from another thread. To free the handle frees the block.
   * @template {keyof TypedArrays} N
   * @param {TypedArrayConstructor<N>} Type
   * @param {number} ptr the block's address, a multiple of the element's size
   * @param {number} length elements
   * @returns {Handle<TypedArrays<B>[N]>}
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1)
   */
  adopt(Type, ptr, length) {
    byteSize(Type, length);
    this.#checkRange('length', ptr, length, Type.BYTES_PER_ELEMENT);
    checkNumber(ptr, 'ptr', 'the address of a block', ptr);
    return new Handle(Type, leaseOf(this), ptr, length);
  }

  /**
   * A copy of a typed array: of any kind, from anywhere, this memory included. Node's Buffers come as Uint8Array.
   * @template {keyof TypedArrays} N
   * @param {import('./typed-array.js').TypedArray<N>} source
   * @returns {Handle<TypedArrays<B>[N]>} free it, or declare it with `using`
   * @throws {OutOfMemoryError | TypeError}
   * @complexity linear in the bytes that are copied
   */
  from(source) {
    return copies.from(this, source);
  }

  /**
   * @template {keyof TypedArrays} N
   * @overload
   * @param {import('./typed-array.js').TypedArray<N>} source
   * @returns {Handle<TypedArrays<B>[N]>}
   */
  /**
   * @overload
   * @param {ArrayBuffer} source
   * @returns {Handle<Uint8Array<B>>}
   */
  /**
   * Moves an ArrayBuffer, or the typed array that shows all of one, into the heap: the buffer is detached, so that nobody
   * writes to what is no longer the data. A memory's cannot be.
   * @param {any} source
   * @returns {any}
   * @throws {OutOfMemoryError | TypeError} the buffer is then as it was
   * @complexity linear in the bytes: they are copied
   */
  transfer(source) {
    return copies.transfer(this, source);
  }

  /**
   * A string as UTF-8, without a zero at its end.
   * @param {string} string
   * @returns {Handle<Uint8Array<B>>} its length is in bytes
   * @throws {OutOfMemoryError | TypeError}
   * @complexity linear in the string's length
   */
  utf8(string) {
    return copies.utf8(this, string);
  }

  /**
   * A string's 16-bit units, as JavaScript has them.
   * @param {string} string
   * @returns {Handle<Uint16Array<B>>} its length is in units
   * @throws {OutOfMemoryError | TypeError}
   * @complexity linear in the string's length
   */
  utf16(string) {
    return copies.utf16(this, string);
  }

  /**
   * A string as UTF-8 with a zero at its end, for C.
   * @param {string} string
   * @returns {Handle<Uint8Array<B>>} its length is in bytes, the zero included
   * @throws {OutOfMemoryError | TypeError}
   * @throws {RangeError} if the string holds a zero, which would end it
   * @complexity linear in the string's length
   */
  cstring(string) {
    return copies.cstring(this, string);
  }

  /**
   * @overload
   * @param {Handle<any>} handle
   * @returns {string}
   */
  /**
   * @overload
   * @param {number} ptr its address
   * @param {number} byteLength bytes
   * @returns {string}
   */
  /**
   * The string that lies in a handle, or at an address, as UTF-8. What is not UTF-8 becomes U+FFFD.
   * @throws {TypeError | RangeError} naming the argument
   * @throws {ReferenceError} after the handle's release
   * @complexity linear in its length
   * @param {any} from
   * @param {number} [byteLength]
   */
  readUtf8(from, byteLength) {
    return copies.readUtf8(this.#bytes('byteLength', from, byteLength, 1));
  }

  /**
   * @overload
   * @param {Handle<any>} handle
   * @returns {string}
   */
  /**
   * @overload
   * @param {number} ptr its address, an even number
   * @param {number} length units of 16 bits
   * @returns {string}
   */
  /**
   * The string that lies in a handle, or at an address, as 16-bit units.
   * @throws {TypeError | RangeError} naming the argument
   * @throws {ReferenceError} after the handle's release
   * @complexity linear in its length
   * @param {any} from
   * @param {number} [length] units
   */
  readUtf16(from, length) {
    return copies.readUtf16(this.#bytes('length', from, length, 2));
  }

  /**
   * The string that lies at an address as UTF-8 and ends with a zero.
   * @param {number | Handle<any>} from its address; or a handle, and the zero is looked for in that alone
   * @returns {string}
   * @throws {TypeError | RangeError} naming the argument; also if no zero follows
   * @throws {ReferenceError} after the handle's release
   * @complexity linear in its length
   */
  readCString(from) {
    const { buffer, byteOffset, byteLength } = this.#bytes('ptr', from, 1, 1);
    const end = from instanceof Handle ? byteLength : undefined;
    return copies.readCString(new Uint8Array(buffer, byteOffset, end));
  }

  /**
   * The bytes that shall be read, of a handle or at an address.
   * @param {string} name of the length
   * @param {any} from
   * @param {any} length elements
   * @param {number} size of an element, in bytes
   */
  #bytes(name, from, length, size) {
    if (!(from instanceof Handle))
      return new Uint8Array(this.#checkRange(name, from, length, size), from, length * size);
    // It may be one of another memory.
    const { buffer, byteOffset, byteLength } = from.view;
    return new Uint8Array(buffer, byteOffset, byteLength);
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
    checkNumber(isWord(length), name, 'a whole number', length);
    const end = ptr + length * size;
    const buffer = bufferOf(this.memory, end);
    const { byteLength } = buffer;
    if (end > byteLength) throw new RangeError(`${name}: the memory ends at ${byteLength}, before ${end}`);
    return buffer;
  }
}
