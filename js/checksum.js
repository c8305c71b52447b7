// Tells whether bytes are still those that were written.

/**
 * FNV-1a over words in place of bytes, each step followed by a shift that lets the upper bits have an
 * effect on the lower ones, as multiplication alone does not. A step loses nothing: two sums, or two words, that differ
 * give sums that differ. So whatever changes within one word, a flipped bit for one, is found for certain, and all else
 * but one time in 2 ** 32. It reads a word where CRC-32 looks up four bytes in a table.
 * @param {Uint32Array} words the last of which is not of them
 */
export function checksum(words) {
  let sum = 0x811c9dc5;
  for (const word of words.subarray(0, -1)) {
    sum = Math.imul(sum ^ word, 0x01000193);
    sum ^= sum >>> 15;
  }
  return sum >>> 0;
}
