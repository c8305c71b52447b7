// What the texts say of `npm run bench:checkers`.
import { results } from '../../tools/results.mjs';
import { figure, number } from '../../tools/text.mjs';
import { range, table } from './format.mjs';

/** Of the programs with a mistake: how many a peer names, and after a plus how many end without that. */
export function checkersTable() {
  const { classes, found } = results('checkers').figures;
  const names = Object.keys(found);
  const cell = (name, mistakes) => {
    const count = (wanted) => mistakes.filter((mistake) => found[name][mistake] === wanted).length;
    const [named, ended] = [count('named'), count('ended')];
    return ended ? `${named} + ${ended}` : named ? `${named}` : '-';
  };
  return table([
    ['mistake', 'programs', ...names],
    ...Object.entries(classes).map(([title, mistakes]) => [
      title,
      `${mistakes.length}`,
      ...names.map((name) => cell(name, mistakes)),
    ]),
  ]);
}

/** What each costs over the same malloc without its checks. */
export function checkersCost() {
  const { over, cost } = results('checkers').figures;
  const ratios = (name, what) => {
    const base = cost[over[name]].rows;
    return Object.entries(cost[name].rows).map(([row, own]) => own[what] / base[row][what]);
  };
  const mb = (name) => (cost[name].memory / 1e6).toFixed(1);
  return table([
    ['', 'over', 'instructions', 'time', 'bytes of code more', 'memory, MB'],
    ...Object.entries(over).map(([name, base]) => [
      name,
      base,
      range(ratios(name, 'instructions'), figure),
      range(ratios(name, 'ms'), figure),
      number(cost[name].code - cost[base].code),
      `${mb(base)}, ${mb(name)}`,
    ]),
  ]);
}
