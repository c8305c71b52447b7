// `heaplet record`: runs a WASI program that is linked with libheaplet-trace.a, and writes what its heap does.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { recordHosted } from '../js/capture/recording.js';
import { parse, UsageError, writing } from './usage.mjs';

const string = { type: /** @type {const} */ ('string') };
const many = { ...string, multiple: /** @type {const} */ (true) };
const takesValue = /^(-o|--(output|stacks|sampling|limit|dir|env))$/;

/** What is the command's, the program, and what is the program's own. */
function divided(args) {
  for (let i = 0; i < args.length; i++) {
    if (takesValue.test(args[i])) i++;
    else if (!args[i].startsWith('-')) return [args.slice(0, i), args[i], args.slice(i + 1)];
  }
  throw new UsageError('record: which program? heaplet record PROGRAM.wasm');
}

/** @param {string} name @param {string | undefined} text @param {number} otherwise */
function number(name, text, otherwise) {
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is '${text}': it must be a whole number`);
}

/** @param {string} file */
function compiled(file) {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  }
  let module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    throw new UsageError(`${file}: not a wasm module that this Node knows: ${error.message}`);
  }
  const imports = WebAssembly.Module.imports(module);
  if (!imports.some(({ name }) => name === 'heaplet_trace'))
    throw new UsageError(
      `${file}: it does not report its calls. Link it with $(npx heaplet flags --wasi --trace)`,
    );
  const foreign = imports.find(
    ({ module: from, name }) => from !== 'wasi_snapshot_preview1' && name !== 'heaplet_trace',
  );
  if (foreign)
    throw new UsageError(
      `${file}: it is no WASI program, it imports ${foreign.module}.${foreign.name}. One of Emscripten's is recorded by ` +
        'record(Module) of heaplet/record, in JavaScript',
    );
  return module;
}

/** node:wasi warns that it is experimental: whoever records a program cannot do anything about that. */
async function wasiClass() {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!/WASI/.test(String(warning))) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  const { WASI } = await import('node:wasi');
  process.emitWarning = emitWarning;
  // Node 20 calls WASI's functions in a way of V8's that must not collect garbage, but they can.
  setFlagsFromString('--no-turbo-fast-api-calls');
  return WASI;
}

/** @param {string[]} args */
export async function record(args) {
  const [own, file, rest] = divided(args);
  const { values } = parse(own, {
    output: { ...string, short: 'o' },
    stacks: string,
    sampling: string,
    limit: string,
    dir: many,
    env: many,
  });
  const {
    output,
    stacks,
    sampling,
    limit,
    dir = [],
    env: variables = [],
  } = /** @type {Record<string, any>} */ (values);
  const options = {
    stacks: number('stacks', stacks, 24),
    sampling: number('sampling', sampling, 0),
    limit: number('limit', limit, 1e9),
    program: basename(file),
  };
  const module = compiled(file);
  const WASI = await wasiClass();
  const wasi = new WASI({
    version: 'preview1',
    args: [basename(file), ...rest],
    env: Object.fromEntries(variables.map((text) => [text.split('=')[0], text.slice(text.indexOf('=') + 1)])),
    preopens: Object.fromEntries(dir.map((name) => [name, name])),
    returnOnExit: true,
  });
  const to = output ?? `${basename(file).replace(/\.wasm$/, '')}.heapcap`;
  const out = writing(to, () => openSync(to, 'w'));
  let written = 0;
  const sink = (bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(out, bytes, at);
    written += bytes.length;
  };
  /** @type {WebAssembly.Memory | undefined} */
  let memory;
  const { recording, env } = recordHosted(() => memory, { ...options, sink }, true);
  let failure;
  try {
    const instance = new WebAssembly.Instance(module, {
      .../** @type {WebAssembly.Imports} */ (wasi.getImportObject()),
      env,
    });
    memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    if (instance.exports._start) process.exitCode = wasi.start(instance);
    else wasi.initialize(instance);
  } catch (error) {
    // Most of all of a program that traps one wants to see what its memory was like.
    failure = error;
  }
  recording.stop();
  closeSync(out);
  const { events, ended } = recording;
  process.stderr.write(
    `heaplet: ${events.toLocaleString('en')} events, ${written.toLocaleString('en')} bytes: ${to}` +
      `${ended ? ` (${ended})` : ''}\n`,
  );
  if (options.stacks && WebAssembly.Module.customSections(module, 'name').length === 0)
    process.stderr.write(
      `heaplet: ${file}: it has no names of functions for its stacks: link it with -g, and, where clang calls a ` +
        'wasm-opt, with --no-wasm-opt\n',
    );
  if (failure) throw failure;
}
