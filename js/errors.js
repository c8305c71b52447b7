// The errors that are not of an argument.

/** The heap has no room for a request and its memory cannot grow to make it. Nothing in the heap has changed. */
export class OutOfMemoryError extends RangeError {
  /**
   * @param {number} size what was asked for, in bytes
   * @param {string} [what] it is, if not a block
   * @param {unknown} [cause] the engine's error
   */
  constructor(size, what = `${size} bytes`, cause) {
    super(`out of memory: no room for ${what}`, { cause });
    /** What was asked for, in bytes. */
    this.size = size;
  }

  // On the prototype, as with every built-in error, and not a property of each one.
  /**
   * `'OutOfMemoryError'`.
   * @override
   */
  get name() {
    return 'OutOfMemoryError';
  }
}

/**
 * Ends the use of something that has been given back.
 * @param {string} what
 * @returns {never}
 */
export function ended(what) {
  throw new ReferenceError(`${what}: used after its release`);
}
