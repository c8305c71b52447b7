// biome-ignore-all lint/suspicious/noExplicitAny: what a module exports is known to whoever compiled it, not to TypeScript
// What scripts/tsconfig.json has in place of TypeScript's "dom": a WebAssembly whose exports may be used as what they are
// without a cast at each call, and bytes that may lie in a SharedArrayBuffer. js/, which users compile, is checked against
// the real one.

type BufferSource = ArrayBufferLike | ArrayBufferView;

declare namespace WebAssembly {
  type Exports = Record<string, any>;
  type Imports = object;
  interface Item {
    name: string;
    kind: string;
  }

  class Module {
    constructor(bytes: BufferSource);
    static exports(module: Module): Item[];
    static imports(module: Module): Array<Item & { module: string }>;
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Exports;
  }

  class Memory {
    constructor(limits: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Table {
    constructor(limits: { element: string; initial: number; maximum?: number }, value?: unknown);
    readonly length: number;
    get(index: number): any;
    set(index: number, value?: unknown): void;
    grow(by: number, value?: unknown): number;
  }

  class Global {
    constructor(type: { value: string; mutable?: boolean }, value?: unknown);
    value: any;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: BufferSource): boolean;
  function compile(bytes: BufferSource): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function instantiate(
    bytes: BufferSource,
    imports?: Imports,
  ): Promise<{ module: Module; instance: Instance }>;
}

// Node's, which its own types declare only where "dom" does not.
declare const console: import('node:console').Console;

// What only pages use: the one in examples/, and the explorer.
declare const document: any;
declare const Worker: any;
declare const ImageData: any;
declare const Element: any;
declare const KeyboardEvent: any;
declare const CSSStyleSheet: any;
declare const ResizeObserver: any;
declare const devicePixelRatio: number;
declare const location: any;
declare const addEventListener: any;
declare const matchMedia: any;
declare const requestAnimationFrame: any;
declare function postMessage(message: unknown): void;
declare module '*.css' {
  const text: string;
  export default text;
}

// What bench/site/build.mjs puts before the script of its page.
declare const job: any;
declare const worker: string;
declare const colours: Record<string, string>;

// What Emscripten gives to a library of JavaScript, wasm/tracing.js, wasm/trace.js, wasm/stacks.js and others.
declare const Module: Record<string, any>;
declare const HEAPU8: Uint8Array;
declare const LibraryManager: { library: object };
declare const wasmMemory: WebAssembly.Memory;
/** Settings of emcc: older versions have the second. */
declare const PTHREADS: boolean | undefined;
declare const USE_PTHREADS: boolean | undefined;
declare const WASM_WORKERS: boolean | undefined;
/** A thread's own, of wasm/trace_threads.js. */
declare const heapletOwnTrace: any;
/** Of wasm/stacks.js. */
declare const heapletKeptStacks: any;
declare function heapletStacksBegin(): void;
declare function heapletStack(frames: number): any;
declare function heapletStackText(stack: any): string;
declare function heapletIsWasm(line: string): boolean;
declare function heapletWasmName(line: string): string;
declare function heapletStacksWanted(what: 'frames' | 'blocks'): number;
declare function heapletStackKey(stack: any): string;
declare function heapletStackSum(used: Map<number, any>, stack: number, bytes: number): void;
declare function heapletStackSums(used: Map<number, any>): any[];
declare function heapletStackSumTitle(sum: any): string;
declare function heapletStackNumber(): number;
declare function heapletStackKeep(block: number, made: number, freed: number): void;
/** Of wasm/stacks_threads.js, a thread's own. */
declare const heapletOwnStacks: any;
declare function heapletOwnLines(stack: any, frames: number): string[];
declare const ENVIRONMENT_IS_PTHREAD: boolean, ENVIRONMENT_IS_WASM_WORKER: boolean;
declare function heapletThreadName(thread: number): string;
/** Prints a line to stderr. */
declare function err(text: string): void;
declare function mergeInto(library: object, functions: object): void;
