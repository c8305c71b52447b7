// Fetches Deno and Bun from npm where the machine has none (200 MB, so not with the other development packages).
import { npm } from '../tools/npm.mjs';
import { folder, isProgram } from '../tools/paths.mjs';
import { runtime, runtimes } from '../tools/runtimes.mjs';

if (isProgram(import.meta.url)) {
  const missing = Object.keys(runtimes).filter((name) => !runtime(name));
  if (missing.length > 0) {
    const packages = missing.map((name) => `${name}@${runtimes[name].version}`);
    npm(['install', '--prefix', folder('build/runtimes'), '--no-save', '--ignore-scripts', ...packages]);
  }
}
