// The allocators that a capture can be replayed on: the build puts them here (build.mjs).

/** @type {Record<string, string>} wasm in base64, by name */
export default {};
