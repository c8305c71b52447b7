// A reporter of node:test: how many lines of js/ the tests have run, file by file, and which ones not. A line that none
// runs must be in this list, or `npm run coverage` fails.

import { readFileSync } from 'node:fs';

/** Lines that no test in Node 20 reaches, by what stands in them, with the reason. */
const exceptions = {
  'copy.js': [[/^\/\/ Some engines say/, 'only some engines refuse to detach a buffer by an error']],
  'core-arena.js': [
    [/^return ended\('arena'\);$/, '_begin is what a heap has of its own, and here for the types'],
  ],
  'debug.js': [[/^else free\(again\);$/, 'malloc gave another block than the one that realloc left']],
  'lock.js': [
    [/#sleeps = false|^else while/, 'the main thread of a page, which may not wait: the browsers run it'],
    [/^else this\.#leave\(words\);$/, 'another thread marks the lock between a read and an exchange'],
  ],
};

/**
 * @param {string} file its name in js/
 * @param {string} text of a line
 */
const isExcepted = (file, text) =>
  !/\w/.test(text) || exceptions[file]?.some(([pattern]) => pattern.test(text.trim()));

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* coverage(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:coverage') continue;
    for (const { path, coveredLinePercent, uncoveredLineNumbers, lines } of data.summary.files) {
      const [, file] = path.replaceAll('\\', '/').match(/\/js\/((?:capture\/)?[^/]+)$/) ?? [];
      if (!file || /[/\\](test|bench)[/\\]/.test(path)) continue;
      const source = readFileSync(path, 'utf8').split('\n');
      const missed = uncoveredLineNumbers ?? lines.filter(({ count }) => count === 0).map(({ line }) => line);
      const failures = missed.filter((line) => !isExcepted(file, source[line - 1]));
      yield `${`js/${file}`.padEnd(24)}${coveredLinePercent.toFixed(1).padStart(6)}%  ${missed.join(' ')}\n`;
      for (const line of failures)
        yield `js/${file}:${line}: no test runs this: ${source[line - 1].trim()}\n`;
    }
  }
}
