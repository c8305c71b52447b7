// Fetches from npm where else JavaScript runs and the machine does not have it (1.2 GB, so not with the other development
// packages).
import { npm } from '../tools/npm.mjs';
import { folder, isProgram } from '../tools/paths.mjs';
import { home, runtime, runtimes } from '../tools/runtimes.mjs';

if (isProgram(import.meta.url)) {
  for (const name of Object.keys(runtimes).filter((name) => !runtime(name))) {
    const { name: packaged = name, version } = runtimes[name];
    const wanted = `${packaged}@${version}`;
    npm(['install', '--prefix', folder(home(name)), '--no-save', '--ignore-scripts', wanted]);
  }
}
