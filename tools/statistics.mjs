// The few statistics that the tables need.

/**
 * The value below which a part of the numbers lie; between two of them in proportion.
 * @param {number[]} values at least one
 * @param {number} part from 0 to 1
 */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [left, right] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return left + (right - left) * (place % 1);
}

export const median = (values) => quantile(values, 1 / 2);

/** The middle of some numbers, and the middle half's ends. */
export const quartiles = (values) => ({
  low: quantile(values, 1 / 4),
  median: median(values),
  high: quantile(values, 3 / 4),
});

/** @returns {number | undefined} the geometric mean */
export const geometricMean = (values) =>
  values.length
    ? Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
    : undefined;
