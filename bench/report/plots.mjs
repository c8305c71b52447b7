// The plots: SVG text, by hand, with no more than the page needs. Each has a line or a place for every allocator, in the
// allocator's colour (colours.mjs); whoever has no figure is named with the reason. Where texts stand: labels.mjs.
import { escaped, figure, number } from '../../tools/text.mjs';
import { apart, placeNames, textBox } from './labels.mjs';

const isOwn = (name) => name.startsWith('heaplet');

const svg = (width, height, title, parts) =>
  `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img"><title>${escaped(title)}</title>${parts.join('')}</svg>`;
const text = (x, y, content, attributes = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`;
const heading = (content) => text(0, 13, content, 'class="title"');
const line = (x1, y1, x2, y2, attributes = 'class="axis"') =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${attributes}/>`;
const rectangle = (x, y, width, height, fill) =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(width, 0).toFixed(1)}" height="${height.toFixed(1)}" fill="${fill}"/>`;
const polyline = (points, stroke, width) =>
  `<polyline points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`;
const nameAt = (x, y, name, anchor) =>
  text(x, y, name, `text-anchor="${anchor}"${isOwn(name) ? ' class="own"' : ''}`);

/** 1, 2, 5, 10, 20 ... within a range. */
function ticks(least, most) {
  const found = [];
  for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most; decade *= 10)
    for (const step of [1, 2, 5])
      if (decade * step >= least && decade * step <= most) found.push(decade * step);
  return found;
}

