// Back to empty: where a heap is one piece, as most are, it is begun anew, whatever the number of its blocks.
import { extentOf, STATE } from './place.js';

/**
 * @param {import('./place.js').Place} place
 * @param {import('./inspect.js').Inspector} inspector
 */
export function reset(place, inspector) {
  const [grows, , spare] = extentOf(place);
  const [pool, another] = inspector.pools();
  const whole = !another && !spare && pool?.start - (place.base + STATE + place.build.stateBytes) < 16;
  if (whole) place.begin(pool.end, grows);
  else for (const { ptr, state } of inspector.blocks()) if (state === 'used') place.functions.free(ptr);
}
