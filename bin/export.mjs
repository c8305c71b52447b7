// `heaplet export`: a capture in the formats of other tools.
import { readFileSync, writeFileSync } from 'node:fs';
import { CaptureError, History, merge, toHeapProfile, toSpeedscope, toTrace } from '../js/capture/index.js';
import { parse, UsageError, writing } from './usage.mjs';

const formats = {
  speedscope: { ending: 'speedscope.json', of: (bytes) => JSON.stringify(toSpeedscope(new History(bytes))) },
  heapprofile: { ending: 'heapprofile', of: (bytes) => JSON.stringify(toHeapProfile(new History(bytes))) },
  trace: { ending: 'trace', of: (bytes) => toTrace(bytes) },
};

/** @param {string[]} args @returns {string} what to print */
export function merged(args) {
  const { values, positionals } = parse(args, { output: { type: 'string', short: 'o' } });
  if (positionals.length < 2) throw new UsageError('merge: say two captures or more');
  const output = values.output ?? 'merged.heapcap';
  if (positionals.includes(output)) throw new UsageError(`-o ${output}: it is one of the captures`);
  try {
    const bytes = merge(positionals.map(captureOf));
    writing(output, () => writeFileSync(output, bytes));
  } catch (error) {
    const name = positionals[/^captures\[(\d+)\]/.exec(error.message)?.[1] ?? -1];
    if (error instanceof CaptureError)
      throw new UsageError(`merge: ${name ? `${name}: ` : ''}${error.message}`);
    throw error;
  }
  return `${output}\n`;
}

/** @param {string[]} args @returns {string} what to print */
export function exported(args) {
  const boolean = { type: /** @type {const} */ ('boolean') };
  const { values, positionals } = parse(args, {
    speedscope: boolean,
    heapprofile: boolean,
    trace: boolean,
    output: { type: 'string', short: 'o' },
  });
  const [name, ...more] = Object.keys(formats).filter((format) => values[format]);
  if (!name || more.length || positionals.length !== 1)
    throw new UsageError('say one file, and one of --speedscope, --heapprofile, --trace');
  const [file] = positionals;
  const { ending, of } = formats[name];
  const output = values.output ?? `${file.replace(/\.heapcap$/, '')}.${ending}`;
  const bytes = captureOf(file);
  try {
    const { error } = new History(bytes).reading;
    if (error) process.stderr.write(`heaplet: ${file}: ${error}; what is before that counts\n`);
    const exported = of(bytes);
    writing(output, () => writeFileSync(output, exported));
  } catch (error) {
    if (error instanceof CaptureError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  return `${output}\n`;
}

/** @param {string} file */
export function captureOf(file) {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  }
}
