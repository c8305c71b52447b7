// Where things are, once.
import { mkdirSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository, as a file: URL that ends in a slash. */
export const root = new URL('../', import.meta.url);

/** A path of the repository as the operating system writes it. */
export const path = (relative) => fileURLToPath(new URL(relative, root));

/** The same for a folder that must exist. */
export function folder(relative) {
  mkdirSync(path(relative), { recursive: true });
  return path(relative);
}

/** Whether a module is the program that runs, and not imported by another: give it `import.meta.url`. */
export const isProgram = (url) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(url));
