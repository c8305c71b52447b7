// What the build has made is written, and said on stderr: a build is part of other commands, whose results go to stdout.
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { folder } from '../../tools/paths.mjs';

/**
 * @param {string} file from the root
 * @param {string} result
 * @param {number} start performance.now() before
 */
export function report(file, result, start) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`heaplet: ${file.padEnd(40)} ${result.padStart(12)} ${seconds.padStart(8)} s`);
}

/** @param {string} file from the root @param {Promise<Uint8Array>} built */
export async function writeLibrary(file, built) {
  const start = performance.now();
  const library = await built;
  writeFileSync(join(folder(dirname(file)), basename(file)), library);
  report(file, `${library.length} bytes`, start);
}
