// The test files of a folder. (node's own globbing is younger than Node 20.)
import { existsSync, readdirSync } from 'node:fs';
import { path } from '../tools/paths.mjs';

/** @param {string} folder */
export function tests(folder) {
  if (!existsSync(path(folder))) return [];
  return readdirSync(path(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.mjs'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** Those that need nothing but the language, and so run wherever it does. */
export const portable = () => tests('test/js').filter((name) => !name.includes('/node/'));
