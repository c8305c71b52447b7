// The heap with everything: in any memory, on many threads, as bytes, and looked into. What goes into it and comes out
// is in content-heap.js.
import { check, checkNumber, checkOptions, isU32 } from './check.js';
import { ContentHeap } from './content-heap.js';
import { chosen, newMemory } from './create.js';
import { Tracker } from './debug.js';
import { ended } from './errors.js';
import { family } from './family.js';
import { Inspector } from './inspect.js';
import { Lease } from './lease.js';
import { linked } from './link.js';
import { Lock } from './lock.js';
import { LooseSet } from './loose-set.js';
import { isShared } from './memory.js';
import { heapOf } from './module.js';
import { attach, over } from './over.js';
import { words } from './place.js';
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
 * @property {boolean} [debug] notes where each block was allocated (see `heap.leaks`), warns of handles and arenas that were
 *   forgotten, and refuses to free what is not in use. Slow
 */
/** @typedef {CreateOptions & MoreOptions} HeapOptions */

/**
 * @param {string} name of the option
 * @param {unknown} value
 */
function flag(name, value) {
  check(value === undefined || typeof value === 'boolean', name, 'true or false', value);
  return value === true;
}

/**
 * The heaps of this thread that lie in a memory: more than one may be at the same place.
 * @type {WeakMap<WebAssembly.Memory, LooseSet<Heap>>}
 */
const heaps = new WeakMap();

/** A heap in a WebAssembly.Memory. */
export class Heap extends ContentHeap {
  /** Null: another module's heap, of which only the functions are known; the profile small; or the heap is closed. */
  #place;
  #lock;
  #tracker;
  /** @type {Inspector | undefined} */
  #inspector;
  /** @type {WeakMap<Uint8Array, Lease>} the lease that came after each snapshot */
  #taken = new WeakMap();
  /**
   * Those that can end apart from each other: a new one after each snapshot.
   * @type {LooseSet<Lease>}
   */
  #leases = new LooseSet();

