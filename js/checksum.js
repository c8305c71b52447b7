// Tells whether bytes are still those that were written.

/**
 * FNV-1a over little-endian words in place of bytes, each step followed by a shift that lets the upper bits have an
 * effect on the lower ones, as multiplication alone does not. A step loses nothing: two sums, or two words, that differ
 * give sums that differ. So whatever changes within one word, a flipped bit for one, is found for certain, and all else
 * but one time in 2 ** 32. It reads a word where CRC-32 looks up four bytes in a table.
 * @param {DataView} data
 * @param {number} length bytes, whole words
 */
export function checksum(data, length) {
  let sum = 0x811c9dc5;
  for (let at = 0; at < length; at += 4) {
    sum = Math.imul(sum ^ data.getUint32(at, true), 0x01000193);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}
