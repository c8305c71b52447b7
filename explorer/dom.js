// Elements, in a line each.

/**
 * @param {string} name `tag.class`
 * @param {Record<string, any>} [attributes] those whose names begin with `on` are listeners
 * @param {...any} children elements and texts
 * @returns {any}
 */
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const made = document.createElement(tag);
  made.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Calls a function at the next frame, once however often it was asked for. */
export function atNextFrame(fn) {
  let asked = 0;
  return () => {
    if (asked) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      fn();
    });
  };
}
