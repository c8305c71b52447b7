// What the tests use of node:test, in a browser.

/** @type {Array<{ name: string, options: { skip?: boolean | string, timeout?: number }, run: Function }>} */
const tests = [];
let group = '';

export function test(name, ...rest) {
  const run = rest.pop();
  const options = rest[0] ?? {};
  tests.push({ name: group + name, options, run });
}

export function describe(name, define) {
  const outer = group;
  group += `${name}: `;
  define();
  group = outer;
}

class Skipped extends Error {}

/**
 * Runs what was defined, one after the other.
 * @param {(text: string) => void} begin called with each name
 * @returns {Promise<Array<{ name: string, error?: string, skipped?: string }>>}
 */
export async function runAll(begin) {
  const results = [];
  for (const { name, options, run } of tests.splice(0)) {
    begin(name);
    if (options.skip) {
      results.push({ name, skipped: String(options.skip) });
      continue;
    }
    const late = new Promise((_, fail) => {
      setTimeout(fail, options.timeout ?? 60_000, new Error('took too long'));
    });
    try {
      const skip = (why) => {
        throw new Skipped(why);
      };
      await Promise.race([run({ skip }), late]);
      results.push({ name });
    } catch (error) {
      if (error instanceof Skipped) results.push({ name, skipped: error.message });
      else results.push({ name, error: `${error}\n${error?.stack ?? ''}` });
    }
  }
  return results;
}
