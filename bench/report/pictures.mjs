// The pictures of the first page, each a file that needs nothing else: the plot of size against time, by day and by night,
// for wide pages and for narrow ones, and the badges. `npm run figures` writes them.
import { escaped } from '../../tools/text.mjs';
import { colours, schemes } from './colours.mjs';
import { scatter } from './plots.mjs';

/** What texts and lines look like: as on the benchmark's page, in one scheme. */
const style = ({ ink, soft, own, line }) =>
  `text{fill:${ink};font:12px system-ui,sans-serif}.soft{fill:${soft}}.own{fill:${own};font-weight:600}.axis{stroke:${line}}`;

const shapes = {
  '': { width: 720, height: 440, right: 64 },
  '-narrow': { width: 400, height: 470, right: 24 },
};

/**
 * @param {{ name: string, x: number, y: number }[]} points bytes and time of each allocator
 * @returns {Record<string, string>} the files
 */
export function sizeAgainstTime(points) {
  const colour = colours(points.map(({ name }) => name));
  const files = {};
  for (const [scheme, look] of Object.entries(schemes))
    for (const [shape, size] of Object.entries(shapes)) {
      const plot = scatter(points, 'bytes of code', 'time, heaplet fast = 1', colour, size);
      files[`size-speed${shape}-${scheme}.svg`] = plot
        .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
        .replace(
          '</title>',
          `</title><style>${style(look)}</style><rect width="100%" height="100%" fill="${look.paper}"/>`,
        )
        .concat('\n');
    }
  return files;
}

/** A label and what it says, in a picture that is readable on any page. */
export function badge(label, value) {
  const wide = (text) => 12 + Math.ceil(6.8 * text.length);
  const [left, right] = [wide(label), wide(value)];
  const at = (x, text) => `<text x="${x}" y="14" text-anchor="middle">${escaped(text)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img"><title>${escaped(`${label}: ${value}`)}</title>
<style>text{fill:#fff;font:11px Verdana,system-ui,sans-serif}</style>
<rect width="${left}" height="20" fill="#57606a"/><rect x="${left}" width="${right}" height="20" fill="#0a62c4"/>
${at(left / 2, label)}${at(left + right / 2, value)}
</svg>
`;
}
