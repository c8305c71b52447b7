// Finds a C compiler that makes Emscripten programs, and knows what it and they need to run here: one place for
// tests and benchmarks, which name it as missing where there is none.
//
// Tried in this order: $EMCC; the emsdk's own in $EMSDK; emcc on the PATH.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { output, run } from './commands.mjs';

const windows = process.platform === 'win32';
const suffix = windows ? '.bat' : '';

/** What to say where there is none. */
export const missing = 'Emscripten: emcc in EMCC, in EMSDK or on the PATH (Debian: emscripten node-acorn)';

/** @param {NodeJS.ProcessEnv} environment */
function places({ EMCC, EMSDK, PATH = '' }) {
  // An emcc that was asked for and is not there is an error, and no reason to take another one.
  if (EMCC) {
    if (!existsSync(EMCC)) throw new Error(`EMCC: there is no file ${EMCC}`);
    return [EMCC];
  }
  const folders = [...(EMSDK ? [join(EMSDK, 'upstream', 'emscripten')] : []), ...PATH.split(delimiter)];
  return folders.map((folder) => join(folder, `emcc${suffix}`)).filter(existsSync);
}

/**
 * The folder of the packages that Debian's emcc asks Node for (acorn). Debian's own Node looks there, others do not.
 * @returns {string[]} none where dpkg does not know it
 */
function debianModules() {
  const manifest = output('dpkg', '-L', 'node-acorn')
    ?.split('\n')
    .find((line) => line.endsWith('/acorn/package.json'));
  return manifest ? [dirname(dirname(manifest))] : [];
}

/** Whether version a.b.c comes before another. */
export function isOlder(version, than) {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  const different = left.findIndex((number, i) => number !== right[i]);
  return different >= 0 && left[different] < right[different];
}

/**
 * Before 3.1.11 its programs took a Node that has `fetch` for a browser (emscripten's issue 16913): they get one
 * that has none.
 */
const flagsOf = (version) =>
  isOlder(version, '3.1.11') ? ['--import=data:text/javascript,delete%20globalThis.fetch'] : [];

/**
 * @typedef {object} Emscripten
 * @property {string} emcc the C compiler's path
 * @property {string} emxx the C++ compiler's
 * @property {string} version such as 3.1.6
 * @property {Record<string, string>} env the environment that both need
 * @property {string[]} nodeFlags what node needs before the name of a program
 */

/**
 * @param {NodeJS.ProcessEnv} [environment] in which it is looked for
 * @returns {Emscripten | null} null where there is none that runs
 */
export function findEmscripten(environment = process.env) {
  // NODE_PATH is where Node looks last: nothing that an emcc brings along is hidden by it.
  const modules = [environment.NODE_PATH, ...debianModules()].filter(Boolean).join(delimiter);
  // npm scripts put node_modules/.bin first on the PATH: Emscripten would run npm's binaryen, another version than its own.
  const folders = (environment.PATH ?? '').split(delimiter);
  const PATH = folders.filter((name) => !name.endsWith(join('node_modules', '.bin'))).join(delimiter);
  const env = { ...environment, PATH, ...(modules && { NODE_PATH: modules }) };
  for (const emcc of places(environment)) {
    const { stdout } = spawnSync(emcc, ['--version'], { env, encoding: 'utf8', shell: windows });
    const version = stdout?.match(/Emscripten.*?(\d+\.\d+\.\d+)/)?.[1];
    if (!version) continue;
    const emxx = join(dirname(emcc), `em++${suffix}`);
    return { emcc, emxx, version, env, nodeFlags: flagsOf(version) };
  }
  if (environment.EMCC) throw new Error(`EMCC: ${environment.EMCC} --version does not name an Emscripten`);
  return null;
}

/**
 * Compiles or links.
 * @param {Emscripten} emscripten
 * @param {string[]} args the command line, `emcc` or `em++` first
 * @param {import('node:child_process').SpawnSyncOptions} [options] of `spawnSync`, such as `cwd`
 */
export function runEmscripten({ emcc, emxx, env }, [name, ...args], options = {}) {
  const command = name === 'em++' ? emxx : emcc;
  run(command, args, { env, shell: windows, ...options });
}
