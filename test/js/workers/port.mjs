// A worker's end: calls `handle` with each message and sends back what it returns, or the error.
export async function serve(handle) {
  const nodePort =
    typeof globalThis.postMessage === 'undefined' ||
    (globalThis.process?.versions?.node && !globalThis.Deno && !globalThis.Bun)
      ? (await import('node:worker_threads')).parentPort
      : undefined;
  const send = (message) => (nodePort ?? globalThis).postMessage(message);
  const receive = async (message) => {
    try {
      send((await handle(message, send)) ?? null);
    } catch (error) {
      send({ error: `${error.stack ?? error}` });
    }
  };
  if (nodePort) nodePort.on('message', receive);
  else globalThis.onmessage = ({ data }) => receive(data);
}
