// A module as text, for JavaScript to write its place into: js/wasm-text.js has the alphabet, js/place.js reads it.
import { ADDRESS, ALPHABET, LIMITS, SHIFT } from '../../js/wasm-text.js';
import { Section, sectionsOf } from '../../tools/binary.mjs';
import { fixGlobals } from '../../tools/binaryen.mjs';

// An address that no code of ours computes: its five bytes, a signed LEB128, are found nowhere else.
const marker = 0x7a5c3d19;
const markerBytes = [0, 7, 14, 21, 28].map((shift) => ((marker >> shift) & 127) | (shift < 28 ? 128 : 0));

// A memory import: "memory", a memory, and then its limits: no maximum, and a minimum below 128 pages.
const memoryName = [6, ...Buffer.from('memory'), 2];
const sixBytes = new Uint8Array(6); // for those that js/place.js writes there

/**
 * A module as text of printable ASCII, which bundlers and charsets leave alone, and which gzip makes as short as it
 * makes the bytes: most are a character each. What depends on the place has a character of its own: the address of the
 * heap's state, in the five bytes of an `i32.const`, and the limits of the memory: js/place.js fills them in.
 * @param {Uint8Array} wasm a placed heap
 * @param {Record<string, string>} exports what JavaScript calls, with the names for that; the rest goes
 * @returns {Promise<string>}
 */
export async function placedText(wasm, exports) {
  const globals = ['__memory_base', '__stack_pointer'];
  const text = await fixGlobals(wasm, globals, marker, exports)
    .then((fixed) => withLimits(fixed, sixBytes))
    .then((limited) => textOf(limited));
  if (!text.includes(ADDRESS) || !text.includes(LIMITS)) throw new Error('a module that depends on no place');
  return text;
}

/**
 * Any bytes as such text.
 * @param {Uint8Array} wasm
 * @param {Uint8Array} [limitsPlace] what stands in the place of the limits
 */
export function textOf(wasm, limitsPlace = sixBytes) {
  const begins = (bytes, at) => bytes.every((byte, i) => wasm[at + i] === byte);
  let text = '';
  for (let at = 0; at < wasm.length; ) {
    if (begins(markerBytes, at)) {
      text += ADDRESS;
      at += markerBytes.length;
    } else if (begins(limitsPlace, at) && begins(memoryName, at - memoryName.length)) {
      text += LIMITS;
      at += limitsPlace.length;
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

/**
 * A module whose memory import has other limits; its import section is shorter than 128 bytes.
 * @param {Uint8Array} wasm
 * @param {Uint8Array | number[]} limits
 */
export function withLimits(wasm, limits) {
  const parts = [...sectionsOf(wasm)].map(({ id, whole, contents }) => {
    if (id !== Section.import) return whole;
    const name = contents.findIndex((_, at) => memoryName.every((byte, i) => contents[at + i] === byte));
    const at = name + memoryName.length;
    const [before, after] = [contents.subarray(0, at), contents.subarray(at + 2)];
    const size = contents.length - 2 + limits.length;
    if (name < 0 || ![0, 4].includes(contents[at]) || size > 127)
      throw new Error('an import section of another kind');
    return Buffer.from([id, size, ...before, ...limits, ...after]);
  });
  return Buffer.concat([wasm.subarray(0, 8), ...parts]);
}
