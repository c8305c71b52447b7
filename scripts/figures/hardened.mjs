// What the texts say of `npm run bench:hardened`.
import { results } from '../../tools/results.mjs';
import { table } from './format.mjs';

/** What `hardened` executes over `lean`, as it is and without its mechanisms. */
export const hardenedTable = () => {
  const { lean, ...variants } = results('hardened').figures;
  const names = Object.keys(lean);
  return table([
    ['', ...names.map((name) => `\`${name}\``)],
    ...Object.entries(variants).map(([name, found]) => [
      name,
      ...names.map((row) => (found[row] / lean[row]).toFixed(1)),
    ]),
  ]);
};
