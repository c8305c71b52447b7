// A function that is followed by another, whatever becomes of it.

/** @param {any} value */
const isThenable = (value) => typeof value?.then === 'function';

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
    const result = fn();
    pending = isThenable(result);
    return pending ? /** @type {R} */ (Promise.resolve(result).finally(end)) : result;
  } finally {
    if (!pending) end();
  }
}
