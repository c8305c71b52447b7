// The newest Emscripten that Debian has, beside the one that this machine has: `node scripts/emscripten-newest.mjs` puts
// Debian unstable with it into a folder of the user's cache (two minutes, 1.4 GB; root, debootstrap and a mirror of
// Debian's are needed) and prints its version and its emcc, which has as EMCC. It is there afterwards: to get a newer
// one, add --anew.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { has, output } from '../tools/commands.mjs';
import { isProgram, path } from '../tools/paths.mjs';

const home = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'heaplet', 'emscripten');
const [tree, bin] = [join(home, 'tree'), join(home, 'bin')];

/** Which commands of unstable's can be run from here. Its Node is younger than this one may be. */
const commands = ['emcc', 'em++', 'emar', 'emcmake', 'emnm', 'cmake', 'node'];

/** What to say where it is not. */
export const missing =
  'the newest Emscripten: `node scripts/emscripten-newest.mjs`, as root on a Debian with debootstrap';

/** The folder of its commands. @returns {string | null} null where there is none that runs */
export function newestEmscripten() {
  const emcc = join(bin, 'emcc');
  return existsSync(emcc) && has(emcc) ? bin : null;
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error || status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error ?? `status ${status}`}`);
}

/** The mirror of Debian's that apt takes packages from here; none where it names none, and then debootstrap has its own. */
function mirror() {
  const format = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  return (
    output('apt-get', ...format)
      ?.split('\n')
      .find((line) => /\/debian\/$/.test(line)) ?? ''
  );
}

function install() {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, 'cache'), { recursive: true });
  mkdirSync(bin);
  run('debootstrap', '--variant=minbase', 'sid', tree, ...[mirror()].filter(Boolean));
  // A mirror that lags behind is as good.
  writeFileSync(join(tree, 'etc/apt/apt.conf.d/heaplet'), 'Acquire::Check-Valid-Until "false";\n');
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  run('chroot', tree, ...apt, 'update');
  run('chroot', tree, ...apt, 'install', '-y', '--no-install-recommends', 'emscripten', 'cmake', 'make');
  run('chroot', tree, ...apt, 'clean');
  // Last of all: what is there is complete.
  copyFileSync(path('scripts/emscripten-newest.sh'), join(bin, 'run'));
  for (const name of commands) symlinkSync('run', join(bin, name));
}

if (isProgram(import.meta.url)) {
  try {
    if (process.argv.includes('--anew') || !newestEmscripten()) install();
    console.log(`${output(join(bin, 'emcc'), '--version').split('\n')[0]}\n${join(bin, 'emcc')}`);
  } catch (error) {
    console.error(`heaplet: no newest Emscripten: ${error.message}`);
    process.exitCode = 1;
  }
}
