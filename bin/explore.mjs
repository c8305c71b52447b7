// `heaplet explore`: the explorer in the browser, with a capture in it. The page needs no server; a file that it shall find by
// itself does, on the loopback alone, under a name that nobody can guess.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { captureOf } from './export.mjs';
import { built, parse, path, UsageError } from './usage.mjs';

/** What opens an address on each system. */
const openers = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };

/** @param {string[]} args */
export async function explore(args) {
  const { values, positionals } = parse(args, { 'no-open': { type: 'boolean' } });
  if (positionals.length > 1) throw new UsageError('explore: one file at a time');
  const [file] = positionals;
  built('dist/explorer.html');
  const page = readFileSync(path('dist/explorer.html'));
  const capture = file === undefined ? undefined : captureOf(file);
  const secret = randomBytes(12).toString('hex');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const body = { [`/${secret}/`]: page, [`/${secret}/capture`]: capture }[pathname];
    const type = body === page ? 'text/html; charset=utf-8' : 'application/octet-stream';
    response.writeHead(body ? 200 : 404, { 'Content-Type': type, 'Cache-Control': 'no-store' });
    response.end(body);
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const query = file === undefined ? '' : `#${encodeURIComponent(basename(file))}`;
  const url = `http://127.0.0.1:${port}/${secret}/${query}`;
  if (!values['no-open']) {
    const [command, ...before] = openers[process.platform] ?? ['xdg-open'];
    const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
    child.on('error', () => {}); // The address is printed all the same.
    child.unref();
  }
  return `${url}\nThe page is there until this command ends (Ctrl-C).\n`;
}
