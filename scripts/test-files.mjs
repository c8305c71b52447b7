// Which test files there are, and how node is told to run them. (Its own globbing is younger than Node 20.)
import { existsSync, readdirSync } from 'node:fs';
import { path } from '../tools/paths.mjs';
import { processors } from './parts.mjs';

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

/**
 * How node reports.
 * @param {Record<string, string>} reporters and where they write to, besides the one on stdout
 */
export const reporting = (reporters) =>
  Object.entries({ [process.stdout.isTTY ? 'spec' : 'tap']: 'stdout', ...reporters }).flatMap(
    ([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`],
  );

/** What node is told before the names of several files. Node itself would leave a processor idle, one of two. */
export const several = (reporters) => ['--test', `--test-concurrency=${processors}`, ...reporting(reporters)];
