// How figures are written, in terminals and on pages.

/** A number with its thousands apart, and so many digits behind the point; without a word as many as it has, at most 3. */
export const number = (value, digits) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A measured number: three digits, no more than fit. */
export const figure = (value) => (value >= 99.5 ? number(Math.round(value)) : value.toPrecision(3));

/**
 * A line of a table.
 * @param {unknown[]} cells the first to the left, all others to the right
 * @param {number} first how wide that is
 * @param {number | number[]} width of all others, or of each
 */
export const line = ([name, ...cells], first, width) =>
  String(name).padEnd(first) +
  cells.map((cell, i) => String(cell).padStart(typeof width === 'number' ? width : width[i])).join('');

/** A text in HTML or SVG. */
export const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
