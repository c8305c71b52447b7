// Figures in a text, between comments that no reader of the page sees:
//
//   The module has <!-- figure size small-coalesce mf -->404<!--/--> bytes.
//
//   <!-- figure programs sqlite -->
//   | ... a table ... |
//   <!--/-->
//
// The first word names a function of figures.mjs, what follows are its arguments. What lies between the comments is replaced.
// If the first comment ends its line, it is whole lines that are.

const pair = /<!-- figure ([^\n]*?) -->(\n?)((?:(?!<!-- figure )[\s\S])*?)<!--\/-->/g;
const either = /<!-- figure\b|<!--\/-->/g;

/** Where a line begins with a comment, Markdown takes all of the line for HTML. */
const atStart = /^[^\S\n]*(?:[-*>] )?<!-- figure (.*?) -->./m;

/**
 * @param {string} text
 * @param {(now: string, name: string, ...args: string[]) => string} figure gets what stands there, too
 * @returns {string} the text with today's figures
 * @throws {Error} if a comment lacks its other half, or stands where it would spoil the page
 */
export function withFigures(text, figure) {
  const [, spoiling] = atStart.exec(text) ?? [];
  if (spoiling) throw new Error(`a line begins with the figure ${spoiling}: put a word before it`);
  let found = 0;
  const whole = text.replace(pair, (_, words, line, inner) => {
    found += 2;
    const [name, ...args] = words.split(' ');
    return `<!-- figure ${words} -->${line}${figure(line ? inner.slice(0, -1) : inner, name, ...args)}${line}<!--/-->`;
  });
  const comments = text.match(either)?.length ?? 0;
  if (comments !== found) throw new Error(`${comments - found} comments of figures without their other half`);
  return whole;
}
