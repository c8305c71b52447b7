// Workers, the same in Node (worker_threads), browsers, Deno and Bun.

/** Why a thread cannot have another's memory here: browsers want the page to be isolated, and Workers have one thread. */
export const noThreads =
  globalThis.navigator?.userAgent === 'Cloudflare-Workers'
    ? 'this engine has no threads'
    : globalThis.crossOriginIsolated === false &&
      typeof window !== 'undefined' &&
      'this page is not isolated, so its workers share no memory';

const NodeWorker =
  typeof globalThis.Worker === 'undefined' ? (await import('node:worker_threads')).Worker : undefined;

/** A worker that answers each message with one: `ask` sends and waits for the answer. */
export class Thread {
  #worker;
  #waiting = [];
  #answers = [];

  /** @param {string} name of a file in workers/ */
  constructor(name) {
    const url = new URL(`workers/${name}`, import.meta.url);
    this.#worker = NodeWorker ? new NodeWorker(url) : new Worker(url, { type: 'module' });
    const answer = (data) => this.#settle({ data });
    const fail = (event) => this.#settle({ error: new Error(event.message ?? String(event)) });
    if (NodeWorker) {
      this.#worker.on('message', answer);
      this.#worker.on('error', fail);
    } else {
      this.#worker.onmessage = ({ data }) => answer(data);
      this.#worker.onerror = fail;
    }
  }

  #settle(answer) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(answer);
    else this.#answers.push(answer);
  }

  /** The next message that the worker sends. */
  async next() {
    const { data, error } = this.#answers.shift() ?? (await new Promise((done) => this.#waiting.push(done)));
    if (error) throw error;
    if (data?.error) throw new Error(data.error);
    return data;
  }

  post(message) {
    this.#worker.postMessage(message);
  }

  ask(message) {
    this.post(message);
    return this.next();
  }

  terminate() {
    return this.#worker.terminate();
  }
}
