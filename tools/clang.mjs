// The compiler of the npm build: clang, lld and LLVM's tools, compiled to wasm (@yowasp/clang).
import { posix } from 'node:path';
import { cached } from './cache.mjs';

/** Runs the driver (`runClang`) or a tool of LLVM's (`runLLVM`) and hands the files that it left on to `pick`. */
async function run(how, args, files, pick) {
  const yowasp = await import('@yowasp/clang');
  await yowasp.runLLVM(null, {}, { fetchProgress: () => {} }); // loads LLVM; its default prints percentages
  let log = '';
  const decoder = new TextDecoder();
  const print = (bytes) => {
    if (bytes) log += decoder.decode(bytes);
  };
  let output;
  try {
    output = await yowasp[how](args, files, { stdout: print, stderr: print, decodeASCII: false });
  } catch (error) {
    throw new Error(`${args.join(' ')}\n${log || error}`);
  }
  if (log) console.error(log);
  return pick(output);
}

/**
 * The file system that clang has here knows no `..`: an include that climbs is named from the tree's root instead, where
 * `-I.` finds it.
 */
function withoutClimbing(files, folder = '.') {
  const rooted = (_, name) => `#include "${posix.join(folder, name)}"`;
  const entries = Object.entries(files).map(([name, file]) => {
    if (!(file instanceof Uint8Array || typeof file === 'string'))
      return [name, withoutClimbing(file, posix.join(folder, name))];
    if (!/\.[ch](pp)?$/.test(name)) return [name, file];
    return [
      name,
      Buffer.from(file)
        .toString()
        .replace(/^#include "(\.\.\/[^"]+)"/gm, rooted),
    ];
  });
  return Object.fromEntries(entries);
}

/**
 * Runs clang (and lld, when it links) and returns the file that `-o` names.
 * @param {string[]} args the command line, `clang` or `clang++` first; paths as in `files`
 * @param {object} files a tree of folders and files; what clang may read
 * @returns {Promise<Uint8Array>}
 */
export function clang(args, files) {
  return cached(args, files, () =>
    run('runClang', args, withoutClimbing(files), (output) => output[args[args.indexOf('-o') + 1]]),
  );
}

/**
 * Makes a static library.
 * @param {string} name of the file
 * @param {Record<string, Uint8Array>} objects by their names in it
 * @returns {Promise<Uint8Array>}
 */
export function archive(name, objects) {
  const args = ['llvm-ar', 'rcsD', name, ...Object.keys(objects)];
  return cached(args, objects, () => run('runLLVM', args, objects, (output) => output[name]));
}
