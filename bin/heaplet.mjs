#!/usr/bin/env node
// The `heaplet` command: which flags link heaplet's malloc, and where a program's memory goes.
import { readFileSync } from 'node:fs';
import { flags, profiles } from './flags.mjs';
import { path, UsageError } from './usage.mjs';

const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));

const help = `heaplet ${version}: a malloc for WebAssembly programs, and a look into their heaps

  heaplet flags --emscripten [--port] [--tracing | --threads | --wasm-workers]
                   [--trace] [--usage] [--profile P] what emcc takes
  heaplet flags --emscripten --profile hardened --stacks
                   [--threads | --wasm-workers]      the same; a fault is shown
                                                     with its block's stacks
  heaplet flags --wasi [--threads] [--trace] [--usage] [--profile P]
                                                     what wasi-sdk's clang takes
  heaplet flags --freestanding [--threads] [--trace] [--usage] [--profile P]
                                                     the same without a libc
  heaplet flags --emscripten|--freestanding --memory64 [--profile P]
                                                     for addresses of 64 bits
  heaplet flags --TARGET --discard [--profile P]     pages that hold nothing are
                                                     given back to the host
  heaplet flags --TARGET --pool                      heaps over buffers of one's
                                                     own, <heaplet_pool.h>
  heaplet flags --include                            for any compiler of C++20
  heaplet record [OPTIONS] PROGRAM.wasm [ARGUMENTS]
                                                     run a WASI program, linked
                                                     with --trace, and write
                                                     what its heap does, to
                                                     PROGRAM.heapcap
  heaplet explore [FILE.heapcap] [--no-open]         look at it in the browser
  heaplet export FILE.heapcap --speedscope|--heapprofile|--trace [-o FILE]
                                                     for other tools
  heaplet merge A.heapcap B.heapcap ... [-o FILE]    those of several threads
  heaplet --help | --version

  --include     the headers, <heaplet/tlsf.hpp> and <heaplet.h>: alone, or
                beside one of the others
  --profile P   ${profiles.join(', ')}; fast if it is not given
  --port        build from source by --use-port (Emscripten 3.1.54 or later)
  --discard     pages of free memory are given back: env.heaplet_discard
                is called with them (not in small)
  --pool        without --profile nothing else: malloc stays what it is
  --threads     for a program with POSIX threads, or without a libc one whose
                instances share a memory: adds -pthread
  --wasm-workers  for one with Wasm Workers and no others: adds -sWASM_WORKERS
  --memory64    for a program compiled with -m64 (Emscripten from 6.0 on;
                before -sMEMORY64=1), or --target=wasm64
  --tracing     tell Emscripten's --tracing and --memoryprofiler of every block
  --stacks      keep the stacks by which each block was allocated and freed, and
                print them when \`hardened\` finds a fault: for debugging;
                with --threads or --wasm-workers of all threads
  --trace       report each call to \`heaplet record\`, or to \`record(Module)\` in
                JavaScript; without --profile of whichever malloc there is;
                with --threads or --wasm-workers of all threads
  --usage       count what is in use, for heaplet_usage() and for the program's
                host, by the export heaplet_usage_figure; not for small
  --json        print the flags as a JSON array, for paths with spaces

  of \`record\`:
  -o FILE           where to write
  --stacks N        frames of each stack at most (24); 0: none, and quicker
  --sampling BYTES  one block in so many bytes; without it all
  --limit BYTES     of the file (1 GB)
  --dir PATH        a folder that the program may use; as often as wanted
  --env NAME=VALUE  of its environment; as often as wanted

  emcc app.c -O2 $(npx heaplet flags --emscripten --profile small)
  clang --target=wasm32-wasip1 app.c -O2 $(npx heaplet flags --wasi)
  c++ -std=c++20 app.cpp $(npx heaplet flags --include)
`;

/** Each command gives what is to be printed, if anything is. */
const commands = {
  flags,
  record: async (args) => (await import('./record.mjs')).record(args),
  explore: async (args) => (await import('./explore.mjs')).explore(args),
  merge: async (args) => (await import('./export.mjs')).merged(args),
  export: async (args) => (await import('./export.mjs')).exported(args),
};

/** @param {string[]} args of the command line @returns {Promise<string | undefined>} what to print */
async function run([command, ...args]) {
  if (command === '--version' || command === '-v') return `${version}\n`;
  const isHelp = (argument) => argument === '--help' || argument === '-h';
  if (command === undefined || isHelp(command) || (command !== 'record' && args.some(isHelp))) return help;
  if (!Object.hasOwn(commands, command)) throw new UsageError(`unknown command: ${command}`);
  return commands[command](args);
}

try {
  process.stdout.write((await run(process.argv.slice(2))) ?? '');
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`heaplet: ${error.message}\nTry heaplet --help\n`);
  process.exitCode = 1;
}
