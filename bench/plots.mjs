// The plots: SVG text, by hand, with no more than the page needs.

// heaplet's own stand out in blue; the others take what is left of a colour wheel.
const own = { 'heaplet small': '#3f8cff', 'heaplet fast': '#0a4fb0', 'heaplet hardened': '#7aa7e0' };
const hues = [8, 25, 42, 75, 110, 140, 165, 285, 305, 325, 345, 95, 55];

/** @returns {(name: string) => string} a colour for each name */
function palette(names) {
  const others = names.filter((name) => !own[name]);
  return (name) => own[name] ?? `hsl(${hues[others.indexOf(name) % hues.length]} 60% 48%)`;
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
const svg = (width, height, title, parts) =>
  `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img"><title>${escaped(title)}</title>${parts.join('')}</svg>`;
const text = (x, y, content, attributes = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`;
const line = (x1, y1, x2, y2, kind = 'axis') =>
  `<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`;
const rectangle = (x, y, width, height, fill, more = '') =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(width, 0).toFixed(1)}" height="${height.toFixed(1)}" fill="${fill}" ${more}/>`;
const emphasis = (name) => (own[name] ? 'class="own"' : '');

const figure = (value) => (value >= 99.5 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

/** 1, 2, 5, 10, 20 ... within a range. */
function ticks(least, most) {
  const found = [];
  for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most; decade *= 10)
    for (const step of [1, 2, 5])
      if (decade * step >= least && decade * step <= most) found.push(decade * step);
  return found;
}

/** Points with names, both axes logarithmic. */
export function scatter(points, xTitle, yTitle) {
  if (points.length === 0) return '';
  const [width, height, left, bottom] = [760, 440, 52, 44];
  const range = (values) => [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
  const [x0, x1] = range(points.map(({ x }) => x));
  const [y0, y1] = range(points.map(({ y }) => y));
  const across = (x) => left + (Math.log(x / x0) / Math.log(x1 / x0)) * (width - left - 120);
  const down = (y) => height - bottom - (Math.log(y / y0) / Math.log(y1 / y0)) * (height - bottom - 12);
  const parts = [];
  for (const x of ticks(x0, x1)) {
    parts.push(line(across(x), 12, across(x), height - bottom));
    parts.push(
      text(across(x), height - bottom + 16, x.toLocaleString('en'), 'text-anchor="middle" class="soft"'),
    );
  }
  for (const y of ticks(y0, y1)) {
    parts.push(line(left, down(y), width - 120, down(y)));
    parts.push(text(left - 6, down(y) + 4, y, 'text-anchor="end" class="soft"'));
  }
  const colour = palette(points.map(({ name }) => name));
  const taken = []; // where names stand: one that would lie on another moves down
  for (const { name, x, y } of [...points].sort((a, b) => down(a.y) - down(b.y))) {
    const [px, py] = [across(x), down(y)];
    let ty = py + 4;
    while (taken.some(([ox, oy]) => Math.abs(ox - px) < 130 && Math.abs(oy - ty) < 13)) ty += 3;
    taken.push([px, ty]);
    parts.push(`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="5" fill="${colour(name)}"/>`);
    parts.push(text(px + 9, ty, name, emphasis(name)));
  }
  parts.push(text((width - 120 + left) / 2, height - 8, xTitle, 'text-anchor="middle"'));
  parts.push(`<g transform="rotate(-90)">${text(-height / 2 + 20, 13, yTitle, 'text-anchor="middle"')}</g>`);
  return svg(width, height, `${yTitle} against ${xTitle}`, parts);
}

/**
 * Bars from 0, cut at four times the median: one hopeless allocator must not hide the others. A dashed line at `floor`,
 * if there is one: what no bar can be shorter than.
 */
export function bars(title, values, floor) {
  const [width, row, left, right] = [380, 17, 128, 66];
  const sorted = values.map(({ value }) => value).toSorted((a, b) => a - b);
  const most = Math.min(sorted.at(-1), 4 * sorted[sorted.length >> 1]);
  const across = (value) => (value / most) * (width - left - right);
  const colour = palette(values.map(({ name }) => name));
  const parts = [text(0, 13, title, 'style="font-weight:600"')];
  for (const [i, { name, value, note }] of values.entries()) {
    const y = 22 + i * row;
    const length = across(Math.min(value, most));
    parts.push(text(left - 6, y + 12, name, `text-anchor="end" ${emphasis(name)}`));
    parts.push(rectangle(left, y + 2, length, row - 5, colour(name), value > most ? 'opacity=".45"' : ''));
    parts.push(text(left + length + 4, y + 12, `${note}${figure(value)}`, 'class="soft"'));
  }
  if (floor !== undefined) {
    const x = left + across(floor);
    parts.push(line(x, 20, x, 24 + values.length * row, 'floor'));
  }
  return svg(width, 26 + values.length * row, title, parts);
}

/** Lines from left to right, all of the same length in time; an area is filled. Named at their right ends. */
export function curves(title, all) {
  const [width, height, left, bottom, right] = [400, 280, 40, 14, 110];
  const ends = all.filter(({ area }) => !area).map(({ values }) => values.at(-1));
  const limit = 5 * Math.min(...ends);
  const shown = all.filter(({ values, area }) => area || values.at(-1) <= limit);
  const most = Math.max(...shown.flatMap(({ values }) => values.reduce((a, b) => Math.max(a, b), 0))) * 1.05;
  const down = (value) => height - bottom - (value / most) * (height - bottom - 24);
  const parts = [text(0, 13, `${title}, MiB`, 'style="font-weight:600"')];
  for (const tick of [0, 0.25, 0.5, 0.75, 1].map((part) => (part * most) / 1.05)) {
    parts.push(line(left, down(tick), width - right, down(tick)));
    parts.push(text(left - 4, down(tick) + 4, tick.toPrecision(2), 'text-anchor="end" class="soft"'));
  }
  const colour = palette(all.map(({ name }) => name));
  const labels = [];
  for (const { name, values, area } of shown) {
    const across = (i) => left + (i / Math.max(1, values.length - 1)) * (width - left - right);
    const step = Math.max(1, Math.floor(values.length / 300)); // as fine as can be seen
    const drawn = values.map((value, i) => [across(i), down(value)]);
    const kept = drawn.filter((_, i) => i % step === 0 || i === values.length - 1);
    const path = kept.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
    if (area) {
      const foot = down(0).toFixed(1);
      parts.push(
        `<polygon points="${left},${foot} ${path} ${(width - right).toFixed(1)},${foot}" fill="var(--line)"/>`,
      );
    } else {
      const thickness = own[name] ? 2.5 : 1.2;
      parts.push(
        `<polyline points="${path}" fill="none" stroke="${colour(name)}" stroke-width="${thickness}"/>`,
      );
      labels.push({ name, y: kept.at(-1)[1] });
    }
  }
  // Names from the lowest line up, each a line's height from the one before.
  let last = height;
  for (const { name, y } of labels.toSorted((a, b) => b.y - a.y)) {
    last = Math.min(y + 4, last - 11);
    parts.push(text(width - right + 5, last, name, `style="font-size:10px;fill:${colour(name)}"`));
  }
  return svg(width, height, title, parts);
}

/** A distribution as steps on a logarithmic axis: a darker part for each percentile. */
export function steps(title, rows) {
  const [width, row, left, right] = [760, 19, 120, 80];
  const most = Math.max(...rows.map((each) => each.most));
  const across = (value) =>
    left + (Math.log10(Math.max(value, 10) / 10) / Math.log10(most / 10)) * (width - left - right);
  const colour = palette(rows.map(({ name }) => name));
  const height = 44 + rows.length * row;
  const parts = [text(0, 13, title, 'style="font-weight:600"')];
  for (const tick of ticks(10, most).filter((value) => /^1/.test(value))) {
    parts.push(line(across(tick), 22, across(tick), height - 18));
    parts.push(
      text(across(tick), height - 4, tick.toLocaleString('en'), 'text-anchor="middle" class="soft"'),
    );
  }
  for (const [i, { name, most: worst, percentiles, unfinished }] of rows.entries()) {
    const y = 24 + i * row;
    parts.push(text(left - 6, y + 12, name, `text-anchor="end" ${emphasis(name)}`));
    const ends = [...Object.values(percentiles), worst];
    for (const [part, end] of ends.entries()) {
      const from = part === 0 ? left : across(ends[part - 1]);
      parts.push(
        rectangle(from, y + 3, across(end) - from, row - 7, colour(name), `opacity="${1 - part * 0.18}"`),
      );
    }
    const note = unfinished.length ? ' and more' : '';
    parts.push(text(across(worst) + 4, y + 12, worst.toLocaleString('en') + note, 'class="soft"'));
  }
  return svg(width, height, title, parts);
}
