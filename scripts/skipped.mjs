// A reporter of node:test that writes why tests were skipped, a line for each: `npm test` names them at its end. A part
// that is missing must be named by somebody, or a test that never runs looks like one that passes.

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* reasons(events) {
  for await (const { type, data } of events)
    if (type === 'test:pass' && data.skip !== undefined)
      yield `${data.skip === true ? 'no reason is given' : data.skip}\n`;
}

/**
 * Skips that no installation changes, or that need another version of a part than the one that is there: named, but
 * no failure where all parts are required.
 */
const harmless = [
  /^not the main thread of a page$/,
  /^this engine has no /,
  /^an Emscripten with external ports, /,
  /^an Emscripten from /,
  /^an Emscripten whose folder /,
  /^a wasi-sdk at /,
  /^a Rust with the library of wasm32-wasip[12](-threads)? /,
  /^this wasi-sdk's C\+\+ library is built without exceptions/,
];

/**
 * @param {string} text what the reporter wrote
 * @param {string[]} missing what is named already
 * @returns {{ named: string[], failures: string[] }} what is still to be named, and what of it may not be
 */
export function explain(text, missing) {
  const counts = new Map();
  for (const reason of text.split('\n').filter(Boolean)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const unnamed = [...counts].filter(([reason]) => !missing.some((part) => part.includes(reason)));
  const said = ([reason, count]) => `${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`;
  return {
    named: unnamed.map(said),
    failures: unnamed.filter(([reason]) => !harmless.some((pattern) => pattern.test(reason))).map(said),
  };
}
