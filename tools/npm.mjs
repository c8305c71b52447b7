// npm, for what runs before any package is installed, too.
import { run } from './commands.mjs';

/**
 * Runs npm, whose own messages are told where it fails.
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {string} what it printed
 */
export function npm(args, cwd) {
  return run('npm', args, { cwd, shell: process.platform === 'win32' }).stdout;
}
