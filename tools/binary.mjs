// Reads a wasm binary into its sections and writes it back: as much of the format as the build needs, and tests
// and benchmarks that change a module's memory limits or count its instructions.

/** Section numbers. */
export const Section = {
  custom: 0,
  import: 2,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  data: 11,
  tag: 13,
};

// The order in which sections must stand; it differs from their numbers only for tag and data count.
const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** Reads numbers and bytes from a position on. */
export class Reader {
  /**
   * @param {Uint8Array} bytes
   * @param {number} [at]
   * @param {string} [end] what is said where the bytes end too early
   */
  constructor(bytes, at = 0, end = 'wasm: ends too early') {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done() {
    return this.at >= this.bytes.length;
  }

  byte() {
    if (this.done) throw new RangeError(`${this.end}, after ${this.at} bytes`);
    return this.bytes[this.at++];
  }

  /** @returns {number} an unsigned LEB128 number; exact up to 2 ** 53 */
  number() {
    let value = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = this.byte();
      value += (byte % 128) * weight;
      if (byte < 128) return value;
    }
  }

  /** The same, of at most 32 bits. */
  u32() {
    const start = this.at;
    const value = this.number();
    if (this.at - start > 5) throw new RangeError('wasm: a number of more than 32 bits');
    return value;
  }

  /** Passes over a LEB128 number of any width, signed or not. */
  skipNumber() {
    while (this.byte() >= 128);
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new RangeError(`${this.end}, after ${this.at} bytes`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string() {
    return new TextDecoder().decode(this.take(this.u32()));
  }
}

/** @returns {number[]} an unsigned LEB128 number */
export function unsigned(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push(128 + (value % 128));
  return [...bytes, value];
}

/** @returns {number[]} a length and the bytes of a name */
export function string(text) {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

/** @typedef {number[] | Uint8Array} Bytes */

/**
 * The sections of a module, in order.
 * @param {Uint8Array} wasm
 * @returns {Generator<{ id: number, whole: Uint8Array, contents: Uint8Array }>} `whole` with the number and the length
 */
export function* sectionsOf(wasm) {
  const reader = new Reader(wasm, 8);
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const contents = reader.take(reader.u32());
    yield { id, whole: wasm.subarray(start, reader.at), contents };
  }
}

/**
 * Whether a section is that of the names. Custom sections begin with what they are.
 * @param {{ id: number, contents: Uint8Array }} section
 */
export const hasNames = ({ id, contents }) =>
  id === Section.custom && new TextDecoder().decode(contents.subarray(0, 5)) === '\x04name';

/** The number of what is said of functions in the section of the names. */
const FUNCTIONS = 1;

/**
 * A module of whose names only those of some functions are left: an engine's stack has them.
 * @param {Uint8Array} wasm
 * @param {(name: string) => boolean} wanted
 */
export function withNamesOf(wasm, wanted) {
  const parts = [...sectionsOf(wasm)].map((section) => {
    if (!hasNames(section)) return section.whole;
    const reader = new Reader(section.contents, 5);
    /** @type {Bytes[]} */
    const names = [];
    while (!reader.done) {
      const kind = reader.byte();
      const part = new Reader(reader.take(reader.u32()));
      if (kind !== FUNCTIONS) continue;
      for (let left = part.u32(); left > 0; left--) {
        const number = part.u32();
        const name = part.string();
        if (wanted(name)) names.push([...unsigned(number), ...string(name)]);
      }
    }
    const functions = concatenated([unsigned(names.length), ...names]);
    const contents = concatenated([string('name'), [FUNCTIONS, ...unsigned(functions.length)], functions]);
    return concatenated([[Section.custom, ...unsigned(contents.length)], contents]);
  });
  return concatenated([wasm.subarray(0, 8), ...parts]);
}

/** @returns {Map<number, Uint8Array>} section number -> contents; custom sections (names, producers) are left out */
export const readSections = (wasm) =>
  new Map(
    [...sectionsOf(wasm)].flatMap(({ id, contents }) => (id === Section.custom ? [] : [[id, contents]])),
  );

/**
 * All bytes in a row. (A section may be longer than a call's arguments can be.)
 * @param {Bytes[]} parts
 */
export function concatenated(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {Map<number, Bytes>} sections */
export function writeSections(sections) {
  /** @type {Bytes[]} */
  const parts = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
  for (const id of order) {
    const contents = sections.get(id);
    if (contents) parts.push([id, ...unsigned(contents.length)], contents);
  }
  return concatenated(parts);
}

/**
 * Gives a module that defines its memory other limits; its code stays the same.
 * @param {Uint8Array} wasm
 * @param {{initial: number, maximum: number}} limits in pages
 */
export function withMemoryLimits(wasm, { initial, maximum }) {
  /** @type {Map<number, Bytes>} */
  const sections = readSections(wasm);
  sections.set(Section.memory, [1, 1, ...unsigned(initial), ...unsigned(maximum)]);
  return writeSections(sections);
}
