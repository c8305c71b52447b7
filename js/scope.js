// A function that is followed by another, whatever becomes of it.

/**
 * Calls `fn`, and `end` when that is done: when it has returned or thrown, and if it returned a promise, when that is
 * settled.
 * @template R
 * @param {() => R} fn
 * @param {() => void} end
 * @returns {R} what `fn` returned
 */
export function closing(fn, end) {
  let pending = false;
  try {
    /** @type {any} */
    const result = fn();
    pending = typeof result?.then === 'function';
    return pending ? /** @type {R} */ (Promise.resolve(result).finally(end)) : result;
  } finally {
    if (!pending) end();
  }
}
