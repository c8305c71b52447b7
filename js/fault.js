// What the profile 'hardened' throws: the same line that it prints in a program of C (src/fault_text.hpp).

const KINDS = [
  '',
  'double free',
  'not a block of this heap',
  'write past the end of a block',
  'write before the start of a block',
  'write after free',
  'wrong size',
  'wrong alignment',
  'wrong function',
];
const FUNCTIONS = [
  'free',
  'malloc',
  'realloc',
  'malloc_usable_size',
  'free_sized',
  'free_aligned_sized',
  'delete',
  'delete[]',
];
const MAKERS = ['malloc', 'new', 'new[]'];

/** @param {number} address */
const hex = (address) => `0x${address.toString(16)}`;

/** A mistake that the profile 'hardened' has found: in which block, and what is known of it. */
export class HeapFaultError extends Error {
  /** @param {number[]} numbers as wasm hands them over: wasm/placed/module.cpp */
  constructor(numbers) {
    const [kind, ptr, size, number, at, bytes, neighbour, how] = numbers;
    const [made, found] = [MAKERS[how & 255], FUNCTIONS[how >> 8]];
    const block = number
      ? `${size} bytes at ${hex(ptr)} (${made} #${number})`
      : `up to ${size} bytes at ${hex(ptr)}`;
    const behind = number
      ? `${bytes} byte${bytes === 1 ? '' : 's'} behind it ${bytes === 1 ? 'was' : 'were'} changed`
      : 'what is noted behind it was overwritten';
    const what = [
      '',
      number ? `${block} were freed before` : `${hex(at)} lies in memory that was freed before`,
      ptr ? `${hex(at)} lies ${at - ptr} byte${at - ptr === 1 ? '' : 's'} into ${block}` : hex(at),
      `${block}, ${behind}`,
      `${block}, the bytes before it were changed`,
      `${block} were changed at their byte ${at - ptr}`,
      `${block} are given back as ${bytes}`,
      `${block} are no multiple of ${bytes}`,
      `${block} are given back by ${found}`,
    ][kind];
    const finder = (kind === 8 ? '' : `; found by ${found}`) + (neighbour ? ` of ${hex(neighbour)}` : '');
    super(`${KINDS[kind]}: ${what}${finder}`);
    /** What it is: `'double free'`, say. */
    this.kind = KINDS[kind];
    /** The address of the block whose mistake it is; 0 if none is known. */
    this.ptr = ptr;
    /** Its size as it was asked for, in bytes; if `number` is 0, what it has at most. */
    this.size = size;
    /** Which allocation of the heap it was, from 1 on; 0 if that was overwritten, or forgotten. */
    this.number = number;
    /** The pointer that was given, or the first byte that was changed. */
    this.at = at;
    /** The C function that found it. */
    this.foundBy = found;
    /**
     * With `{ debug: true }`: the stack where the block was allocated.
     * @type {string | undefined}
     */
    this.allocated = undefined;
    /**
     * With `{ debug: true }`: the stack where it was freed first.
     * @type {string | undefined}
     */
    this.freed = undefined;
  }

  /**
   * `'HeapFaultError'`.
   * @override
   */
  get name() {
    return 'HeapFaultError';
  }
}

/**
 * What wasm calls, by way of place.js.
 * @param {number[]} numbers
 * @returns {never}
 */
export function fault(numbers) {
  throw new HeapFaultError(numbers);
}
