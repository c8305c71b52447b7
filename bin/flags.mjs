// `heaplet flags`: tells a build which flags link heaplet's malloc.
import { readFileSync } from 'node:fs';
import { argument, built, parse, path, UsageError } from './usage.mjs';

const known = JSON.parse(readFileSync(path('profiles.json'), 'utf8'));

export const profiles = Object.keys(known.profiles);

const targets = ['emscripten', 'wasi', 'freestanding'];

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
    stacks: boolean,
    trace: boolean,
    threads: boolean,
    memory64: boolean,
    pool: boolean,
    discard: boolean,
    'wasm-workers': boolean,
    usage: boolean,
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

/** What a program may be besides: the flag for the compiler, and the library. */
const kinds = {
  tracing: { flag: '--tracing', library: 'libheaplet-tracing.a' },
  // A stack has names of functions where the program keeps them.
  stacks: { flag: '--profiling-funcs', library: 'libheaplet-stacks.a' },
  threads: { flag: '-pthread', library: 'libheaplet-threads.a' },
  'wasm-workers': { flag: '-sWASM_WORKERS', library: 'libheaplet-workers.a' },
  discard: { flag: '', library: 'libheaplet-discard.a' },
};

/** Programs whose threads' stacks are kept too: one library for both. */
const threaded = ['threads', 'wasm-workers'];

/** Targets that have a library for memories of 64-bit addresses; that it is such a program says each of its objects. */
const wide = ['emscripten', 'freestanding'];

/**
 * @param {{ port?: boolean, trace?: boolean, usage?: boolean, pool?: boolean, memory64?: boolean, profile?: string,
 *   [targetOrKind: string]: unknown }} options
 * @returns {string[]}
 */
function libraryFlags({ port, trace, usage, pool, memory64, profile, ...values }) {
  if (profile !== undefined && !profiles.includes(profile))
    throw new UsageError(`--profile is '${profile}': it must be one of ${profiles.join(', ')}`);
  const [target, ...more] = targets.filter((name) => values[name]);
  if (!target || more.length)
    throw new UsageError(`say one of ${targets.map((name) => `--${name}`).join(', ')}, or --include alone`);
  const named = Object.keys(kinds).filter((name) => values[name]);
  const stacks = named.includes('stacks');
  if (stacks && threaded.includes(named[1])) named.shift();
  const [kind, ...others] = named;
  for (const name of [port && 'port', stacks && 'stacks', kind])
    if (name && name !== 'discard' && name !== 'threads' && target !== 'emscripten')
      throw new UsageError(`--${name} is for --emscripten`);
  if (stacks && profile !== 'hardened') throw new UsageError('--stacks is for --profile hardened');
  if (others.length) throw new UsageError(`--${kind} and --${others[0]}: there is no library for both`);
  const isOthers = target !== 'emscripten';
  if (trace && (kind === 'discard' || (kind === 'threads' && isOthers)))
    throw new UsageError(`--${kind} and --trace: there is no library for both`);
  if (memory64) {
    if (!wide.includes(target)) throw new UsageError('--memory64 is for --emscripten and --freestanding');
    const without = [
      trace && 'trace',
      pool && 'pool',
      !port && usage && 'usage',
      !port && stacks && 'stacks',
      !port && kind,
    ];
    for (const name of without)
      if (name) throw new UsageError(`--memory64 and --${name}: there is no library for both`);
    return mallocFlags(target, profile ?? 'fast', { port, kind, stacks, usage, bits: '64' });
  }
  if (usage && profile === 'small')
    throw new UsageError('--usage: the profile small does not count what is in use');
  if (usage && (kind === 'tracing' || stacks || kind === 'discard' || (kind === 'threads' && isOthers)))
    throw new UsageError(`--${stacks ? 'stacks' : kind} and --usage: there is no library for both`);
  for (const name of [kind === 'discard' && kind, stacks && 'stacks'])
    if (port && name) throw new UsageError(`--port and --${name}: no port does that`);
  if (profile === 'small' && kind === 'discard') throw new UsageError('--discard: small has no place for it');
  if (pool && port) throw new UsageError('--port and --pool: the port has both');
  if (pool && (kind === 'tracing' || kind === 'discard'))
    throw new UsageError(`--${kind} and --pool: a pool takes no memory from the system`);
  const pools = pool ? poolFlags(target, kind === 'stacks' ? undefined : kind) : [];
  // Pools lie beside any malloc: heaplet's is linked too, if its profile is named.
  if (pool && profile === undefined && !trace && !usage) return pools;
  const isOwn = profile !== undefined || port || usage;
  const reporting = trace
    ? traceFlags(target, kind, isOwn ? [...known.traced, ...known.tracedOfHeaplet] : known.traced)
    : [];
  // The calls of any malloc can be reported: heaplet's is linked too, if its profile is named.
  const own = kind && kind !== 'tracing' ? [kinds[kind].flag] : [];
  if (trace && !isOwn) return [...own, ...reporting, ...pools];
  return [...mallocFlags(target, profile ?? 'fast', { port, kind, stacks, usage }), ...reporting, ...pools];
}

/**
 * @param {string} target
 * @param {string | undefined} kind
 * @param {string[]} names
 */
function traceFlags(target, kind, names) {
  // `--undefined`: wasm-ld leaves out of a library what is called by nobody but what wraps it, and calls nothing then.
  const wraps = names.flatMap((name) => [`-Wl,--wrap=${name}`, `-Wl,--undefined=${name}`]);
  const hasThreads = kind === 'threads' || kind === 'wasm-workers';
  const glue = hasThreads ? 'wasm/trace_threads.js' : 'wasm/trace.js';
  const library = target === 'emscripten' ? ['--js-library', argument(glue)] : [];
  const archive = built(`dist/${target}/libheaplet-trace${hasThreads ? '-threads' : ''}.a`);
  return [...wraps, ...library, archive];
}

/**
 * @param {string} target
 * @param {string | undefined} kind
 */
function poolFlags(target, kind) {
  const name = kind ? 'libheaplet-pool-threads.a' : 'libheaplet-pool.a';
  return [...(kind ? [kinds[kind].flag] : []), built(`dist/${target}/${name}`)];
}

/**
 * @param {string} target
 * @param {string} profile
 * @param {{ port?: boolean, kind?: string, stacks?: boolean, usage?: boolean, bits?: '' | '64' }} options `bits` of
 *   addresses, if not 32
 */
function mallocFlags(target, profile, { port, kind, stacks, usage, bits = '' }) {
  const ofThreads = stacks && kind !== 'stacks';
  const own = kind && kinds[kind].flag ? [kinds[kind].flag] : [];
  if (ofThreads) own.push(kinds.stacks.flag);
  if (port)
    return [...own, `--use-port=${argument('wasm/heaplet.py')}:profile=${profile}${usage ? ':usage=1' : ''}`];
  const folder = `dist/${target}${bits}/${profile}${usage ? '/usage' : ''}`;
  const ofKind = kind ? kinds[kind].library : 'libheaplet.a';
  const library = built(`${folder}/${ofThreads ? 'libheaplet-stacks-threads.a' : ofKind}`);
  if (target !== 'emscripten') return [...own, library];
  if (kind === 'tracing') own.push('--js-library', argument('wasm/tracing.js'));
  if (stacks) own.push('--js-library', argument('wasm/stacks.js'));
  if (ofThreads) own.push('--js-library', argument('wasm/stacks_threads.js'));
  if (kind === 'discard') own.push('--js-library', argument('wasm/discard.js'));
  return [...own, '-sMALLOC=none', library];
}
