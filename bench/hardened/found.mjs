// Which mistakes a peer finds: programs with a mistake each (faults.c, faults_new.cpp), and how they end.
import { spawnSync } from 'node:child_process';
import { path } from '../../tools/paths.mjs';
import { emscripten, link, peers } from './peers.mjs';

/** The mistakes by what they are; those in C++ are named `new/...`. */
export const classes = {
  'double free': ['double_free', 'double_free_later', 'double_free_merged', 'double_free_reused'],
  '`free`, `realloc`, `usable_size` of what is no block': [
    ...['free_interior', 'free_unaligned', 'free_global', 'free_stack', 'free_integer'],
    ...['realloc_interior', 'usable_interior'],
  ],
  '`realloc`, `usable_size` of a freed block': ['realloc_freed', 'usable_freed'],
  'write past the end': [
    ...['overflow_byte', 'overflow_zero', 'overflow_zero_full', 'overflow_word', 'overflow_64'],
    ...['overflow_victim', 'overflow_realloc'],
  ],
  'write before the start': ['underflow_byte', 'underflow_word', 'underflow_16'],
  'write after free': ['write_after_free_link', 'write_after_free_middle', 'write_after_free_large'],
  'forged links and blocks': ['write_after_free_aimed', 'unlink_forged', 'block_forged'],
  'wrong size or alignment': ['wrong_size', 'wrong_alignment', 'new/delete_wrong_size'],
  'C++: wrong function': ['new/new_free', 'new/new_delete_array', 'new/array_delete', 'new/malloc_delete'],
  'read past the end, after free': ['read_past_end', 'read_after_free'],
  'write past the end, and the block is never freed': ['write_past_end_kept'],
  'write far past the end, into another block': ['write_far'],
  'write past a local or a global variable': ['write_past_local', 'write_past_global'],
};

/** What `hardened` promises nothing about. */
export const others = Object.keys(classes).slice(-4);

/**
 * @typedef {'named' | 'ended' | 'unnoticed'} Outcome it said what was wrong; it ended by an assertion or a trap; or nothing
 */

/**
 * @param {string} name of a peer
 * @param {{ status: number | null, stdout: string, stderr: string }} run
 * @returns {Outcome}
 */
export function outcome(name, { status, stdout, stderr }) {
  if (peers[name].says?.test(`${stderr}\n${stdout}`)) return 'named';
  return status === 0 ? 'unnoticed' : 'ended';
}

/**
 * @param {string} name of a peer
 * @param {string[]} [mistakes]
 * @returns {Promise<Record<string, Outcome>>}
 */
export async function found(name, mistakes = Object.values(classes).flat()) {
  const neutral = name === 'hardened' ? [`-I${path('wasm')}`] : ['-DOTHERS'];
  const args = ['-O1', '-sEXIT_RUNTIME=1', ...neutral];
  const c = await link(name, 'faults', ['emcc', ...args, path('bench/hardened/faults.c')]);
  const wantsNew = mistakes.some((mistake) => mistake.startsWith('new/'));
  const cpp =
    wantsNew &&
    (await link(name, 'faults_new', ['em++', '-std=c++20', ...args, path('bench/hardened/faults_new.cpp')]));
  return Object.fromEntries(
    mistakes.map((mistake) => {
      const own = mistake.replace('new/', '');
      const command = [...emscripten.nodeFlags, own === mistake ? c : cpp, own];
      const run = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000 });
      return [mistake, outcome(name, run)];
    }),
  );
}
