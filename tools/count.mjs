// Counts the instructions that a module executes, exactly: a copy of it adds to a counter at the start of each
// straight run of instructions. The module's own instructions stay as they are and in their order.
//
// What counts: every instruction that is executed, of any kind, once; memory.copy and memory.fill, however many
// bytes they move, once too. `block`, `loop`, `else` and `end` do not: they mark places, an engine makes no code of
// them. A run that a trap cuts short counts whole.
import { concatenated, Reader, readSections, Section, string, unsigned, writeSections } from './binary.mjs';

/** The export that holds the count. */
export const counter = 'executed instructions';

/** The reader moves past what follows an operation's byte. */
const number = (reader) => reader.skipNumber();
const twoNumbers = (reader) => {
  reader.skipNumber();
  reader.skipNumber();
};
const numbers = (reader) => {
  for (let count = reader.u32(); count > 0; count--) reader.skipNumber();
};

/** @type {Map<number, (reader: Reader) => void>} */
const immediates = new Map([
  [0x02, number], // block, loop, if: the type
  [0x03, number],
  [0x04, number],
  [0x0c, number], // br, br_if
  [0x0d, number],
  [
    0x0e, // br_table
    (reader) => {
      numbers(reader);
      reader.skipNumber();
    },
  ],
  [0x10, number], // call, call_indirect, and as a return
  [0x11, twoNumbers],
  [0x12, number],
  [0x13, twoNumbers],
  [0x1c, numbers], // select of a type
  ...range(0x20, 0x26, number), // locals, globals, tables
  ...range(0x28, 0x3e, memoryAccess),
  ...range(0x3f, 0x42, number), // memory.size, memory.grow, i32.const, i64.const
  [0x43, (reader) => reader.take(4)], // f32.const, f64.const
  [0x44, (reader) => reader.take(8)],
  [0xd0, number], // ref.null, ref.func
  [0xd2, number],
  [0xfc, prefixed],
]);

/** @returns {Generator<[operation: number, skip: (reader: Reader) => void]>} */
function* range(from, to, skip) {
  for (let operation = from; operation <= to; operation++) yield [operation, skip];
}

/** Alignment and offset; bit 6 of the alignment says that the number of a memory stands between them. */
function memoryAccess(reader) {
  if (reader.u32() & 0x40) reader.skipNumber();
  reader.skipNumber();
}

/** Saturating conversions, bulk memory and tables. */
function prefixed(reader) {
  const operation = reader.u32();
  if (operation < 8) return;
  if (operation > 17) throw new RangeError(`wasm: operation 0xfc ${operation} is not known here`);
  const one = [9, 11, 13, 15, 16, 17];
  (one.includes(operation) ? number : twoNumbers)(reader);
}

/** Operations without anything after them: control, drop and select, then all arithmetic. */
const plain = (operation) =>
  [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(operation) ||
  (operation >= 0x45 && operation <= 0xc4);

/** Where control may come from, or go, elsewhere: a new run begins after these. (A call comes back.) */
const endsRun = new Set([0x00, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x12, 0x13]);
const marks = new Set([0x02, 0x03, 0x05, 0x0b]);

/** counter += count: takes nothing from the stack and leaves nothing on it, so it may stand anywhere. */
function add(global, count) {
  const value = new Uint8Array(new Float64Array([count]).buffer);
  return [0x23, ...unsigned(global), 0x44, ...value, 0xa0, 0x24, ...unsigned(global)];
}

/** @returns {number[]} a function's body with its runs counted */
function countBody(body, global) {
  const reader = new Reader(body);
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.skipNumber();
    reader.skipNumber();
  }
  const output = [...body.subarray(0, reader.at)];
  let [run, count] = [reader.at, 0];
  while (!reader.done) {
    const operation = reader.byte();
    const skip = immediates.get(operation);
    if (skip) skip(reader);
    else if (!plain(operation))
      throw new RangeError(`wasm: operation 0x${operation.toString(16)} is not known here`);
    if (!marks.has(operation)) count++;
    if (!endsRun.has(operation) && !reader.done) continue;
    if (count > 0) output.push(...add(global, count));
    for (const byte of body.subarray(run, reader.at)) output.push(byte);
    [run, count] = [reader.at, 0];
  }
  return output;
}

/** Sections that begin with a number of items: how many, and the items. */
function items(contents) {
  if (!contents) return { count: 0, bytes: [] };
  const reader = new Reader(contents);
  const count = reader.u32();
  return { count, bytes: contents.subarray(reader.at) };
}

function importedGlobals(contents) {
  if (!contents) return 0;
  const reader = new Reader(contents);
  let globals = 0;
  for (let count = reader.u32(); count > 0; count--) {
    reader.string();
    reader.string();
    const kind = reader.byte();
    if (kind === 0) reader.skipNumber();
    else if (kind === 1 || kind === 2) {
      if (kind === 1) reader.skipNumber();
      const limits = reader.byte();
      reader.skipNumber();
      if (limits & 1) reader.skipNumber();
    } else if (kind === 3) {
      reader.take(2);
      globals++;
    } else throw new RangeError(`wasm: an import of kind ${kind} is not known here`);
  }
  return globals;
}

/**
 * A copy of a module that counts what it executes in an exported f64 global, whose name is `counter` (an f64
 * counts exactly to 2^53, and JavaScript reads it as a number).
 * @param {Uint8Array} wasm
 * @returns {Uint8Array}
 */
export function countInstructions(wasm) {
  const sections = readSections(wasm);
  const globals = items(sections.get(Section.global));
  const exports = items(sections.get(Section.export));
  const global = importedGlobals(sections.get(Section.import)) + globals.count;

  const zero = [0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b]; // mut f64, f64.const 0, end
  sections.set(Section.global, concatenated([unsigned(globals.count + 1), globals.bytes, zero]));
  const exported = [...string(counter), 3, ...unsigned(global)];
  sections.set(Section.export, concatenated([unsigned(exports.count + 1), exports.bytes, exported]));

  const reader = new Reader(sections.get(Section.code));
  const functions = reader.u32();
  /** @type {import('./binary.mjs').Bytes[]} */
  const code = [unsigned(functions)];
  for (let i = 0; i < functions; i++) {
    const body = countBody(reader.take(reader.u32()), global);
    code.push(unsigned(body.length), body);
  }
  sections.set(Section.code, concatenated(code));
  return writeSections(sections);
}
