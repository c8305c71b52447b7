// Compiles a module for its page, whose policy may forbid it.
const response = await fetch('/dist/import/heaplet.wasm');
postMessage(await WebAssembly.compile(await response.arrayBuffer()));
