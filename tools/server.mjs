// Serves the repository to browsers, on the loopback alone: its files as they are, but for the names that only a package
// manager or Node knows, which become paths. (A page could do that by an import map; its workers could not.)
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { path } from './paths.mjs';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

const { exports } = JSON.parse(readFileSync(path('package.json'), 'utf8'));

/** The package's entries by the names that users import, and where the browser finds each. */
const entries = Object.fromEntries(
  Object.entries(exports)
    .filter(([, target]) => target.default)
    .map(([entry, target]) => [entry.replace('.', 'heaplet'), target.default.slice(1)]),
);

/**
 * @param {object} options
 * @param {boolean} options.isolated whether pages may share memory with their workers
 * @param {string} [options.policy] of the pages, their Content-Security-Policy; none if left out
 * @param {string} [options.folder] to serve, from the repository's root; all of it if left out
 * @param {Record<string, string>} [options.modules] what else `import` names, and where the browser finds it
 * @param {(body: string) => void} [options.posted] what a page sends
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function serve({ isolated, policy, folder = '.', modules = {}, posted = () => {} }) {
  const places = { ...entries, ...modules };
  const resolved = (source) =>
    source.replace(/\b(from|import) '([^']+)'/g, (all, word, name) =>
      places[name] ? `${word} '${places[name]}'` : all,
    );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST') {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        response.end();
        posted(Buffer.concat(parts).toString());
      });
      return;
    }
    const headers = { 'Content-Type': types[extname(pathname)] ?? 'application/octet-stream' };
    if (isolated) {
      headers['Cross-Origin-Opener-Policy'] = 'same-origin';
      headers['Cross-Origin-Embedder-Policy'] = 'require-corp';
    }
    if (policy && pathname.endsWith('.html')) headers['Content-Security-Policy'] = policy;
    try {
      const file = new URL(`.${pathname}`, `file://${path(folder)}/`);
      const content = readFileSync(file);
      response.writeHead(200, headers);
      response.end(pathname.endsWith('.mjs') ? resolved(content.toString()) : content);
    } catch {
      response.writeHead(404, headers);
      response.end();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
