// Back to empty: where a heap is one piece, as most are, it is begun anew, whatever the number of its blocks.
import { blocksOf, poolsOf } from './inspect.js';
import { beginState, extentOf, renew, STATE } from './place.js';
import { WORD } from './word.js';

/** @param {import('./place.js').Place} place */
export function reset(place) {
  const [grows, , spare] = extentOf(place);
  const [[start, end] = [], another] = poolsOf(place);
  if (!another && !spare && start - (place.base + STATE + place.build.stateBytes) < 4 * WORD)
    beginState(place, end, grows);
  else {
    for (const { ptr, state } of blocksOf(place))
      if (state === 'used' || state === 'kept') place.functions.free(ptr);
  }
  renew(place);
}
