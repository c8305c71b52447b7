// The heap with everything: in any memory, on many threads, as bytes, and looked into. What goes into it and comes out
// is in content-heap.js.
import { checkOptions, show } from './check.js';
import { ContentHeap } from './content-heap.js';
import { chosen, fill, limitsOf, newMemory } from './create.js';
import { Tracker } from './debug.js';
import { familyOf } from './family.js';
import { Inspector } from './inspect.js';
import { linked } from './link.js';
import { Lock, locked } from './lock.js';
import { attach, over } from './over.js';
import { words } from './place.js';
import { isShared } from './profiles.js';
import * as snapshots from './snapshot.js';

/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./debug.js').Leak} Leak */
/** @typedef {import('./inspect.js').BlockInfo} BlockInfo */
/** @typedef {import('./inspect.js').Stats} Stats */
/** @typedef {import('./over.js').AttachMessage} AttachMessage */
/** @typedef {import('./over.js').OverOptions} OverOptions */
/** @typedef {import('./place.js').Place} Place */

/**
 * @typedef {object} MoreOptions
 * @property {boolean} [shared] a memory that threads can share: see `heap.share`. Needs a `maximum`
 * @property {boolean} [resizable] where the engine has it: buffers that grow in place, so that no view ever detaches.
 *   Access to them is 3 to 5 times slower
 * @property {boolean} [debug] notes where each block was allocated (see `heap.leaks`), warns of handles that were
 *   forgotten, and refuses to free what is not in use. Slow
 */
/** @typedef {CreateOptions & MoreOptions} HeapOptions */

/**
 * What a heap is made of.
 * @typedef {object} Parts
 * @property {import('./family.js').Family} family
 * @property {Place | null} place null: another module's heap, of which only its functions are known
 * @property {Lock | null} lock
 * @property {Tracker | null} tracker
 */

/**
 * @param {string} name of the option
 * @param {unknown} value
 */
function flag(name, value = false) {
  if (typeof value !== 'boolean') throw new TypeError(`${name}: expected true or false, got ${show(value)}`);
  return value;
}

/**
 * @param {Place} place
 * @param {boolean} debug
 * @returns {Parts}
 */
function assemble(place, debug) {
  const { memory, base, exports } = place;
  const shared = isShared(memory);
  const lock = shared ? new Lock(words(memory, base)) : null;
  const tracker = debug ? new Tracker(!shared, (text) => console.warn(text)) : null;
  /** @type {import('./family.js').Family} */
  let family = exports;
  if (tracker) family = tracker.watched(family);
  if (lock) family = locked(family, lock);
  return { family, place: place.build.signature ? place : null, lock, tracker };
}

/**
 * Puts a method of the heap's own in front of the class's: who does not debug pays nothing.
 * @param {any} heap
 * @param {Tracker} tracker
 */
function watchHandles(heap, tracker) {
  const { alloc } = heap;
  heap.alloc = (/** @type {unknown} */ Type, /** @type {number} */ length) => {
    const handle = alloc.call(heap, Type, length);
    tracker.watch(handle, handle.ptr);
    return handle;
  };
}

/** A heap in a WebAssembly.Memory. */
export class Heap extends ContentHeap {
  #place;
  #lock;
  #tracker;
  /** @type {Inspector | null} */
  #inspector = null;
  /** @type {WeakMap<Uint8Array, import('./lease.js').HeapLease>} under which each snapshot was taken */
  #taken = new WeakMap();
  /** @type {import('./lease.js').HeapLease} */
  #first;

  /**
   * @param {Parts} parts
   * @protected
   */
  constructor({ family, place, lock, tracker }) {
    super(family);
    this.#place = place;
    this.#lock = lock;
    this.#tracker = tracker;
    this.#first = this._lease;
    if (tracker) watchHandles(this, tracker);
  }

  /**
   * Makes a memory and a heap that fills it. Synchronous: the wasm is part of the package.
   * @override
   * @param {HeapOptions} [options]
   * @returns {Heap}
   * @throws {TypeError | RangeError} naming the option
   * @throws {OutOfMemoryError} if the engine has no room for `initial`
   */
  static create(options = {}) {
    const names = ['initial', 'maximum', 'profile', 'shared', 'resizable', 'debug'];
    checkOptions('Heap.create', options, names);
    const build = chosen(options.profile);
    const [shared, resizable] = [flag('shared', options.shared), flag('resizable', options.resizable)];
    const debug = flag('debug', options.debug);
    const limits = limitsOf(options);
    if (shared && limits.maximum === undefined) {
      throw new TypeError('maximum: a shared memory needs one: how many bytes it may grow to');
    }
    if (shared && !build.signature) throw new RangeError(`profile: ${build.profile} cannot be shared`);
    const grow = Reflect.get(WebAssembly.Memory.prototype, 'toResizableBuffer');
    if (resizable && !grow) {
      throw new TypeError('resizable: this engine has no WebAssembly.Memory.prototype.toResizableBuffer');
    }
    const memory = newMemory(
      shared ? { ...limits, shared } : resizable ? { maximum: 65536, ...limits } : limits,
    );
    if (resizable) grow.call(memory);
    return new Heap(assemble(fill(build, memory), debug));
  }

  /**
   * A heap inside a memory that somebody else made, beside what is there. Other heaps may lie in it too.
   * @param {WebAssembly.Memory} memory
   * @param {OverOptions} [options] without any, the memory is grown and the heap lies in the new pages
   * @returns {Heap}
   * @throws {TypeError | RangeError} naming the argument; also if a heap lies there already
   * @throws {OutOfMemoryError} if the memory cannot be grown
   */
  static over(memory, options = {}) {
    return new Heap(assemble(over(memory, options), flag('debug', options.debug)));
  }

