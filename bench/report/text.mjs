// Tables as text, for a terminal of 80 columns.

const first = 17;

/** A line: the first cell from the left, the others from the right. */
export const pad = (cells, width) =>
  cells[0].padEnd(first) +
  cells
    .slice(1)
    .map((cell) => cell.padStart(width))
    .join('');

/** Three digits, no more than fit. */
export function figure(value) {
  if (value < 99.5) return value.toPrecision(3);
  if (value < 9999.5) return Math.round(value).toLocaleString('en');
  return value < 999_500 ? `${(value / 1e3).toPrecision(3)}k` : `${(value / 1e6).toPrecision(3)}M`;
}

/** Blocks of as many columns as fit, one line for each allocator. */
export function blocks(names, titles, cell, width = 9) {
  const lines = [];
  const columns = Math.floor((80 - first) / width);
  for (let at = 0; at < titles.length; at += columns) {
    const some = titles.slice(at, at + columns);
    lines.push('', pad(['', ...some], width));
    for (const name of names) lines.push(pad([name, ...some.map((title) => cell(title, name))], width));
  }
  return lines.join('\n');
}
