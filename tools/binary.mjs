// Reads a wasm binary into its sections and writes it back: as much of the format as the tests need to change
// a module's memory limits and to count its instructions.

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
  constructor(bytes, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done() {
    return this.at >= this.end;
  }

  byte() {
    if (this.done) throw new RangeError('wasm: unexpected end');
    return this.bytes[this.at++];
  }

  /** @returns {number} an unsigned LEB128 number of at most 32 bits */
  u32() {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('wasm: a number of more than 32 bits');
  }

  /** Passes over a LEB128 number of any width, signed or not. */
  skipNumber() {
    while (this.byte() >= 0x80);
  }

  take(length) {
    if (this.at + length > this.end) throw new RangeError('wasm: unexpected end');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string() {
    return new TextDecoder().decode(this.take(this.u32()));
  }
}

/** @returns {number[]} an unsigned LEB128 number */
export function u32(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return [...bytes, value];
}

/** @returns {number[]} a length and the bytes of a name */
export function string(text) {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
}

/** @returns {Map<number, Uint8Array>} section number -> contents; custom sections (names, producers) are left out */
export function readSections(wasm) {
  const reader = new Reader(wasm, 8);
  const sections = new Map();
  while (!reader.done) {
    const id = reader.byte();
    const contents = reader.take(reader.u32());
    if (id !== Section.custom) sections.set(id, contents);
  }
  return sections;
}

/** All bytes in a row. (A section may be longer than a call's arguments can be.) */
export function concatenated(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {Map<number, Uint8Array | number[]>} sections */
export function writeSections(sections) {
  const parts = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];
  for (const id of order) {
    const contents = sections.get(id);
    if (contents) parts.push([id, ...u32(contents.length)], contents);
  }
  return concatenated(parts);
}

/**
 * Gives a module that defines its memory other limits; its code stays the same.
 * @param {Uint8Array} wasm
 * @param {{initial: number, maximum: number}} limits in pages
 */
export function withMemoryLimits(wasm, { initial, maximum }) {
  const sections = readSections(wasm);
  sections.set(Section.memory, [1, 1, ...u32(initial), ...u32(maximum)]);
  return writeSections(sections);
}