  /**
   * The heap that lies at a place: the same one that another thread, or other code on this one, made there. Nothing
   * is started anew. In a memory that is not shared, one thread may use both.
   * @param {AttachMessage} message from `heap.share()`, or `{ memory, base: heap.base }`
   * @returns {Heap}
   * @throws {TypeError | RangeError} if there is no heap
   */
  static attach(message) {
    return new Heap(assemble(attach(message), false));
  }

  /**
   * The same heap in JavaScript over the malloc and free of another module: a wasm instance or its exports, or an
   * Emscripten Module. What the module does not export beyond these two throws a TypeError when it is called; so do
   * snapshots, statistics and checks.
   * @param {object} module
   * @param {{ debug?: boolean }} [options] see `Heap.create`
   * @returns {Heap}
   * @throws {TypeError} naming what the module lacks
   */
  static fromModule(module, options = {}) {
    checkOptions('Heap.fromModule', options, ['debug']);
    const family = familyOf(module);
    const tracker = flag('debug', options.debug) ? new Tracker(false, (text) => console.warn(text)) : null;
    const watched = tracker ? tracker.watched(family) : family;
    return new Heap({ family: watched, place: null, lock: null, tracker });
  }

  /**
   * Where the heap begins in its memory.
   * @returns {number} bytes
   */
  get base() {
    return this.#own('base').base;
  }

  /**
   * What another thread needs to use this heap: post it to a worker, and there call `Heap.attach` with it. Any thread
   * may then allocate, and any may free.
   * @returns {AttachMessage}
   * @throws {TypeError} if the memory is not shared
   */
  share() {
    const { memory, base } = this.#own('share');
    if (!isShared(memory)) {
      throw new TypeError(
        'memory: it is not shared, so no other thread can have it: Heap.create({ shared: true })',
      );
    }
    return { memory, base };
  }

  /**
   * Ends a heap that `Heap.over` made: its region can be used for something else. It has no blocks from now on, in no
   * thread.
   */
  close() {
    const { memory, base } = this.#own('close');
    Atomics.store(words(memory, base), 0, 0);
    this.#first.end();
    this._end();
    this.#place = null;
  }

  /**
   * What another module needs to be imported to work on this heap: the memory and the C functions, under `env`.
   * @override
   * @param {WebAssembly.Module} [module] built to be placed (`-fPIC -shared`): it gets memory for its data and its
   *   stack, blocks of this heap, and the imports that tell it where
   * @returns {{ env: Record<string, WebAssembly.ImportValue> }}
   */
  imports(module) {
    const { env } = super.imports();
    return { env: module === undefined ? env : { ...env, ...linked(this, module) } };
  }

  /**
   * The whole heap as bytes: its blocks, free ones too, and what it knows of them. To be kept, stored, and brought back
   * by `restore`. Linear in the heap's size.
   * @returns {Uint8Array}
   */
  snapshot() {
    const place = this.#own('snapshot');
    const snapshot = this.#locked(() => snapshots.take(place, this.#look()));
    this.#taken.set(snapshot, this._lease);
    // What is made from now on ends if this snapshot is brought back.
    const before = this._lease;
    before.next = this._renew();
    return snapshot;
  }

  /**
   * Brings a snapshot back: of this heap, or of one at the same base that the same version of heaplet made, perhaps
   * long ago. Handles, marks and arenas that were made or grew since the snapshot end; of a snapshot that this heap
   * did not take, all. What other code and other threads remember of the heap they must forget.
   * @param {Uint8Array} snapshot
   * @throws {TypeError | RangeError} if it is no snapshot that can be brought back here; the heap is then as it was
   * @throws {OutOfMemoryError} if the memory cannot grow to its size
   */
  restore(snapshot) {
    const place = this.#own('restore');
    this.#locked(() => snapshots.bringBack(place, this.#look(), snapshot));
    this.#tracker?.forget();
    const lease = this.#taken.get(snapshot);
    if (lease) lease.next?.end();
    else this.#first.end();
    if (lease) lease.next = this._renew();
    else this.#first = this._renew();
  }

  /**
   * The heap in numbers. Linear in the number of blocks.
   * @returns {Stats}
   */
  stats() {
    this.#own('stats');
    return this.#locked(() => this.#look().stats());
  }

  /**
   * Looks at every block, list and flag of the heap. Linear in the number of blocks.
   * @returns {true}
   * @throws {Error} saying what is wrong and where, if the heap is broken
   */
  check() {
    this.#own('check');
    this.#locked(() => this.#look().check());
    return true;
  }

  /**
   * Every block of the heap, by address. Linear in their number.
   * @returns {BlockInfo[]}
   */
  blocks() {
    this.#own('blocks');
    return this.#locked(() => this.#look().blocks());
  }

  /**
   * The blocks that are in use: at a program's end, those that nobody has freed. With `{ debug: true }` each tells
   * where it was allocated.
   * @returns {Leak[]}
   */
  leaks() {
    const known = this.#tracker?.blocks;
    if (!this.#place && known) return [...known.values()];
    const used = this.blocks().filter(({ state }) => state === 'used');
    return used.map(({ ptr, size }) => known?.get(ptr) ?? { ptr, size });
  }

  /**
   * @param {string} what of the API
   * @returns {Place}
   */
  #own(what) {
    if (this.#place) return this.#place;
    throw new TypeError(
      `${what}: not to be had of another module's heap, the profile small, or a heap that is closed`,
    );
  }

  /**
   * @template R
   * @param {() => R} fn
   * @returns {R}
   */
  #locked(fn) {
    return this.#lock ? this.#lock.run(fn) : fn();
  }

  #look() {
    this.#inspector ??= new Inspector(this.#own('check'));
    return this.#inspector;
  }
}
