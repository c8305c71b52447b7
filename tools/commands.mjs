// Commands of this machine.
import { spawnSync } from 'node:child_process';

/** What a command prints. @returns {string | undefined} undefined where it fails, or there is none */
export function output(command, ...args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Whether a command is there and does what it is told; without arguments it is asked for its version. */
export const has = (command, ...args) =>
  output(command, ...(args.length ? args : ['--version'])) !== undefined;

/**
 * Runs a command.
 * @param {string} command
 * @param {string[]} args
 * @param {Omit<import('node:child_process').SpawnSyncOptions, 'encoding'>} [options] of `spawnSync`, such as `cwd`
 * @returns {{ stdout: string, stderr: string }} what it printed
 * @throws {Error} with that, and with the command line, where it fails
 */
export function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error || status !== 0) throw new Error(`${[command, ...args].join(' ')}\n${stderr || stdout || error}`);
  return { stdout, stderr };
}
