// The chosen block, and the stack that has asked for it.
import { lifeOf } from '../js/capture/index.js';
import { element } from './dom.js';
import { bytes, count, hex, time } from './text.js';

/** @param {import('./store.js').Store} store */
export function blockView(store) {
  const body = element('div');
  const section = element('section.block', { 'aria-label': 'Block' }, element('h2', {}, 'Block'), body);
  const list = (pairs) =>
    element(
      'dl',
      {},
      ...pairs.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    );

  function framesOf(stack) {
    const frames = store.history.framesOf(stack);
    return element(
      'ol.frames',
      { 'aria-label': 'Stack, the innermost first' },
      ...frames.map((name) => element('li', {}, name)),
    );
  }

  store.subscribe(() => {
    const { history, block, stack } = store;
    if (block >= 0) {
      const life = lifeOf(history, block);
      const isChosen = stack === life.stack;
      body.replaceChildren(
        list([
          ['address', hex(life.address)],
          ['asked for', bytes(life.size)],
          ['can be used', bytes(life.usable)],
          ['since', time(life.born)],
          ['until', life.died === undefined ? 'never freed' : time(life.died)],
          ['thread', String(life.thread)],
        ]),
        element(
          'button',
          {
            'aria-pressed': String(isChosen),
            onclick: () => store.set({ stack: isChosen ? -1 : life.stack }),
          },
          isChosen ? 'Show all blocks' : 'Show all of this stack',
        ),
        framesOf(life.stack),
      );
    } else if (stack >= 0) {
      const blocks = store.live.filter((each) => history.stack.raw[each] === stack);
      body.replaceChildren(
        list([
          ['of this stack', `${count(blocks.length)} blocks`],
          ['bytes', bytes(history.bytesOf(blocks))],
        ]),
        ...(blocks.length
          ? [element('button', { onclick: () => store.set({ block: blocks[0] }) }, 'Go to its first block')]
          : []),
        framesOf(stack),
      );
    } else body.replaceChildren(element('p.about', {}, 'Choose a block in the map, or a stack below.'));
  });
  return section;
}
