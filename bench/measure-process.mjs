// One process of `processes.mjs`: is sent what to measure, and answers with the cells.
import { Random } from '../tools/random.mjs';
import { Alone } from './alone.mjs';
import { measure } from './measure.mjs';

/** The first process has everybody in the order of the tables. */
function reordered(list, number) {
  return number === 0 ? list : new Random('process', number).shuffle([...list]);
}

process.once('message', async (/** @type {import('./processes.mjs').Job} */ job) => {
  const { number, programs, rows, rounds, scale, alone } = job;
  const send = (message) => new Promise((resolve) => process.send(message, resolve));
  try {
    const cells = await measure(new Map(reordered([...programs], number)), {
      rows: /** @type {typeof rows} */ (
        Object.fromEntries(Object.entries(rows).map(([linking, list]) => [linking, reordered(list, number)]))
      ),
      rounds,
      scale,
      alone: alone && new Alone(alone.program, alone.real),
      report: (said) => send({ said }),
    });
    await send({ cells });
  } catch (error) {
    await send({ error: error.stack });
  }
  process.disconnect();
});
