#!/usr/bin/env node
// The `heaplet` command: tells a build which flags link heaplet's malloc.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The same for a compiler: a shell takes a path with spaces apart, but seldom the one from the current folder. */
function argument(name) {
  const [absolute, near] = [path(name), relative(process.cwd(), path(name))];
  return /\s/.test(absolute) && !/\s/.test(near) ? near : absolute;
}

const { version } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
const profiles = Object.keys(JSON.parse(readFileSync(path('profiles.json'), 'utf8')).profiles);

const targets = ['emscripten', 'wasi', 'freestanding'];

const help = `heaplet ${version}: a malloc for WebAssembly programs

  heaplet flags --emscripten [--port] [--tracing | --threads | --wasm-workers]
                             [--profile P]           what emcc takes
  heaplet flags --wasi [--profile P]                 what wasi-sdk's clang takes
  heaplet flags --freestanding [--profile P]         the same without a libc
  heaplet flags --include                            for any compiler of C++20
  heaplet --help | --version

  --include     the headers, <heaplet/tlsf.hpp> and <heaplet.h>: alone, or
                beside one of the others
  --profile P   ${profiles.join(', ')}; fast if it is not given
  --port        build from source by --use-port (Emscripten 3.1.54 or later)
  --threads     for a program with POSIX threads: adds -pthread
  --wasm-workers  for one with Wasm Workers and no others: adds -sWASM_WORKERS
  --tracing     tell Emscripten's --tracing and --memoryprofiler of every block
  --json        print the flags as a JSON array, for paths with spaces

  emcc app.c -O2 $(npx heaplet flags --emscripten --profile small)
  clang --target=wasm32-wasip1 app.c -O2 $(npx heaplet flags --wasi)
  c++ -std=c++20 app.cpp $(npx heaplet flags --include)
`;

class UsageError extends Error {}

/** @param {string[]} args of the command line @returns {string} what to print */
function run(args) {
  const { values, positionals } = parse(args);
  if (values.version) return `${version}\n`;
  if (values.help || args.length === 0) return help;
  const [command, ...rest] = positionals;
  if (command !== 'flags' || rest.length)
    throw new UsageError(`unknown command: ${positionals.join(' ') || 'none'}`);
  const flags = flagsOf(values);
  if (values.json) return `${JSON.stringify(flags)}\n`;
  const split = flags.find((flag) => /\s/.test(flag));
  if (split) throw new UsageError(`a shell would take this path apart; use --json: ${split}`);
  return `${flags.join(' ')}\n`;
}

function parse(args) {
  const boolean = { type: /** @type {const} */ ('boolean') };
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        emscripten: boolean,
        wasi: boolean,
        freestanding: boolean,
        include: boolean,
        port: boolean,
        tracing: boolean,
        threads: boolean,
        'wasm-workers': boolean,
        json: boolean,
        help: { ...boolean, short: 'h' },
        version: { ...boolean, short: 'v' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function flagsOf({ include, json: _, ...values }) {
  const headers = include ? [`-I${built('dist/include')}`] : [];
  const alone = include && Object.keys(values).length === 0;
  return alone ? headers : [...headers, ...libraryFlags(values)];
}

/** A path in dist/, as an argument. */
function built(name) {
  if (!existsSync(path(name)))
    throw new UsageError(`${path(name)} is missing: run \`npm run build\` in ${path('')}`);
  return argument(name);
}

/** What a program may be besides, where it is Emscripten's: the flag for emcc, and the library. */
const kinds = {
  tracing: { flag: '--tracing', library: 'libheaplet-tracing.a' },
  threads: { flag: '-pthread', library: 'libheaplet-threads.a' },
  'wasm-workers': { flag: '-sWASM_WORKERS', library: 'libheaplet-workers.a' },
};

/**
 * @param {{ port?: boolean, profile?: string, [targetOrKind: string]: unknown }} options
 * @returns {string[]}
 */
function libraryFlags({ port, profile = 'fast', ...values }) {
  if (!profiles.includes(profile))
    throw new UsageError(`--profile is '${profile}': it must be one of ${profiles.join(', ')}`);
  const [target, ...more] = targets.filter((name) => values[name]);
  if (!target || more.length)
    throw new UsageError(`say one of ${targets.map((name) => `--${name}`).join(', ')}, or --include alone`);
  const [kind, ...others] = Object.keys(kinds).filter((name) => values[name]);
  for (const name of [port && 'port', kind])
    if (name && target !== 'emscripten') throw new UsageError(`--${name} is for --emscripten`);
  if (others.length) throw new UsageError(`--${kind} and --${others[0]}: there is no library for both`);
  const own = kind ? [kinds[kind].flag] : [];
  if (port) return [...own, `--use-port=${argument('wasm/heaplet.py')}:profile=${profile}`];
  const library = built(`dist/${target}/${profile}/${kind ? kinds[kind].library : 'libheaplet.a'}`);
  if (target !== 'emscripten') return [library];
  if (kind === 'tracing') own.push('--js-library', argument('wasm/tracing.js'));
  return [...own, '-sMALLOC=none', library];
}

try {
  process.stdout.write(run(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`heaplet: ${error.message}\nTry heaplet --help\n`);
  process.exitCode = 1;
}
