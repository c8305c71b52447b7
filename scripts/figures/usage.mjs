// What the texts say of `npm run bench:usage`.
import { results } from '../../tools/results.mjs';
import { number } from '../../tools/text.mjs';
import { table } from './format.mjs';

/** What it costs to count what is in use. */
export const usageTable = () =>
  table([
    ['', 'bytes of code more', 'instructions of `random`'],
    ...results('usage').figures.map(({ profile, size: [without, counting], instructions }) => [
      `\`${profile}\``,
      number(counting - without),
      `+${((instructions[1] / instructions[0] - 1) * 100).toFixed(1)}%`,
    ]),
  ]);
