// The package as a user has it: packed by npm, and installed into a project whose folder has a space in its name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEmscripten } from '../../tools/emscripten.mjs';
import { path } from '../../tools/paths.mjs';

/** One such project for a file of tests; `remove` when they are done. */
export class Project {
  #scratch = mkdtempSync(join(tmpdir(), 'heaplet-'));
  folder = join(this.#scratch, 'my project');
  #env = findEmscripten()?.env ?? process.env;

  constructor() {
    mkdirSync(this.folder);
    const packed = this.succeeds('npm', ['pack', '--json', '--pack-destination', this.#scratch], {
      cwd: path('.'),
    });
    this.write('package.json', '{ "private": true }');
    // The package has no dependencies, so that nothing is fetched.
    const tarball = join(this.#scratch, JSON.parse(packed)[0].filename);
    this.succeeds('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball]);
  }

  /** Beside the project, where the path to it has a space. */
  get outside() {
    return this.#scratch;
  }

  path(name) {
    return join(this.folder, name);
  }

  write(name, contents) {
    writeFileSync(this.path(name), contents);
  }

  /** Runs a command in the project. */
  run(command, args, options = {}) {
    const env = { ...this.#env, ...options.env };
    const result = spawnSync(command, args, { cwd: this.folder, encoding: 'utf8', ...options, env });
    return {
      ...result,
      text: `${command} ${args.join(' ')}\n${result.stdout}${result.stderr}${result.error ?? ''}`,
    };
  }

  /** @returns {string} what a command that must succeed prints */
  succeeds(command, args, options) {
    const { status, stdout, text } = this.run(command, args, options);
    assert.equal(status, 0, text);
    return stdout;
  }

  /** The same of a line that is typed into a shell; npx fetches nothing. */
  shell(line, options) {
    return this.succeeds('sh', ['-c', line.replaceAll('npx heaplet', 'npx --offline heaplet')], options);
  }

  remove() {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
