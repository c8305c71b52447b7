// What the first page shows of bench/results/, as pictures: docs/pictures/.
import { readFileSync } from 'node:fs';
import { badge, sizeAgainstTime } from '../../bench/report/pictures.mjs';
import { path } from '../../tools/paths.mjs';
import { ofLastRun } from './bench.mjs';
import { size } from './exact.mjs';

/** @returns {Record<string, string>} the files */
export const plots = () => sizeAgainstTime(ofLastRun.points());

/** @returns {Record<string, string>} the files */
export function badges() {
  const { license, engines } = JSON.parse(readFileSync(path('package.json'), 'utf8'));
  const [, node] = engines.node.match(/^>=(\d+)$/);
  return {
    'badge-size.svg': badge('malloc + free', `${size('small-coalesce', 'mf')} bytes`),
    'badge-licence.svg': badge('licence', license),
    'badge-node.svg': badge('Node', `${node} or later`),
  };
}
