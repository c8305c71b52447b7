// `heaplet flags`: tells a build which flags link heaplet's malloc.
import { readFileSync } from 'node:fs';
import { argument, built, parse, path, UsageError } from './usage.mjs';

export const profiles = Object.keys(JSON.parse(readFileSync(path('profiles.json'), 'utf8')).profiles);

const targets = ['emscripten', 'wasi', 'freestanding'];

/** What libheaplet-trace.a reports of any malloc, and what of heaplet's besides: wasm/build/trace.mjs has both. */
const wrapped = ['malloc', 'calloc', 'realloc', 'aligned_alloc', 'memalign', 'posix_memalign', 'free'];
const own = [
  'reallocarray', // a libc's calls its realloc, which is reported
  'heaplet_malloc',
  'heaplet_calloc',
  'heaplet_realloc',
  'heaplet_aligned_alloc',
  'heaplet_aligned_realloc',
  'heaplet_free',
];

const boolean = { type: /** @type {const} */ ('boolean') };

/** @param {string[]} args @returns {string} what to print */
export function flags(args) {
  const { values, positionals } = parse(args, {
    emscripten: boolean,
    wasi: boolean,
    freestanding: boolean,
    include: boolean,
    port: boolean,
    tracing: boolean,
    trace: boolean,
    json: boolean,
    profile: { type: 'string' },
  });
  if (positionals.length) throw new UsageError(`unknown command: flags ${positionals.join(' ')}`);
  const found = flagsOf(values);
  if (values.json) return `${JSON.stringify(found)}\n`;
  const split = found.find((flag) => /\s/.test(flag));
  if (split) throw new UsageError(`a shell would take this path apart; use --json: ${split}`);
  return `${found.join(' ')}\n`;
}

function flagsOf({ include, json: _, ...values }) {
  const headers = include ? [`-I${built('dist/include')}`] : [];
  const alone = include && Object.keys(values).length === 0;
  return alone ? headers : [...headers, ...libraryFlags(values)];
}

/**
 * @param {{ port?: boolean, tracing?: boolean, trace?: boolean, profile?: string, [target: string]: unknown }} options
 * @returns {string[]}
 */
function libraryFlags({ port, tracing, trace, profile, ...values }) {
  if (profile !== undefined && !profiles.includes(profile))
    throw new UsageError(`--profile is '${profile}': it must be one of ${profiles.join(', ')}`);
  const [target, ...more] = targets.filter((name) => values[name]);
  if (!target || more.length)
    throw new UsageError(`say one of ${targets.map((name) => `--${name}`).join(', ')}, or --include alone`);
  for (const [name, value] of Object.entries({ port, tracing }))
    if (value && target !== 'emscripten') throw new UsageError(`--${name} is for --emscripten`);
  const isOwn = profile !== undefined || port;
  const reporting = trace ? traceFlags(target, isOwn ? [...wrapped, ...own] : wrapped) : [];
  // The calls of any malloc can be reported: heaplet's is linked too, if its profile is named.
  if (trace && !isOwn) return reporting;
  return [...mallocFlags(target, profile ?? 'fast', port, tracing), ...reporting];
}

/**
 * @param {string} target
 * @param {string[]} names
 */
function traceFlags(target, names) {
  const wraps = names.map((name) => `-Wl,--wrap=${name}`);
  const library = target === 'emscripten' ? ['--js-library', argument('wasm/trace.js')] : [];
  return [...wraps, ...library, built(`dist/${target}/libheaplet-trace.a`)];
}

/**
 * @param {string} target
 * @param {string} profile
 * @param {boolean | undefined} port
 * @param {boolean | undefined} tracing
 */
function mallocFlags(target, profile, port, tracing) {
  const traced = tracing ? ['--tracing'] : [];
  if (port) return [...traced, `--use-port=${argument('wasm/heaplet.py')}:profile=${profile}`];
  const library = built(`dist/${target}/${profile}/libheaplet${tracing ? '-tracing' : ''}.a`);
  if (target !== 'emscripten') return [library];
  if (tracing) traced.push('--js-library', argument('wasm/tracing.js'));
  return [...traced, '-sMALLOC=none', library];
}
