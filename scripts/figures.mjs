// `npm run figures`: writes the figures of bench/results/ into the texts, wherever a text has a place for one
// (figures/markers.mjs says how that looks, figures/figures.mjs what there is), and draws the pictures of docs/pictures/. With
// --check it only says which files have others (a test does).
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isProgram, path } from '../tools/paths.mjs';
import { figure } from './figures/figures.mjs';
import { withFigures } from './figures/markers.mjs';
import { badges, plots } from './figures/pictures.mjs';

const elsewhere = ['node_modules', 'build', 'dist'];

/** @returns {string[]} every text of the repository, by its path in it */
const texts = (folder = '') =>
  readdirSync(path(folder || '.'), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}${entry.name}`;
    if (entry.isDirectory())
      return entry.name.startsWith('.') || elsewhere.includes(entry.name) ? [] : texts(`${name}/`);
    return name.endsWith('.md') ? [name] : [];
  });

/**
 * @returns {{ changed: { name: string, after: string }[], waiting: { place: string, file: string }[] }} the files that have
 *   other figures; and the places of those that nobody has measured yet, which stay as they are
 */
export function outdated() {
  const waiting = [];
  const changed = texts().flatMap((name) => {
    const before = readFileSync(path(name), 'utf8');
    /** @type {(now: string, name: string, ...args: string[]) => string} */
    const place = (now, ...words) => {
      try {
        return figure(...words);
      } catch (error) {
        if (error.code !== 'ENOENT') throw new Error(`${name}: ${error.message}`);
        waiting.push({ place: `${name}: ${words.join(' ')}`, file: error.path });
        return now;
      }
    };
    const after = withFigures(before, place);
    return before === after ? [] : [{ name, after }];
  });
  for (const pictures of [badges, plots])
    try {
      for (const [file, after] of Object.entries(pictures())) {
        const name = `docs/pictures/${file}`;
        const before = existsSync(path(name)) && readFileSync(path(name), 'utf8');
        if (before !== after) changed.push({ name, after });
      }
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      waiting.push({ place: `docs/pictures: ${pictures.name}`, file: error.path });
    }
  return { changed, waiting };
}

if (isProgram(import.meta.url)) {
  const { changed, waiting } = outdated();
  for (const { place } of waiting) console.error(`not measured yet: ${place}`);
  for (const { name, after } of changed) {
    if (process.argv.includes('--check')) {
      console.error(`${name}: its figures are not those of bench/results: npm run figures`);
      process.exitCode = 1;
    } else {
      writeFileSync(path(name), after);
      console.log(name);
    }
  }
}
