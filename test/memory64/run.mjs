// The JavaScript tests over words of 64 bits, with `heaplet/memory64` in the place of `heaplet`, in a Node that has such
// memories: `node test/memory64/run.mjs`. What stands here is about 32 bits itself, or about other entries; its likes for 64
// bits are in test/js/wide.test.mjs.
import { spawnSync } from 'node:child_process';
import { portable, several } from '../../scripts/test-files.mjs';
import { path } from '../../tools/paths.mjs';
import { runtime } from '../../tools/runtimes.mjs';

/** Files whose modules, captures or entries are of 32 bits, and what threads of those keep. */
const files =
  /\/(capture|core|dynamic-link|entries|forbidden|imported|memory64|printed|realms|stacks|thread-cache|wide)\.test\.mjs$/;

/** Tests, by what in them is. */
const tests = [
  // what `imports` gives, called with numbers
  '200 blocks keep their alignment and their bytes through any sizes',
  'what is refused leaves the block as it was; shrinking is never refused',
  'allocates by moving a pointer, with no call into wasm',
  'handles do not overlap and keep what they hold, through chunks, big blocks and growth',
  'reset ends the handles, keeps a chunk, and gives the rest back',
  'free gives all back; again it does nothing; use after it throws',
  "a handle's own free ends that handle alone",
  'Symbol.dispose frees, where the engine has it',
  'scope returns what the function returns and frees',
  'scope frees when the function throws',
  'scope of an async function frees when that is done',
  'scopes nest',
  // modules of 32 bits, and numbers that 32 bits do not hold
  'over an instance, its exports, an Emscripten Module',
  'numbers that arrive negative leave unsigned',
  'imports: a module that imports memory and malloc works on the heap',
  '(initial|maximum): refuses what is no number of bytes',
  'of several maxima the first that the engine grants',
  'calloc whose product overflows is out of memory',
  'alignedAlloc refuses what is no power of two',
  'a size near 2 \\*\\* 32 is out of memory, by its size',
  'pointers and sizes above 2 \\*\\* 31 are unsigned',
  "another module's figures, where it exports them; else an error says so",
  'a shared heap counts what its threads keep',
  // the profile small
  'a block that malloc gave gets the alignment',
  'reset is not for heaps that cannot be looked into',
  'Symbol.dispose ends a heap and its handles',
  // how long the state is, and where what lies in it
  '(fast|hardened): a (shared )?heap with broken lists is repaired',
  'at a thousand places',
  'regions side by side touch nobody',
  'what a heap has grown by is its own',
  'a block of another heap is a region, once',
  'scopes inside of scopes take little: their chunks are small',
  'what is not followed by memory that can grow is used where it suffices, and else memory grows',
  'so is each bit of a small one',
  'refuses ranges that are not those of a heap, whatever the checksum says',
];

const command = runtime('node24');
if (!command) {
  console.log('Node 24: not on this machine: node scripts/runtimes.mjs');
  process.exit(1);
}
const args = [
  ...['--import', './test/memory64/hooks.mjs', ...several({})],
  ...tests.map((name) => `--test-skip-pattern=/^${name}$/`),
  ...portable().filter((name) => !files.test(name)),
];
const { status, error } = spawnSync(command, args, { cwd: path('.'), stdio: 'inherit' });
if (error) throw error;
process.exit(status ?? 1);
