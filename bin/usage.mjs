// What the commands share.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What is said, without a stack, to whoever typed it. */
export class UsageError extends Error {}

/** A file of the package. */
export const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The same for a compiler: a shell takes a path with spaces apart, but seldom the one from the current folder. */
export function argument(name) {
  const [absolute, near] = [path(name), relative(process.cwd(), path(name))];
  return /\s/.test(absolute) && !/\s/.test(near) ? near : absolute;
}

/** A path in dist/, as an argument. */
export function built(name) {
  if (!existsSync(path(name)))
    throw new UsageError(`${path(name)} is missing: run \`npm run build\` in ${path('')}`);
  return argument(name);
}

/**
 * What writes a file, or begins to: of one that cannot be written its writer hears in a line.
 * @template T
 * @param {string} file
 * @param {() => T} write
 */
export function writing(file, write) {
  try {
    return write();
  } catch (error) {
    if (error.syscall) throw new UsageError(`${file}: it cannot be written: ${error.message}`);
    throw error;
  }
}

/**
 * @template {NonNullable<import('node:util').ParseArgsConfig['options']>} T
 * @param {string[]} args
 * @param {T} options
 */
export function parse(args, options) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error.message);
  }
}