/** At most six from 0 to `most`, in steps of 1, 2 or 5 and zeros. */
function evenTicks(most) {
  const decade = 10 ** Math.floor(Math.log10(most / 5));
  const step = [1, 2, 5, 10].map((digit) => digit * decade).find((each) => most / each <= 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/**
 * The ticks whose figures do not run into each other.
 * @param {number[]} all
 * @param {(tick: number) => number} across
 */
function spaced(all, across) {
  let end = Number.NEGATIVE_INFINITY;
  return all.filter((tick) => {
    const [left, , right] = textBox(number(tick), { x: across(tick), y: 0, anchor: 'middle' });
    if (left < end + 6) return false;
    end = right;
    return true;
  });
}

/** @typedef {(name: string) => string} Colour of an allocator */

/**
 * Points with names, both axes logarithmic.
 * @param {{ name: string, x: number, y: number }[]} points
 * @param {string} xTitle
 * @param {string} yTitle
 * @param {Colour} colour
 * @param {{ width?: number, height?: number, right?: number }} [size] `right` of the axes there is room for names
 */
export function scatter(points, xTitle, yTitle, colour, { width = 760, height = 600, right = 90 } = {}) {
  if (points.length === 0) return '';
  const [left, top, bottom] = [52, 12, 44];
  const radius = 5;
  const range = (values) => [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
  const [x0, x1] = range(points.map(({ x }) => x));
  const [y0, y1] = range(points.map(({ y }) => y));
  const across = (x) => left + (Math.log(x / x0) / Math.log(x1 / x0)) * (width - left - right);
  const down = (y) => height - bottom - (Math.log(y / y0) / Math.log(y1 / y0)) * (height - bottom - top);
  const parts = [];
  for (const x of ticks(x0, x1)) parts.push(line(across(x), top, across(x), height - bottom));
  for (const x of spaced(ticks(x0, x1), across))
    parts.push(text(across(x), height - bottom + 16, number(x), 'text-anchor="middle" class="soft"'));
  for (const y of ticks(y0, y1)) {
    parts.push(line(left, down(y), width - right, down(y)));
    parts.push(text(left - 6, down(y) + 4, y, 'text-anchor="end" class="soft"'));
  }
  const dots = points.map(({ name, x, y }) => ({ name, x: across(x), y: down(y), bold: isOwn(name) }));
  const area = /** @type {import('./labels.mjs').Box} */ ([left + 2, top, width, height - bottom - 2]);
  const places = placeNames(dots, { radius, area });
  for (const { name, line: to } of places) if (to) parts.push(line(...to, `stroke="${colour(name)}"`));
  for (const { name, x, y } of dots)
    parts.push(`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}" fill="${colour(name)}"/>`);
  for (const { name, x, y, anchor } of places) parts.push(nameAt(x, y, name, anchor));
  parts.push(text((width - right + left) / 2, height - 8, xTitle, 'text-anchor="middle"'));
  parts.push(`<g transform="rotate(-90)">${text(-height / 2 + 20, 13, yTitle, 'text-anchor="middle"')}</g>`);
  return svg(width, height, `${yTitle} against ${xTitle}`, parts);
}

/**
 * Bars from 0, cut at four times the median: one hopeless allocator must not hide the others. A dashed line at `floor`,
 * if there is one: what no bar can be shorter than.
 * @param {string} title
 * @param {{ name: string, value?: number, note?: string }[]} rows without a value, `note` says why
 * @param {number | undefined} floor
 * @param {Colour} colour
 */
export function bars(title, rows, floor, colour) {
  const [width, row, left, right] = [368, 17, 140, 70];
  const sorted = rows.flatMap(({ value }) => value ?? []).toSorted((a, b) => a - b);
  const most = Math.min(sorted.at(-1) ?? 1, 4 * (sorted[sorted.length >> 1] ?? 1));
  const across = (value) => (value / most) * (width - left - right);
  const parts = [heading(title)];
  for (const [i, { name, value, note = '' }] of rows.entries()) {
    const y = 22 + i * row;
    parts.push(nameAt(left - 6, y + 12, name, 'end'));
    const past = left + (floor === undefined ? 0 : across(floor));
    if (value === undefined) {
      parts.push(text(past + 4, y + 12, note, 'class="soft"'));
      continue;
    }
    const length = across(Math.min(value, most));
    parts.push(rectangle(left, y + 2, length, row - 5, colour(name)));
    // Two gaps: the bar is longer than the picture.
    if (value > most)
      for (const before of [16, 9])
        parts.push(rectangle(left + length - before, y + 1, 3, row - 3, 'var(--paper)'));
    const end = Math.max(left + length, past);
    parts.push(text(end + 4, y + 12, `${note}${figure(value)}`, 'class="soft"'));
  }
  if (floor !== undefined) {
    const x = left + across(floor);
    parts.push(line(x, 20, x, 24 + rows.length * row, 'class="floor"'));
  }
  return svg(width, 26 + rows.length * row, title, parts);
}

/**
 * Lines from left to right, all of the same length in time, named on their right with their peaks, in the order of their
 * ends; behind them the area of what was asked for. Who ends above five times the least of the others leaves the picture.
 * @param {string} title
 * @param {{ name: string, values?: number[], note?: string }[]} rows without values, `note` says why
 * @param {{ name: string, values: number[] }} asked
 * @param {Colour} colour
 */
export function curves(title, rows, asked, colour) {
  const [width, left, top, bottom, right, gap] = [480, 44, 26, 14, 254, 13.5];
  const drawn = rows.filter(({ values }) => values);
  const ends = drawn.map(({ values }) => values.at(-1));
  const limit = 5 * Math.min(...ends);
  const most =
    1.05 *
    [...drawn.filter(({ values }) => values.at(-1) <= limit), asked]
      .flatMap(({ values }) => values)
      .reduce((a, b) => Math.max(a, b), 0);
  const height = Math.max(280, top + bottom + gap * (rows.length + 1));
  const edge = width - right;
  const down = (value) => height - bottom - (value / most) * (height - bottom - top);
  const points = (values) => {
    const across = (i) => left + (i / Math.max(1, values.length - 1)) * (edge - left);
    const step = Math.max(1, Math.floor(values.length / 300)); // as fine as can be seen
    return values
      .map((value, i) => [across(i), down(value)])
      .filter((_, i) => i % step === 0 || i === values.length - 1);
  };
  const parts = [heading(`${title}, MiB`)];
  for (const tick of evenTicks(most)) {
    parts.push(line(left, down(tick), edge, down(tick)));
    parts.push(text(left - 4, down(tick) + 4, number(tick), 'text-anchor="end" class="soft"'));
  }
  const shape = points(asked.values).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  const foot = (height - bottom).toFixed(1);
  parts.push(`<polygon class="area" points="${left},${foot} ${shape.join(' ')} ${edge},${foot}"/>`);

  // From the top: who has left the picture, the lines, who has none.
  /** @param {{ values?: number[] }} row */
  const place = ({ values }) => {
    if (!values) return Number.POSITIVE_INFINITY;
    return values.at(-1) > limit ? Number.NEGATIVE_INFINITY : down(values.at(-1));
  };
  const named = [...rows, { ...asked, note: '' }]
    .map((each) => ({ ...each, y: place(each) }))
    .sort((a, b) => a.y - b.y || (b.values?.at(-1) ?? 0) - (a.values?.at(-1) ?? 0));
  const heights = apart(
    named.map(({ y }) => Math.min(Math.max(y, top), height - bottom)),
    { gap, top, bottom: height - bottom },
  );
  for (const [i, { name, values, y, note }] of named.entries()) {
    const isAsked = name === asked.name;
    const [stroke, thickness] = [isAsked ? 'var(--soft)' : colour(name), isOwn(name) ? 2.5 : 1.3];
    const to = edge + 40;
    if (Number.isFinite(y)) {
      if (!isAsked) parts.push(polyline(points(values), stroke, thickness));
      parts.push(
        polyline(
          [
            [edge, y],
            [edge + 4, y],
            [to - 6, heights[i]],
            [to, heights[i]],
          ],
          stroke,
          1,
        ),
      );
    } else {
      // No line leads there: a stroke of the colour, or an arrow upwards.
      const tip = heights[i] - 4;
      parts.push(line(to - 8, heights[i], to, heights[i], `stroke="${stroke}" stroke-width="2"`));
      if (values)
        parts.push(
          polyline(
            [
              [to - 11, tip + 4],
              [to - 8, tip],
              [to - 5, tip + 4],
            ],
            stroke,
            1.5,
          ),
        );
    }
    parts.push(nameAt(to + 4, heights[i] + 4, name, 'start'));
    const figures = values ? figure(values.reduce((a, b) => Math.max(a, b))) : note;
    parts.push(text(width, heights[i] + 4, figures, 'text-anchor="end" class="soft"'));
  }
  return svg(width, height, title, parts);
}

/**
 * A distribution on a logarithmic axis: a bar that becomes thinner at each percentile.
 * @param {string} title
 * @param {{ name: string, most?: number, percentiles?: Record<string, number>, note: string }[]} rows without figures,
 *   `note` says why
 * @param {Colour} colour
 */
export function steps(title, rows, colour) {
  const [width, row, left, right] = [760, 19, 146, 130];
  const most = Math.max(...rows.map((each) => each.most ?? 0), 100);
  const across = (value) =>
    left + (Math.log10(Math.max(value, 10) / 10) / Math.log10(most / 10)) * (width - left - right);
  const height = 44 + rows.length * row;
  const parts = [heading(title)];
  for (const tick of ticks(10, most).filter((value) => /^1/.test(value))) {
    parts.push(line(across(tick), 22, across(tick), height - 18));
    parts.push(text(across(tick), height - 4, number(tick), 'text-anchor="middle" class="soft"'));
  }
  for (const [i, { name, most: worst, percentiles, note }] of rows.entries()) {
    const y = 24 + i * row;
    parts.push(nameAt(left - 6, y + 12, name, 'end'));
    if (worst === undefined) {
      parts.push(text(left + 4, y + 12, note, 'class="soft"'));
      continue;
    }
    const ends = [...Object.values(percentiles), worst];
    for (const [part, end] of ends.entries()) {
      const from = part === 0 ? left : across(ends[part - 1]);
      const thickness = Math.max(2, 13 - 3 * part);
      parts.push(rectangle(from, y + 8 - thickness / 2, across(end) - from, thickness, colour(name)));
    }
    parts.push(text(across(worst) + 4, y + 12, number(worst) + note, 'class="soft"'));
  }
  return svg(width, height, title, parts);
}

/**
 * A line for each allocator over numbers of threads, which are as far apart as their powers of two, named at its end.
 * @param {string} title
 * @param {number[]} counts of threads
 * @param {{ name: string, values: number[] }[]} rows a value for each number
 * @param {Colour} colour
 */
export function overThreads(title, counts, rows, colour) {
  const [width, height, left, right, top, bottom, gap] = [480, 250, 40, 130, 26, 34, 13.5];
  const edge = width - right;
  const most = 1.05 * Math.max(...rows.flatMap(({ values }) => values));
  const least = Math.log2(counts[0]);
  const wide = Math.log2(counts.at(-1)) - least || 1;
  const across = (count) => left + ((Math.log2(count) - least) / wide) * (edge - left);
  const down = (value) => height - bottom - (value / most) * (height - bottom - top);
  const parts = [heading(title)];
  for (const tick of evenTicks(most)) {
    parts.push(line(left, down(tick), edge, down(tick)));
    parts.push(text(left - 4, down(tick) + 4, figure(tick), 'text-anchor="end" class="soft"'));
  }
  for (const count of counts)
    parts.push(text(across(count), height - bottom + 16, number(count), 'text-anchor="middle" class="soft"'));
  parts.push(text((left + edge) / 2, height - 2, 'threads', 'text-anchor="middle" class="soft"'));
  const named = rows.toSorted((a, b) => b.values.at(-1) - a.values.at(-1));
  const heights = apart(
    named.map(({ values }) => down(values.at(-1))),
    { gap, top, bottom: height - bottom },
  );
  for (const [i, { name, values }] of named.entries()) {
    const points = values.map((value, at) => [across(counts[at]), down(value)]);
    parts.push(polyline(points, colour(name), isOwn(name) ? 2.5 : 1.3));
    const leader = [points.at(-1), [edge + 12, heights[i]]];
    parts.push(polyline(leader, colour(name), 1));
    parts.push(nameAt(edge + 16, heights[i] + 4, name, 'start'));
  }
  return svg(width, height, title, parts);
}
