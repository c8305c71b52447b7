/// <reference lib="esnext.disposable" preserve="true" />
// `using` calls the method that Symbol.dispose names. Engines without it (Safari, today) get a symbol of our own: the
// classes stay the same, and nothing is added to the engine's.

/** @type {typeof Symbol.dispose} */
export const release = Symbol.dispose ?? Symbol();
