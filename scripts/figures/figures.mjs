// What a text may ask for, by the first word of its comment (markers.mjs). Each makes text of bench/results/.
import { results } from '../../tools/results.mjs';
import * as bench from './bench.mjs';
import * as checkers from './checkers.mjs';
import * as exact from './exact.mjs';
import * as explorer from './explorer.mjs';
import * as hardened from './hardened.mjs';
import * as js from './js.mjs';
import * as programs from './programs.mjs';
import * as threads from './threads.mjs';
import * as usage from './usage.mjs';

/**
 * What measured it, and when.
 * @param {string} name of a file of bench/results
 */
function about(name) {
  const { versions, date, note } = results(name);
  const parts = Object.entries(versions).map(
    ([what, version]) => `${what === 'node' ? 'Node' : what} ${version}`,
  );
  return [...parts, date, ...(note ? [note] : [])].join(', ');
}

const functions = {
  about,
  ...bench.ofLastRun,
  ...checkers,
  ...exact,
  ...explorer,
  ...hardened,
  ...js,
  ...programs,
  ...threads,
  ...usage,
};

/**
 * @param {string} name
 * @param {...string} args
 */
export function figure(name, ...args) {
  if (!Object.hasOwn(functions, name)) throw new Error(`figure ${name}: there is none of that name`);
  const text = functions[name](...args);
  if (typeof text !== 'string' || /undefined|NaN|Infinity/.test(text))
    throw new Error(`figure ${[name, ...args].join(' ')}: the results do not have it`);
  return text;
}
