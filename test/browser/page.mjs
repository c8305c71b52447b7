// Runs the test files that the address names (?files=a,b) and sends the results to the server that served the page.
import { runAll } from 'node:test';

const state = document.querySelector('#state');
const list = document.querySelector('#results');

async function run() {
  const files = new URLSearchParams(location.search).get('files')?.split(',') ?? [];
  const results = [];
  // What nobody awaits fails too, as it does in Node.
  addEventListener('unhandledrejection', ({ reason }) => {
    results.push({ name: state.textContent, error: `not awaited: ${reason}\n${reason?.stack ?? ''}` });
  });
  for (const file of files) {
    state.textContent = file;
    try {
      await import(`/test/js/${file}`);
    } catch (error) {
      results.push({ name: file, error: `${error}\n${error.stack}` });
    }
    const own = await runAll((name) => {
      state.textContent = `${file}: ${name}`;
    });
    if (own.length === 0) results.push({ name: file, error: 'it has no test' });
    for (const result of own) results.push({ ...result, name: `${file}: ${result.name}` });
  }
  return results;
}

const results = await run();
for (const { name, error, skipped } of results) {
  const item = document.createElement('li');
  item.className = error ? 'failed' : skipped ? 'skipped' : 'passed';
  item.textContent = [name, error, skipped && `left out: ${skipped}`].filter(Boolean).join(': ');
  list.append(item);
}
const count = (kind) => list.querySelectorAll(`.${kind}`).length;
state.textContent = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} left out`;
await fetch('/results', { method: 'POST', body: JSON.stringify({ agent: navigator.userAgent, results }) });
