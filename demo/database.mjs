// The program (program.c) as a JavaScript object. Whatever passes between the two lies in an arena of the
// program's own heap: texts are written there, rows and numbers are read there, and nothing is copied.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Heap } from '../js/heap.js';
import { instantiate } from '../tools/wasi.mjs';

const decoder = new TextDecoder();

export class Database {
  /**
   * @param {WebAssembly.Module | WebAssembly.Exports} program one of `buildPrograms()`, or the exports of one that runs already
   * @param {WebAssembly.Imports} [imports] what a module needs besides WASI
   */
  constructor(program, imports) {
    this.program = program instanceof WebAssembly.Module ? instantiate(program, imports).exports : program;
    this.heap = Heap.fromModule(this.program);
    this.#check(this.program.open());
  }

  /** Bytes of memory that the program has taken; wasm memory never shrinks, so this is the peak. */
  get memory() {
    return this.heap.memory.buffer.byteLength;
  }

  /**
   * Runs SQL whose ?1 is a text that lies in the heap already.
   * @param {string} sql one statement or more
   * @param {{ptr: number, byteLength: number}} [argument] a block of an arena
   * @param {number} [capacity] bytes that the rows may take
   * @returns {string} the rows: a tab between columns, a newline after each row
   */
  run(sql, argument = { ptr: 0, byteLength: 0 }, capacity = 32768) {
    return this.heap.scope((arena) => {
      const text = arena.utf8(sql);
      const rows = arena.alloc(Uint8Array, capacity);
      const { ptr, byteLength } = argument;
      const length = this.program.run(text.ptr, text.byteLength, ptr, byteLength, rows.ptr, rows.byteLength);
      this.#check(length < 0);
      if (length > capacity) throw new RangeError(`capacity: the rows take ${length} bytes, not ${capacity}`);
      return decoder.decode(rows.view.subarray(0, length));
    });
  }

  /** The same with a string for ?1. */
  ask(sql, string) {
    return this.heap.scope((arena) => this.run(sql, arena.utf8(string)));
  }

  /**
   * Runs a query for numbers, which stay where the program wrote them.
   * @param {import('../js/arena.js').Arena} arena that the numbers live in
   * @param {string} sql
   * @param {number} length of the result
   * @returns {{view: Float64Array}} row after row
   */
  numbers(arena, sql, length) {
    const text = arena.utf8(sql);
    const values = arena.alloc(Float64Array, length);
    const count = this.program.numbers(text.ptr, text.byteLength, values.ptr, length);
    this.#check(count < 0);
    if (count !== length) throw new RangeError(`length: the query gives ${count} numbers, not ${length}`);
    return values;
  }

  close() {
    this.#check(this.program.close());
  }

  #check(failed) {
    if (!failed) return;
    const bytes = new Uint8Array(this.heap.memory.buffer, this.program.message());
    throw new Error(`SQLite: ${decoder.decode(bytes.subarray(0, bytes.indexOf(0)))}`);
  }
}

/**
 * Reads a file straight into an arena: the system call writes into the program's memory.
 * @param {import('../js/arena.js').Arena} arena
 * @param {string} file path
 * @param {number} [limit] bytes, when only the file's beginning is wanted
 */
export function readInto(arena, file, limit = Infinity) {
  const descriptor = openSync(file, 'r');
  try {
    const block = arena.alloc(Uint8Array, Math.min(fstatSync(descriptor).size, limit));
    const { view } = block;
    for (let done = 0; done < view.length; ) {
      const bytes = readSync(descriptor, view, done, view.length - done, done);
      if (bytes === 0) throw new Error(`${file}: ended after ${done} of ${view.length} bytes`);
      done += bytes;
    }
    return block;
  } finally {
    closeSync(descriptor);
  }
}
