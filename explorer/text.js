// Numbers as a person reads them.

/** @param {number} bytes */
export function bytes(bytes) {
  const size = Math.abs(bytes);
  const [unit, name] =
    size < 1000 ? [1, 'B'] : size < 1e6 ? [1e3, 'KB'] : size < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  const value = size / unit;
  const digits = unit === 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${name}`;
}

/** The same with a sign in front, for what has changed. */
export const change = (number, format) => (number > 0 ? `+${format(number)}` : format(number));

/** @param {number} value */
export const count = (value) => (value < 0 ? '−' : '') + Math.abs(Math.round(value)).toLocaleString('en');

/** @param {number} microseconds */
export function time(microseconds) {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1e3).toFixed(1)} ms`;
  if (microseconds < 6e7) return `${(microseconds / 1e6).toFixed(2)} s`;
  const seconds = Math.floor(microseconds / 1e6);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {number} address */
export const hex = (address) => `0x${address.toString(16).padStart(6, '0')}`;
