// The parts of `npm test`: they run side by side, what each prints stands together, and a table says which took longest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { path } from '../tools/paths.mjs';
import { line } from '../tools/text.mjs';

export const processors = availableParallelism();

/**
 * @typedef {object} Part
 * @property {string} title
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * @typedef {object} Outcome
 * @property {string} title
 * @property {boolean} passed
 * @property {number} seconds from its start to its end
 * @property {number} [busy] seconds of processor time, its children's too; undefined where there is no shell to count them
 * @property {string} [why] of one that failed: of what it printed the tests that failed, or else the end
 */

/** A part that node runs. @returns {Part} */
export const node = (title, ...args) => ({ title, command: process.execPath, args });

// Runs a command and writes the times of a shell's children where nobody but the caller reads.
const counting = ['sh', '-c', '"$@" 3>&-; status=$?; times >&3; exit $status', 'sh'];

/** The seconds in the last line that a shell's `times` prints: its children's in their own code, and in the system's. */
function secondsOf(times) {
  const found = times.match(/(\d+)m([\d.]+)s\s+(\d+)m([\d.]+)s\s*$/);
  if (!found) return undefined;
  const [user, userSeconds, system, systemSeconds] = found.slice(1).map(Number);
  return 60 * (user + system) + userSeconds + systemSeconds;
}

/**
 * Runs one.
 * @param {Part} part
 * @returns {Promise<Outcome & { printed: string }>}
 */
export async function runPart({ title, command, args, env }) {
  const start = Date.now();
  const [shell, ...rest] = process.platform === 'win32' ? [command] : [...counting, command];
  const child = spawn(shell, [...rest, ...args], {
    cwd: path('.'),
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = { printed: '', times: '' };
  const read = (stream, into) => {
    stream.setEncoding('utf8').on('data', (text) => {
      texts[into] += text;
    });
  };
  // What goes to stderr stands where it was written.
  const [, stdout, stderr, times] = child.stdio;
  read(stdout, 'printed');
  read(stderr, 'printed');
  read(times, 'times');
  const [status] = await once(child, 'close').catch((error) => [String(error)]);
  const seconds = (Date.now() - start) / 1000;
  return { title, passed: status === 0, seconds, busy: secondsOf(texts.times), printed: texts.printed };
}

/** Of what a part printed the tests that failed, each with the first lines of what it says; or else its last lines. */
export function whyFailed(printed, most = 20) {
  const lines = printed.trimEnd().split('\n');
  const failed = lines.flatMap((line, at) => (/^ *not ok (?!.*# TODO)/.test(line) ? [at] : []));
  if (!failed.length) return lines.slice(-most).join('\n');
  // Behind a test's name comes what is known of it, to a line of dots.
  const told = failed.flatMap((at) => {
    const [name, ...more] = lines.slice(at, at + most);
    const end = more.findIndex((line) => /^ *(\.\.\.$|(not )?ok )/.test(line));
    return [name, ...(end < 0 ? more : more.slice(0, end))];
  });
  return told.join('\n');
}

/** Runs parts, some in a row, and keeps their outcomes. */
export class Runner {
  /** @type {Outcome[]} */
  outcomes = [];

  /** @param {(text: string) => void} [say] */
  constructor(say = (text) => process.stdout.write(text)) {
    this.say = say;
  }

  get failed() {
    return this.#failures.map(({ title }) => title);
  }

  /** Where all else has been printed since, one looks for it at the end. */
  get reasons() {
    return this.#failures.map(({ title, why }) => `\n== ${title}\n${why}\n`);
  }

  get #failures() {
    return this.outcomes.filter(({ passed }) => !passed);
  }

  /** Runs parts one after the other, as long as they pass: each needs those before it. */
  async row(parts) {
    for (const part of parts) {
      const { printed, ...outcome } = await runPart(part);
      if (!outcome.passed) outcome.why = whyFailed(printed);
      this.outcomes.push(outcome);
      const { title, passed, seconds } = outcome;
      const result = `${passed ? 'passed' : 'FAILED'} in ${seconds.toFixed(1)} s`;
      this.say(`\n== ${title}\n${printed}== ${title}: ${result}\n`);
      if (!passed) return;
    }
  }

  /** Runs rows that need nothing of each other, as many at once as there are processors. */
  async together(rows) {
    const waiting = [...rows];
    const lane = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) await this.row(row);
    };
    await Promise.all(Array.from({ length: processors }, lane));
  }

  /** The parts that took most of the processors' time, and all of it. */
  table(count = 25) {
    const cost = (/** @type {Outcome} */ { busy, seconds }) => busy ?? seconds;
    const sum = (of) => this.outcomes.reduce((all, outcome) => all + (of(outcome) ?? 0), 0);
    const row = (title, busy, seconds) =>
      line([title, busy?.toFixed(1) ?? '-', seconds.toFixed(1)], 56, [12, 12]);
    const slowest = [...this.outcomes].sort((one, other) => cost(other) - cost(one)).slice(0, count);
    return [
      line(['What took longest, in seconds', 'processors', 'from to'], 56, [12, 12]),
      ...slowest.map(({ title, busy, seconds }) => row(title, busy, seconds)),
      row(
        `all ${this.outcomes.length}`,
        sum(cost),
        sum(({ seconds }) => seconds),
      ),
    ].join('\n');
  }
}
