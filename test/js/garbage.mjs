// The engine's garbage collector, and what grows without end. For tests.

/** @returns {Promise<(() => void) | undefined>} a function that collects garbage now, where there is a way to do it */
export async function collector() {
  if (globalThis.Bun) return () => globalThis.Bun.gc(true);
  if (globalThis.gc) return globalThis.gc;
  if (!globalThis.process?.versions?.node || globalThis.Deno) return undefined;
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc');
  } catch {
    return undefined; // Cloudflare's runtime has the modules and not the functions
  }
}

/**
 * Counts how long the arrays, sets and maps become that a function adds to: whatever keeps something for each round of
 * a loop shows here, on every engine, and no clock is needed.
 * @param {() => unknown} fn
 * @returns {Promise<number>} the length of the longest
 */
export async function longest(fn) {
  let most = 0;
  const watched = [
    [Array.prototype, 'push', (array) => array.length],
    [Array.prototype, 'map', (array) => array.length],
    [Set.prototype, 'add', (set) => set.size],
    [Map.prototype, 'set', (map) => map.size],
  ].map(([prototype, name, size]) => {
    const original = prototype[name];
    prototype[name] = function (...values) {
      const result = original.apply(this, values);
      const now = size(this);
      if (now > most) most = now;
      return result;
    };
    return () => {
      prototype[name] = original;
    };
  });
  try {
    await fn();
  } finally {
    for (const restore of watched) restore();
  }
  return most;
}
