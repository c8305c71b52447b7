// The modules for JavaScript: a heap whose state lies where the caller says, and the walker that looks at it.
//
// A global that is imported costs V8 two loads at each use, 4 ns on a malloc and free of 11 ns. So the address becomes
// a constant: the build leaves one that is easy to find, and JavaScript writes the right one in its place before it
// compiles the module (js/profiles.js). A memory's flags, which say whether it is shared, are written the same way.
import { createHash } from 'node:crypto';
import { family, features, flags, optimise, passes, strip, targetFeatures } from './modules.mjs';
import { binaryen, clang, constantInstead, sources } from './toolchain.mjs';

/** What a placed heap exports besides the family. */
const placedFamily = [...family, 'heaplet_begin', 'heaplet_state_bytes', 'heaplet_spare'];

const link = ['-fPIC', '-fvisibility=hidden', '-shared', '-Wl,--experimental-pic', '-Wl,--import-memory'];

/** @returns {Promise<Uint8Array>} a linked module, not optimised */
function compile(profile, source, exports, optimisation) {
  const args = [
    ['clang++', '--target=wasm32-unknown-unknown', '-nostdlib', '-nostdinc++', '-ffreestanding', '-mcpu=mvp'],
    [...targetFeatures, ...flags.common, ...optimisation, `-DHEAPLET_PROFILE=${profile}`, '-I.'],
    [...link, '-Wl,--no-entry', '-Wl,--gc-sections', '-Wl,--lto-O3'],
    exports.map((name) => `-Wl,--export=${name}`),
    [source, '-o', 'out.wasm'],
  ].flat();
  return clang(args, sources());
}

/** Compiles a placed heap: it imports `env.memory` and the address of its state, `env.__memory_base`. */
export async function buildPlaced(profile) {
  // In a page bytes count too: -Os costs 15% of a malloc and free, and saves a fifth of the bytes.
  const linked = await compile(profile, 'wasm/placed.cpp', placedFamily, ['-Os']);
  // The texts of the faults of src/guard.hpp, which nobody reads here.
  const wasm = withoutNotes(await optimise(await withoutData(linked), shortest(passes[profile])));
  const [start, data] = [8, 11];
  if ([...sections(wasm)].some(({ id }) => id === start || id === data)) {
    throw new Error('a placed heap must change nothing when it is instantiated');
  }
  return wasm;
}

/** A profile's passes, for size. */
const shortest = (lists) => lists.map((list) => list.map((pass) => (pass === '-O3' ? '-Oz' : pass)));

const withoutData = (wasm) => binaryen('wasm-opt', wasm, [...features, '-g', '--remove-memory-init']);

/**
 * Compiles the walker for a placed heap.
 * @returns {Promise<{ wasm: Uint8Array, texts: string }>} the texts of its faults lie behind each other, each ends
 *   with a zero
 */
export async function buildInspector(profile) {
  const linked = await compile(profile, 'wasm/inspect.cpp', ['pools', 'blocks', 'check'], ['-Oz']);
  const texts = activeData(linked);
  const bare = await withoutData(linked);
  return { wasm: withoutNotes(await optimise(bare, [['-Oz', '--converge', ...strip]])), texts };
}

/** The bytes of a module's data segments, which must be one, as text. */
function activeData(wasm) {
  const data = [...sections(wasm)].find(({ id }) => id === 11)?.content;
  if (data?.[0] !== 1) throw new Error('the walker must have one data segment');
  // flags 0, the address as an expression that ends with 0x0b, the length, the bytes
  const length = wasmNumber(data, data.indexOf(0x0b) + 1);
  return Buffer.from(data.subarray(length.next, length.next + length.value)).toString('latin1');
}

/** Custom sections begin with their names. */
const isNames = (content) => Buffer.from(content.subarray(0, 5)).toString() === '\x04name';

/** A module without what the linker notes for a dynamic loader. */
const withoutNotes = (wasm) =>
  Buffer.concat([
    wasm.subarray(0, 8),
    ...[...sections(wasm)]
      .filter(({ id, content }) => id !== 0 || isNames(content))
      .map(({ whole }) => whole),
  ]);

/** A module's sections: with their head, and what they hold. */
function* sections(wasm) {
  for (let at = 8; at < wasm.length; ) {
    const { value, next } = wasmNumber(wasm, at + 1);
    const end = next + value;
    yield { id: wasm[at], whole: wasm.subarray(at, end), content: wasm.subarray(next, end) };
    at = end;
  }
}

/** An unsigned LEB128 number. */
function wasmNumber(bytes, at) {
  let [value, shift, byte] = [0, 0, 0];
  do {
    byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
  } while (byte & 128);
  return { value, next: at };
}

// An address that no code of ours computes: its five bytes, a signed LEB128, are found nowhere else.
const marker = 0x7a5c3d19;
const markerHex = [0, 7, 14, 21, 28]
  .map((shift) => ((marker >> shift) & 127) | (shift < 28 ? 128 : 0))
  .map((byte) => byte.toString(16).padStart(2, '0'))
  .join('');

/**
 * A module as hexadecimal text in pieces, between which the address of the heap's state goes, as `i32.const` has it
 * in five bytes. (Hexadecimal, because what is gzipped later finds repetitions in it that base64 would hide.)
 * @param {Uint8Array} wasm of `buildPlaced` or `buildInspector`
 * @returns {Promise<string[]>}
 */
export async function piecesOf(wasm) {
  const fixed = await constantInstead(wasm, '__memory_base', marker);
  const pieces = roomForLimits(fixed).toString('hex').split(markerHex);
  if (pieces.some((piece) => piece.length % 2)) {
    throw new Error('the address of the state cannot be told from the rest of the module');
  }
  return pieces;
}

// A memory import: "memory", a memory, its limits: no maximum, and a minimum below 128 pages.
const memoryImport = /066d656d6f7279020000|066d656d6f7279020001/;
// The same with a minimum of 0 in five bytes: room for the limits of a shared memory.
const roomyImport = '066d656d6f727902008080808000';

/** A module whose memory import is the roomy one; its import section is shorter than 128 bytes, and stays so. */
function roomForLimits(wasm) {
  const parts = [...sections(wasm)].map(({ id, whole, content }) => {
    if (id !== 2) return whole;
    const imports = Buffer.from(content).toString('hex');
    const roomy = Buffer.from(imports.replace(memoryImport, roomyImport), 'hex');
    if (roomy.length !== content.length + 4 || roomy.length > 127) {
      throw new Error('a module without the memory import that is looked for');
    }
    return Buffer.from([id, roomy.length, ...roomy]);
  });
  return Buffer.concat([wasm.subarray(0, 8), ...parts]);
}

/** A number that no two different modules share, not 0: what a heap in memory is recognised by. */
export const signatureOf = (wasm) => createHash('sha256').update(wasm).digest().readUInt32LE(0) | 1;
