// What a page of this repository finds out in a browser: the page posts it, and the browser ends.
import { launch } from './browsers.mjs';
import { serve } from './server.mjs';

/**
 * @param {string} name of a browser, see browsers.mjs
 * @param {string} command that starts it
 * @param {string} page its path from the repository's root, and what is asked of it
 * @param {Omit<Parameters<typeof serve>[0], 'posted'> & { limit?: number }} options how it is served, and for how many ms
 *   its answer is waited for
 * @returns {Promise<any>} what it has sent first, as JSON
 */
export async function postedBy(name, command, page, { limit = 150_000, ...served }) {
  let posted = (_body) => {};
  let timer;
  const answer = new Promise((done, fail) => {
    posted = done;
    timer = setTimeout(fail, limit, new Error(`${name}: ${page} has sent nothing in ${limit / 1000} s`));
  });
  const server = await serve({ ...served, posted });
  const browser = launch(name, command, `${server.url}/${page}`);
  try {
    return JSON.parse(await answer);
  } finally {
    clearTimeout(timer);
    await browser.end();
    server.close();
  }
}
