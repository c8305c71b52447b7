// dist/explorer.html: the explorer alone on a page. `heaplet explore` serves a capture beside it, whose name stands behind
// the #.
import { mount } from './mount.js';

const host = document.querySelector('#explorer');
const explorer = mount(host);
Reflect.set(globalThis, 'heapletExplorer', explorer);
// What misses the explorer itself shall not replace the page.
for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault());

const name = decodeURIComponent(location.hash.slice(1));
if (name && location.protocol.startsWith('http')) {
  const response = await fetch('capture');
  if (response.ok) {
    const blob = await response.blob();
    await explorer.openFile(Object.assign(blob, { name }));
  }
}
