// What the tests use of node:assert/strict, in a browser.
class AssertionError extends Error {}

const show = (value) => {
  if (typeof value === 'bigint') return `${value}n`;
  try {
    return JSON.stringify(value)?.slice(0, 300) ?? String(value);
  } catch {
    return String(value);
  }
};

const fail = (message) => {
  throw new AssertionError(message);
};

export default function assert(value, message) {
  if (!value) fail(message ?? `${show(value)} is not true`);
}

/** What has no keys to be compared by: any two would be the same. */
const opaque = [Map, Set, WeakMap, WeakSet, Date, RegExp, Error, Promise, ArrayBuffer, DataView];

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const kind = opaque.find((Class) => a instanceof Class);
  if (kind) throw new TypeError(`this assert cannot compare what a ${kind.name} holds`);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

/** Whether an error is the one that was expected: a class, a function, or what its properties must be. */
function matches(error, expected) {
  if (expected === undefined) return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof expected) return true;
    return !(expected.prototype instanceof Error) && expected.call({}, error) === true;
  }
  return Object.entries(expected).every(([name, value]) =>
    value instanceof RegExp ? value.test(error[name]) : same(error[name], value),
  );
}

const unexpected = (error, expected) =>
  fail(`another error than ${show(expected)}: ${error}\n${error?.stack}`);

Object.assign(assert, {
  ok: assert,
  fail,
  equal: (a, b, message) => Object.is(a, b) || fail(`${show(a)} is not ${show(b)}. ${message ?? ''}`),
  notEqual: (a, b, message) => !Object.is(a, b) || fail(`both are ${show(a)}. ${message ?? ''}`),
  deepEqual: (a, b, message) => same(a, b) || fail(`${show(a)} is not ${show(b)}. ${message ?? ''}`),
  match: (text, pattern) => pattern.test(text) || fail(`${show(text)} does not match ${pattern}`),
  doesNotMatch: (text, pattern) => pattern.test(text) && fail(`${show(text)} matches ${pattern}`),
  throws(run, expected, message) {
    try {
      run();
    } catch (error) {
      if (!matches(error, expected)) unexpected(error, expected);
      return;
    }
    fail(`nothing was thrown. ${message ?? ''}`);
  },
  async rejects(promise, expected) {
    try {
      await promise;
    } catch (error) {
      if (!matches(error, expected)) unexpected(error, expected);
      return;
    }
    fail('was not rejected');
  },
});