  /**
   * @param {import('./profiles.js').Parts | Place} parts
   * @param {boolean} debug
   * @protected
   */
  constructor(parts = /** @type {any} */ ({}), debug) {
    const { memory } = parts;
    let { functions } = parts;
    const place = 'base' in parts ? parts : null;
    const lock = place && isShared(memory) ? new Lock(words(place), () => this.#closed()) : null;
    const tracker = debug ? new Tracker(place !== null && lock === null) : null;
    if (tracker) functions = tracker.watched(functions);
    if (lock) functions = locked(functions, lock);
    super(memory, functions);
    this.#place = place;
    this.#lock = lock;
    this.#tracker = tracker;
    this.#leases.add(this._lease);
    if (tracker) watchHandles(this, tracker);
    if (place) {
      const beside = heaps.get(memory) ?? new LooseSet();
      heaps.set(memory, beside);
      beside.add(this);
    }
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
    checkOptions('Heap.create', options, [
      ...['initial', 'maximum', 'profile'],
      ...['shared', 'resizable', 'debug'],
    ]);
    const build = chosen(options.profile);
    const [shared, resizable] = [flag('shared', options.shared), flag('resizable', options.resizable)];
    const debug = flag('debug', options.debug);
    if (shared && options.maximum === undefined) throw new TypeError('maximum: a shared memory needs one');
    if (shared && !build.signature) throw new RangeError(`profile: ${build.profile} cannot be shared`);
    const toResizable = Reflect.get(WebAssembly.Memory.prototype, 'toResizableBuffer');
    if (resizable && !toResizable) throw new TypeError('resizable: this engine has no toResizableBuffer');
    const memory = newMemory(resizable ? { maximum: 2 ** 32, ...options } : options, { shared });
    if (resizable) toResizable.call(memory);
    return new Heap(build.fill(build, memory), debug);
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
    return new Heap(over(memory, options), flag('debug', options?.debug));
  }

  /**
   * The heap that lies at a place: the same one that another thread, or other code on this one, made there. Nothing
   * is started anew. In a memory that is not shared, one thread may use both.
   * @param {AttachMessage} message from `heap.share()`, or `{ memory, base: heap.base }`
   * @returns {Heap}
   * @throws {TypeError | RangeError} if there is no heap
   */
  static attach(message) {
    return new Heap(attach(message), false);
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
    return new Heap(heapOf(module), flag('debug', options.debug));
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
    if (!isShared(memory)) throw new TypeError('memory: it is not shared: Heap.create({ shared: true })');
    return { memory, base };
  }

  /**
   * Ends a heap, most often one that `Heap.over` made: its region can be used for something else. It ends for all that
   * are attached, too: handles and arenas of this thread at once, and each other thread's when that calls the heap next.
   * Functions of `imports` in a memory that is not shared must not be called any more.
   */
  close() {
    const place = this.#own('close');
    const end = () => words(place).fill(0, 3);
    if (this.#lock) this.#lock.run(end, 0, 0, 0);
    else end();
    Atomics.store(words(place), 0, 0);
    for (const heap of heaps.get(place.memory) ?? []) if (heap.#place?.base === place.base) heap.#close();
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
    const snapshot = this.#look('snapshot', (inspector, place) => snapshots.take(place, inspector.pools()));
    // What is made from now on ends if this snapshot is brought back.
    this.#renew();
    this.#taken.set(snapshot, this._lease);
    return snapshot;
  }

  /**
   * Brings a snapshot back: of this heap, or of one at the same base that the same version of heaplet made, perhaps
   * long ago. Handles, marks and arenas that were made or grew since the snapshot end; of a snapshot that this heap
   * did not take, all. What other code and other threads remember of the heap they must forget.
   * @param {Uint8Array} snapshot
   * @throws {TypeError | RangeError} if it is no snapshot that can be brought back here, if its bytes have changed, or
   *   if what it holds is not a sound heap; the heap is then as it was
   * @throws {OutOfMemoryError} if the memory cannot grow to its size
   */
  restore(snapshot) {
    const parts = snapshots.read(this.#own('restore'), snapshot);
    this.#look('restore', (inspector, place) => snapshots.bringBack(place, inspector, snapshot, parts));
    this.#tracker?.forget();
    this.#end(this.#taken.get(snapshot));
    this.#renew();
  }

  /**
   * The heap in numbers. Linear in the number of blocks.
   * @returns {Stats}
   */
  stats() {
    return this.#look('stats', (inspector) => inspector.stats());
  }

  /**
   * Looks at every block, list and flag of the heap. Linear in the number of blocks.
   * @returns {true}
   * @throws {Error} saying what is wrong and where, if the heap is broken
   */
  check() {
    this.#look('check', (inspector) => inspector.check());
    return true;
  }

  /**
   * Every block of the heap, by address. Linear in their number.
   * @returns {BlockInfo[]}
   */
  blocks() {
    return this.#look('blocks', (inspector) => inspector.blocks());
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
   * A number that no other thread's heap has: what `recover` takes. Undefined where the memory is not shared.
   * @returns {number | undefined}
   */
  get thread() {
    return this.#lock?.thread;
  }

  /**
   * Brings a shared heap back to order after a thread has ended inside of a call, which made calls throw that its lock
   * was held for too long: takes the lock over, looks at the whole heap, repairs what was left half done, and lets all go
   * on. What that thread was about to take or give back may stay taken. Linear in the heap's size.
   * @param {number} [thread] the `thread` of its heap, if it is known to have ended: then nobody has to wait, and if it
   *   has left nothing, nothing is done. If it lives, this breaks the heap
   * @returns {string | undefined} what was wrong, if anything was
   * @throws {TypeError | RangeError} naming the argument
   * @throws {Error} saying what is wrong, if that cannot be repaired: each later call throws then
   */
  recover(thread) {
    checkNumber(thread === undefined || isU32(thread), 'thread', 'the thread of a heap', thread);
    return this.#look('recover', (inspector) => inspector.repair(), thread ?? 0);
  }

  /**
   * @param {string} what of the API
   * @returns {Place}
   */
  #own(what) {
    if (this.#place) return this.#place;
    throw new TypeError(`${what}: not for another module's heap, the profile small, or a closed heap`);
  }

  /**
   * Looks into the heap while no other thread changes it.
   * @template R
   * @param {string} what of the API
   * @param {(inspector: Inspector, place: Place) => R} fn
   * @param {number} [dead] in place of this thread, 0 of any that does not go on
   * @returns {R}
   */
  #look(what, fn, dead) {
    const place = this.#own(what);
    this.#inspector ??= new Inspector(place);
    const inspector = this.#inspector;
    const look = () => {
      if (dead === undefined) this.#tracker?.flush();
      return fn(inspector, place);
    };
    return this.#lock ? this.#lock.run(look, 0, 0, dead) : look();
  }

  /** Another thread has ended the heap. */
  #closed() {
    this.#close();
    return ended('heap');
  }

  #close() {
    this.#end();
    this._family = family(() => () => ended('heap'));
    this._malloc = this._free = this._family.malloc;
    this.#place = null;
  }

  /** Handles from now on can be ended apart from those before. */
  #renew() {
    this._lease = new Lease(this.memory, this._free);
    this.#leases.add(this._lease);
  }

  /**
   * Ends a lease and all that came after it, and the arenas that have grown under one.
   * @param {Lease} [first] all, if left out
   */
  #end(first) {
    let since = !first;
    for (const lease of this.#leases) {
      since ||= lease === first;
      if (since) lease.end();
    }
    for (const { from, leases } of this._grants) {
      if (!from?.memory) for (const lease of leases) lease.end();
    }
  }
}

/**
 * The same functions, each under the lock.
 * @param {import('./family.js').Family} functions
 * @param {Lock} lock
 */
const locked = (functions, lock) =>
  family((name) => {
    const fn = Reflect.get(functions, name);
    return (/** @type {number} */ a, /** @type {number} */ b) => lock.run(fn, a, b);
  });

/**
 * Puts methods of the heap's own in front of the class's: who does not debug pays nothing.
 * @param {Heap} heap
 * @param {Tracker} tracker
 */
function watchHandles(heap, tracker) {
  const { alloc, arena } = heap;
  heap.alloc = (Type, length) => {
    /** @type {any} */
    const handle = alloc.call(heap, Type, length);
    const { ptr, byteLength } = handle;
    const block = tracker.blocks.get(ptr);
    return tracker.watch(handle, `a handle of ${byteLength} bytes`, () => tracker.blocks.get(ptr) === block);
  };
  heap.arena = (options) => {
    const made = arena.call(heap, options);
    const { _grant } = made;
    return tracker.watch(made, 'an arena', () => !!_grant.from?.memory);
  };
}
