// The modules for JavaScript: a heap whose state lies where the caller says, and the walker that looks at it.
//
// A global that is imported costs V8 two loads at each use, 4 ns on a malloc and free of 11 ns. So the address becomes
// a constant: the build leaves one that is easy to find, and JavaScript writes the right one in its place before it
// compiles the module (js/place.js). A memory's flags, which say whether it is shared, are written the same way.
import { createHash } from 'node:crypto';
import { ADDRESS, ALPHABET, LIMITS, SHIFT } from '../../js/alphabet.js';
import {
  family,
  features,
  flags,
  flagsForPage,
  optimise,
  passes,
  strip,
  targetFeatures,
} from './modules.mjs';
import { binaryen, clang, fixGlobals, sources } from './toolchain.mjs';

/** What a placed heap exports. */
const placedFamily = [...family, 'heaplet_begin', 'heaplet_state_bytes'];

const walks = ['pools', 'cached', 'blocks', 'certain', 'check', 'take'];

/** What JavaScript calls, and by which names: the family by its numbers (js/family.js), which are shorter. */
const called = {
  heaplet_begin: 'begin',
  ...Object.fromEntries(family.map((name, index) => [name, `${index}`])),
  ...Object.fromEntries(walks.map((name) => [name, name])),
};

const link = ['-fPIC', '-fvisibility=hidden', '-shared', '-Wl,--experimental-pic', '-Wl,--import-memory'];

/** @returns {Promise<Uint8Array>} a linked module, not optimised */
function compile(profile, sourceFiles, exports) {
  const args = [
    ['clang++', '--target=wasm32-unknown-unknown', '-nostdlib', '-nostdinc++', '-ffreestanding', '-mcpu=mvp'],
    [
      ...targetFeatures,
      ...flags.common,
      ...flagsForPage(profile, '-Oz'),
      `-DHEAPLET_PROFILE=${profile}`,
      '-I.',
    ],
    [...link, '-Wl,--no-entry', '-Wl,--gc-sections', '-Wl,--lto-O3'],
    exports.map((name) => `-Wl,--export=${name}`),
    [...sourceFiles, '-o', 'out.wasm'],
  ].flat();
  return clang(args, sources());
}

/** Compiles a placed heap: it imports `env.memory` and the address of its state, `env.__memory_base`. */
export async function buildPlaced(profile) {
  return finished(profile, await compile(profile, ['wasm/placed.cpp'], placedFamily));
}

/** What a linked module becomes, which has no data, nor notes for a loader. */
async function finished(profile, linked) {
  // Its data are texts: of src/guard.hpp, which nobody reads, and of src/check.hpp, which js/ reads beside the module.
  const wasm = withoutNotes(await optimise(await withoutData(linked), shortest(passes[profile])));
  const [start, data] = [8, 11];
  if ([...sections(wasm)].some(({ id }) => id === start || id === data)) {
    throw new Error('a placed heap must change nothing when it is instantiated');
  }
  return wasm;
}

/** A profile's passes, for size. */
const shortest = (lists) =>
  lists.map((list) => list.flatMap((pass) => (pass === '-O3' ? ['-Oz', '--converge'] : pass)));

const withoutData = (wasm) => binaryen('wasm-opt', wasm, [...features, '-g', '--remove-memory-init']);

/**
 * What js/ needs of a module that stays at the start of a memory of its own.
 * @param {string} profile
 * @param {Uint8Array} wasm
 */
export async function describeFixed(profile, wasm) {
  return { profile, wasm: textOf(await fixGlobals(wasm, [], 0, called)) };
}

/**
 * What js/ needs of a placed heap: the module, the walker in it.
 * @param {string} profile
 * @param {Uint8Array} placed of `buildPlaced`
 */
export async function describePlaced(profile, placed) {
  const linked = await compile(profile, ['wasm/placed.cpp', 'wasm/inspect.cpp'], [...placedFamily, ...walks]);
  const wasm = await finished(profile, linked);
  // The texts of the faults lie behind each other, each ends with a zero.
  const texts = activeData(linked);
  const signature = signatureOf(wasm);
  return {
    profile,
    signature,
    stateBytes: stateBytesOf(placed),
    texts,
    wasm: await placedText(wasm, called),
  };
}

/** @param {Uint8Array} placed of `buildPlaced` */
function stateBytesOf(placed) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const stack = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  const env = { memory, __memory_base: 0, __stack_pointer: stack };
  return new WebAssembly.Instance(new WebAssembly.Module(placed), { env }).exports.heaplet_state_bytes();
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
const markerBytes = [0, 7, 14, 21, 28].map((shift) => ((marker >> shift) & 127) | (shift < 28 ? 128 : 0));

// A memory import: "memory", a memory, and then its limits: no maximum, and a minimum below 128 pages.
const memoryName = [6, ...Buffer.from('memory'), 2];
const room = new Uint8Array(6); // for limits that js/place.js writes there

/**
 * A module as text of printable ASCII, which bundlers and charsets leave alone, and which gzip makes as short as it
 * makes the bytes: most are a character each. What depends on the place has a character of its own: the address of the
 * heap's state, in the five bytes of an `i32.const`, and the limits of the memory: js/place.js fills them in.
 * @param {Record<string, string>} exports what JavaScript calls, with the names for that; the rest goes
 * @returns {Promise<string>}
 */
async function placedText(wasm, exports) {
  const globals = ['__memory_base', '__stack_pointer'];
  const text = await fixGlobals(wasm, globals, marker, exports).then(withRoomForLimits).then(textOf);
  if (!text.includes(ADDRESS) || !text.includes(LIMITS)) throw new Error('a module that depends on no place');
  return text;
}

/** Any bytes as such text. */
function textOf(wasm) {
  const begins = (bytes, at) => bytes.every((byte, i) => wasm[at + i] === byte);
  let text = '';
  for (let at = 0; at < wasm.length; ) {
    if (begins(markerBytes, at)) {
      text += ADDRESS;
      at += markerBytes.length;
    } else if (begins(room, at) && begins(memoryName, at - memoryName.length)) {
      text += LIMITS;
      at += room.length;
    } else text += character(wasm[at++]);
  }
  return text;
}

/** A byte without a character of its own is another one after SHIFT, once for each 64 that lie between them. */
function character(byte) {
  for (let shifts = 0; shifts < 4; shifts++) {
    const own = ALPHABET[(byte - 64 * shifts) & 255] ?? ' ';
    if (own !== ' ') return SHIFT.repeat(shifts) + own;
  }
  throw new Error(`no character for the byte ${byte}`);
}

/** A module whose memory import has that room; its import section is shorter than 128 bytes. */
function withRoomForLimits(wasm) {
  const parts = [...sections(wasm)].map(({ id, whole, content }) => {
    if (id !== 2) return whole;
    const limits = content.findIndex((_, at) => memoryName.every((byte, i) => content[at + i] === byte));
    const at = limits + memoryName.length;
    const [before, after] = [content.subarray(0, at), content.subarray(at + 2)];
    const size = content.length - 2 + room.length;
    if (limits < 0 || content[at] !== 0 || size > 127) throw new Error('an import section of another kind');
    return Buffer.from([id, size, ...before, ...room, ...after]);
  });
  return Buffer.concat([wasm.subarray(0, 8), ...parts]);
}

/** A number that no two different modules share, not 0: what a heap in memory is recognised by. */
const signatureOf = (wasm) => createHash('sha256').update(wasm).digest().readUInt32LE(0) | 1;
