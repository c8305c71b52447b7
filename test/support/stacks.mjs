// The stacks that `hardened` prints where they are kept.

/**
 * The stacks in what was printed, each by its title: the names of its functions, and which function of the heap was called.
 * @param {string} text
 */
export function stacks(text) {
  const found = [];
  // Behind it comes the engine's.
  for (const line of text.split(/^Aborted/m)[0].split('\n')) {
    const [, title, none] = /^ {2}(\w+(?: by [\w ]+)? at):(.*)$/.exec(line) ?? [];
    if (title) found.push({ title, frames: none ? [none.trim()] : [] });
    // Newer engines write the module's name before that of the function. Firefox writes an @ between name and place.
    const [, name] = /^ {4}(?:at )?(?:\S+?\.wasm\.)?(.*?)(?: \(\w+:|@).*wasm-function/.exec(line) ?? [];
    if (name) found.at(-1).frames.push(name.replace('heaplet_', ''));
    else if (/^ {4}at/.test(line)) found.at(-1).frames.push(line);
  }
  return found.map(({ title, frames }) => `${title} ${frames.join(' < ')}`);
}
