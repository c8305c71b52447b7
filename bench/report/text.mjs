// Tables of allocators as text, for a terminal of 80 columns.
import { figure, line } from '../../tools/text.mjs';

const first = 17;

export const pad = (cells, width) => line(cells, first, width);

/** Three digits, in six characters at most. */
export function compact(value) {
  if (value < 9999.5) return figure(value);
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
