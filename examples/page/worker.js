// A thread of the page: joins its heap.
import { Heap } from '../../js/index.js';
import { paintRows } from './rows.js';

globalThis.onmessage = ({ data }) => {
  paintRows(Heap.attach(data.heap), data);
  globalThis.postMessage('done');
};
