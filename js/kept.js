// How it is seen in the heap that a thread keeps a block (thread-cache.js): the block looks like one in use, and begins with
//
//   | address ^ epoch | thread | ~(address ^ thread) |       the smallest block has room for just that
//
// A block's bytes are its thread's alone, so the mark comes and goes without the lock. What somebody else had in a block can
// be no mark: the epoch is a random number of the heap, another one after each reset and restore, and 64 bits would have to
// agree. In a snapshot the build's signature stands in its place.

/**
 * Which of the words at a heap's base is the epoch: 0 where no thread keeps anything. It is read whenever a block is kept or
 * taken, and so lies apart from the lock, in another line of a processor's cache.
 */
export const EPOCH = 16;

/**
 * The thread that keeps a block; 0 if none does.
 * @param {Int32Array} words that hold the block
 * @param {number} at which of them is its first
 * @param {number} ptr its address
 * @param {number} epoch
 */
export function keeperOf(words, at, ptr, epoch) {
  const thread = words[at + 1];
  return epoch !== 0 && words[at] === (ptr ^ epoch) && words[at + 2] === ~(ptr ^ thread) ? thread : 0;
}
