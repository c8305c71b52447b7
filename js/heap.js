// The heap with everything: in any memory, on many threads, as bytes, and looked into. What goes into it and comes out
// is in content-heap.js.
import { alignedRealloc } from './aligned.js';
import { cFunctions } from './c-functions.js';
import { check, checkAlignment, checkNumber, checkOptions, checkPointer, checkSize } from './check.js';
import { ContentHeap } from './content-heap.js';
import { allocated, leaseOf } from './core-heap.js';
import { chosen } from './create.js';
import { Tracker } from './debug.js';
import { counted, describe } from './describe.js';
import { release } from './dispose.js';
import { linked } from './dynamic-link.js';
import { ended } from './errors.js';
import { grantsOf } from './grants.js';
import { blocksOf, check as checkHeap, giveBack, repair, statsOf, usageIn, usageOf } from './inspect.js';
import { Lock } from './lock.js';
import { LooseSet } from './loose-set.js';
import { firstMemory } from './maxima.js';
import { isShared, refuseOther } from './memory.js';
import { partsOf } from './module.js';
import { bring, broughtFor, placesIn, words } from './place.js';
import { attach, checkPlaceable, over } from './region.js';
import { reset } from './reset.js';
import * as snapshots from './snapshot.js';
import { keeping, ThreadCache } from './thread-cache.js';
import { forModules, WORD } from './word.js';

/** @typedef {import('./profiles.js').Profile} Profile */
/** @typedef {import('./c-functions.js').HeapImports} HeapImports */
/** @typedef {import('./create.js').CreateOptions} CreateOptions */
/** @typedef {import('./debug.js').Leak} Leak */
/** @typedef {import('./inspect.js').BlockInfo} BlockInfo */
/** @typedef {import('./handle.js').Lease} Lease */
/** @typedef {import('./inspect.js').Stats} Stats */
/** @typedef {import('./inspect.js').Usage} Usage */
/** @typedef {import('./region.js').AttachMessage} AttachMessage */
/** @typedef {import('./region.js').OverOptions} OverOptions */
/** @typedef {import('./place.js').Place} Place */
/** @typedef {import('./profiles.js').Parts} Parts */

/**
 * @typedef {object} MoreOptions
 * @property {number | number[]} [maximum] bytes that the memory may grow to, rounded up to whole pages; the engine's limit
 *   (4 GiB at most) if left out. Of several the first counts that the engine grants: phones refuse large ones
 * @property {boolean} [shared] a memory that threads can share: see `heap.share`. Needs a `maximum`
 * @property {boolean} [resizable] where the engine has it: buffers that grow in place, so that no view ever detaches.
 *   Access to them is 3 to 5 times slower
 * @property {boolean} [debug] notes where each block was allocated (see `heap.leaks`), warns of handles and arenas that were
 *   forgotten, and refuses to free what is not in use. Slow
 */
/** @typedef {Omit<CreateOptions, 'maximum'> & MoreOptions} HeapOptions */

/** @param {unknown} value */
const isThread = (value) => Number.isInteger(value) && value === Number(value) >>> 0;

/**
 * Options of which some are flags.
 * @template {object} T
 * @param {string} where
 * @param {T} options
 * @param {string[]} names
 * @param {string[]} flags
 */
function settings(where, options, names, flags) {
  const own = checkOptions(where, options, [...names, ...flags]);
  for (const name of flags) {
    const value = Reflect.get(own, name);
    check(value === undefined || typeof value === 'boolean', name, 'true or false', value);
  }
  return own;
}

/**
 * A heap in a WebAssembly.Memory.
 * @template {ArrayBufferLike} [B=ArrayBufferLike] what the memory is made of: SharedArrayBuffers, if it is shared
 * @extends {ContentHeap<B>}
 */
export class Heap extends ContentHeap {
  static {
    describe(Heap, (heap) => heap.#text());
  }

  /**
   * Null: another module's heap, of which only the functions are known, or the profile small; undefined: a closed one.
   * @type {Place | null | undefined}
   */
  #place;
  #functions;
  #lock;
  #cache;
  #settle;
  #figure;
  /** @type {Set<number>} threads that have ended, and whose blocks are not given back yet */
  #dead = new Set();
  #self = new WeakRef(this);
  /** @type {WeakMap<Uint8Array, Lease>} the lease that came after each snapshot */
  #taken = new WeakMap();
  /**
   * Those that can end apart from each other: a new one after each snapshot.
   * @type {LooseSet<Lease>}
   */
  #leases = new LooseSet();
  /** Somebody else has made it. */
  #attached;
  /**
   * Who posts a heap would get an empty object there; a function makes the engine refuse.
   * @internal
   */
  post = this.share;

  /**
   * @param {Parts} parts
   * @param {boolean} [attached] somebody else has made it
   * @protected
   */
  constructor(parts = /** @type {any} */ ({}), attached) {
    const { memory, place = null, settle, figure } = parts;
    /** @type {{ self?: WeakRef<Heap> }} */
    const closing = {};
    const lock = place && isShared(memory) ? new Lock(words(place), Heap.#closing(closing)) : null;
    const cache = place && lock && keepsBlocks(parts) ? new ThreadCache(place, lock) : null;
    const each = lock ? locked(parts.functions, lock) : parts.functions;
    const functions = cache ? keeping(parts.functions, each, cache) : each;
    super({ memory, functions });
    closing.self = this.#self;
    this.#place = place;
    this.#attached = attached;
    this.#functions = functions;
    this.#lock = lock;
    this.#cache = cache;
    this.#settle = settle;
    this.#figure = figure;
    this.#leases.add(leaseOf(this));
    place?.heaps.add(this.#self);
  }

  /**
   * @overload
   * @param {HeapOptions & { shared?: false }} [options]
   * @returns {Heap<ArrayBuffer>}
   */
  /**
   * @overload
   * @param {HeapOptions & { shared: true }} options
   * @returns {Heap<SharedArrayBuffer>}
   */
  /**
   * @overload
   * @param {HeapOptions} [options]
   * @returns {Heap}
   */
  /**
   * Makes a memory and a heap that fills it. Synchronous: the wasm is part of the package.
   * @this {any}
   * @param {HeapOptions} [options]
   * @returns {any}
   * @throws {TypeError | RangeError} naming the option
   * @throws {OutOfMemoryError} if the engine refuses the memory
   * @complexity O(1), what the engine does for a memory aside
   */
  static create(options = {}) {
    const own = settings(
      'Heap.create',
      options,
      ['initial', 'maximum', 'profile', 'module'],
      ['shared', 'resizable', 'debug'],
    );
    const { shared, resizable } = own;
    const { initial, maximum = resizable ? 2 ** 32 : undefined } = own;
    // biome-ignore lint/complexity/noThisInStatic: an entry calls it with a default of its own
    const build = chosen(own, this?.standard ?? 'fast', (module) => bring(module, shared ?? false));
    if (shared && maximum === undefined) throw new TypeError('maximum: a shared memory needs one');
    if (shared) checkPlaceable(build);
    const memory = firstMemory(initial, maximum, { shared });
    if (resizable && !memory.toResizableBuffer?.())
      throw new TypeError('resizable: this engine has no toResizableBuffer');
    return Heap.#of(build.fill(build, memory), own);
  }

  /**
   * A heap inside a memory that somebody else made, beside what is there. Other heaps may lie in it too. BEWARE of a
   * program that has a malloc of its own in that memory, as Emscripten's and AssemblyScript's have: most take each page
   * that the memory grows by for theirs, whoever has grown it, and overwrite a heap that lies there. Nobody can see that
   * from outside. Beside such a program the heap must lie inside of a block that the program's own malloc has given:
   * `{ base, length }` of the block, `base` rounded up to a multiple of 16.
   * @this {any}
   * @template {ArrayBufferLike} [B=ArrayBufferLike]
   * @param {WebAssembly.Memory} memory of 32-bit addresses
   * @param {OverOptions} [options] without any, the memory is grown and the heap lies in the new pages
   * @returns {Heap<B>}
   * @throws {TypeError | RangeError} naming the argument; also if another heap uses any of the region, unless that is
   *   inside of one of its blocks: looked for in the memory up to the region's end
   * @throws {OutOfMemoryError} if the memory cannot be grown
   * @complexity O(1); with a `base`, linear in the memory before the region's end, where other heaps are looked for
   */
  static over(memory, options = {}) {
    const own = settings('Heap.over', options, ['base', 'length', 'profile', 'module'], ['debug']);
    // biome-ignore lint/complexity/noThisInStatic: an entry calls it with a default of its own
    return Heap.#of(over(memory, own, this?.standard ?? 'fast'), own);
  }

  /**
   * @param {Parts} parts
   * @param {{ debug?: boolean }} options
   * @returns {any}
   */
  static #of(parts, { debug }) {
    return debug ? new DebugHeap(parts) : new Heap(parts);
  }

  /**
   * The heap that lies at a place: the same one that another thread, or other code on this one, made there. Nothing
   * is started anew. In a memory that is not shared, one thread may use both.
   * @param {AttachMessage} message from `heap.share()`, or `{ memory, base: heap.base }`
   * @returns {Heap}
   * @throws {TypeError | RangeError} if there is no heap
   * @complexity O(1)
   */
  static attach(message) {
    return new Heap(attach(message), true);
  }

  /**
   * The same heap in JavaScript over the malloc and free of another module: a wasm instance or its exports, or an
   * Emscripten Module. What the module does not export beyond these two throws a TypeError when it is called; so do
   * snapshots, statistics and checks. The module may be one of 64-bit addresses (memory64), as long as its blocks lie
   * below 4 GiB; one above is given back, and a RangeError.
   * @param {object} module the instance, its exports, or an Emscripten Module
   * @param {{ debug?: boolean }} [options] as of `Heap.create`
   * @returns {Heap}
   * @throws {TypeError} naming what the module lacks
   * @complexity O(1)
   */
  static fromModule(module, options = {}) {
    return Heap.#of(partsOf(module), settings('Heap.fromModule', options, [], ['debug']));
  }

  /**
   * Where the heap begins in its memory.
   * @returns {number} bytes
   * @throws {TypeError} for another module's heap, and for one of the profile small
   */
  get base() {
    return this.#own('base').base;
  }

  /**
   * What another thread needs to use this heap: post it to a worker, and there call `Heap.attach` with it. Any thread
   * may then allocate, and any may free. Of a heap that was made of a `module` it is in the message.
   * @returns {AttachMessage}
   * @throws {TypeError} if the memory is not shared
   * @complexity O(1)
   */
  share() {
    const { memory, base, build } = this.#own('share');
    if (!isShared(memory)) throw new TypeError('memory: it is not shared: Heap.create({ shared: true })');
    const module = broughtFor(build, memory);
    return { memory, base, ...(module && { module }) };
  }

  /**
   * Ends a heap, most often one that `Heap.over` made: its region can be used for something else. It ends for all that
   * are attached, too: handles and arenas of this thread at once, and each other thread's when that calls the heap next.
   * Functions of `imports` in a memory that is not shared must not be called any more. The end of the block of
   * `using heap = Heap.over(...)` does the same, and also ends a heap that `Heap.create` made; one that was attached it only
   * lets go.
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the arenas, whatever number of blocks and handles there are
   */
  close() {
    const place = this.#own('close');
    const end = () => words(place).fill(0, 3);
    if (this.#lock) this.#lock.run(end, 0, 0, 0);
    else end();
    Atomics.store(words(place), 0, 0);
    placesIn(place.memory).delete(place.base);
    for (const heap of place.heaps) Heap.#closeThat(heap);
  }

  [release]() {
    if (this.#place && !this.#attached) this.close();
    else {
      if (this.#place) this.flush();
      this.#close();
    }
  }

  /**
   * Gives back the blocks that this thread keeps for itself, of a shared heap: before it ends, or where other threads have
   * more use for them. Of any other heap it does nothing, nor of one of 64-bit addresses, whose threads keep none.
   * @complexity O(1): linear in the blocks that it keeps, which are bounded
   */
  flush() {
    this.#cache?.flush();
  }

  /**
   * Gives everything back at once, whatever the number of blocks: the heap is as empty as it was at first, and keeps the
   * memory that it has. All its handles, marks and arenas end; what other code and other threads have of it they must
   * forget, as after `restore`.
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the arenas, and O(1) in the blocks; where the heap has several pools, because something else lies
   *   between them, linear in the blocks
   */
  reset() {
    this.#look('reset', reset);
    this.#end();
    this.#renew();
  }

  /**
   * Changes the size of a block at a multiple of `alignment`, which it keeps: `realloc` moves a block to any multiple of
   * 16. A block that grows, or shrinks by more than half, is copied. A `ptr` of 0 is a new block.
   * @param {number} ptr its address, or 0
   * @param {number} alignment bytes, a power of two
   * @param {number} size bytes
   * @returns {number} its address from now on, never 0
   * @throws {OutOfMemoryError} the block is then as it was
   * @throws {TypeError | RangeError} naming the argument
   * @complexity O(1), the growth of the memory aside, and the bytes to copy
   */
  alignedRealloc(ptr, alignment, size) {
    checkPointer(ptr);
    checkAlignment(alignment);
    checkSize('size', size);
    return allocated(alignedRealloc(this.memory, this.#functions)(ptr, alignment, size), size);
  }

  /**
   * What another module needs to be imported to work on this heap: the memory and the C functions, under `env`; also
   * `aligned_realloc(ptr, alignment, size)`.
   * @override
   * @param {WebAssembly.Module} [module] built to be placed (`-fPIC -shared`): it gets memory for its data and its
   *   stack, blocks of this heap, and the imports that tell it where
   * @returns {{ env: HeapImports & { aligned_realloc: (ptr: number, alignment: number, size: number) => number } }}
   * @throws {TypeError} if the memory is one of 64-bit addresses, or `module` is none
   * @throws {OutOfMemoryError} if there is no room for the module's data and stack
   * @complexity O(1), the growth of the memory aside
   */
  imports(module) {
    refuseOther('imports', this.memory);
    const { env } = super.imports();
    const { aligned_realloc } = forModules({ aligned_realloc: alignedRealloc(this.memory, this.#functions) });
    return { env: { ...env, aligned_realloc, ...(module === undefined ? {} : linked(this, module)) } };
  }

  /**
   * The whole heap as bytes: its blocks, free ones too, and what it knows of them. To be kept, stored, and brought back
   * by `restore`.
   * @returns {Uint8Array}
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the heap's size
   */
  snapshot() {
    const snapshot = this.#look('snapshot', snapshots.take);
    // What is made from now on ends if this snapshot is brought back.
    this.#renew();
    this.#taken.set(snapshot, leaseOf(this));
    return snapshot;
  }

  /**
   * Brings a snapshot back: of this heap, or of one at the same base that the same version of heaplet made, perhaps
   * long ago. Handles, marks and arenas that were made or grew since the snapshot end; of a snapshot that this heap
   * did not take, all. What other code and other threads remember of the heap they must forget.
   * @param {Uint8Array} snapshot what `snapshot` has returned
   * @throws {TypeError | RangeError} if it is no snapshot that can be brought back here, if its bytes have changed, or
   *   if what it holds is not a sound heap; the heap is then as it was
   * @throws {OutOfMemoryError} if the memory cannot grow to its size
   * @complexity linear in the heap's size
   */
  restore(snapshot) {
    const parts = snapshots.read(this.#own('restore'), snapshot);
    this.#look('restore', (place) => snapshots.bringBack(place, snapshot, parts));
    this.#end(this.#taken.get(snapshot));
    this.#renew();
  }

  /**
   * The heap in numbers.
   * @returns {Stats}
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the number of blocks
   */
  stats() {
    return this.#look('stats', statsOf);
  }

  /**
   * What is in use, and the most that has been, counted as it changes. Of another module's heap too, if that is linked with
   * `npx heaplet flags --usage`.
   * @returns {Usage}
   * @throws {TypeError} for the heap of a module that does not count, and for one of the profile small
   * @complexity O(1): it grows only with the regions that the heap was given, which is one unless others let the memory grow
   */
  usage() {
    return this.#figure ? usageIn(this.#figure) : this.#look('usage', usageOf);
  }

  /**
   * Looks at every block, list and flag of the heap.
   * @returns {true}
   * @throws {Error} saying what is wrong and where, if the heap is broken
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the number of blocks
   */
  check() {
    this.#look('check', checkHeap);
    return true;
  }

  /**
   * Every block of the heap, by address.
   * @returns {BlockInfo[]}
   * @throws {TypeError} for another module's heap, and for one of the profile small
   * @complexity linear in the number of blocks
   */
  blocks() {
    return this.#look('blocks', blocksOf);
  }

  /**
   * The blocks that are in use: at a program's end, those that nobody has freed. With `{ debug: true }` each tells
   * where it was allocated.
   * @returns {Leak[]}
   * @throws {TypeError} for another module's heap without `{ debug: true }`, and for one of the profile small
   * @complexity linear in the number of blocks
   */
  leaks() {
    const used = this.blocks().filter(({ state }) => state === 'used');
    return used.map(({ ptr, size }) => ({ ptr, size }));
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
   * on. What that thread was about to take or give back may stay taken.
   * @param {number} [thread] the `thread` of its heap, if it is known to have ended: then nobody has to wait, and if it
   *   has left nothing, nothing is done. If it lives, this breaks the heap
   * @returns {string | undefined} what was wrong, if anything was
   * @throws {TypeError | RangeError} naming the argument
   * @throws {Error} saying what is wrong, if that cannot be repaired: each later call throws then
   * @complexity linear in the heap's size
   */
  recover(thread) {
    checkNumber(thread === undefined || isThread(thread), 'thread', 'the thread of a heap', thread);
    const wrong = this.#look('recover', repair, thread ?? 0);
    const lock = this.#lock;
    if (lock) {
      this.#dead.add(thread ?? lock.from);
      // If another holds the lock, and is dead too, then who recovers from that one does this as well.
      const all = (/** @type {Place} */ place) => {
        giveBack(place, (thread) => this.#dead.has(thread));
        this.#dead.clear();
      };
      this.#look('recover', all, -1);
    }
    return wrong;
  }

  /**
   * @param {string} what of the API
   * @returns {Place}
   */
  #own(what) {
    if (this.#place) return this.#place;
    throw new TypeError(`${what}: not of this heap, or it is closed`);
  }

  /**
   * Looks into the heap while no other thread changes it.
   * @template R
   * @param {string} what of the API
   * @param {(place: Place) => R} fn
   * @param {number} [dead] in place of this thread, 0 of any that does not go on
   * @returns {R}
   */
  #look(what, fn, dead) {
    const place = this.#own(what);
    const look = () => {
      if (dead === undefined) {
        this.#settle?.();
        this.#cache?.drain();
      }
      return fn(place);
    };
    return this.#lock ? this.#lock.run(look, 0, 0, dead) : look();
  }

  /**
   * What a lock calls that finds that another thread has ended the heap. It keeps no heap alive.
   * @param {{ self?: WeakRef<Heap> }} heap
   */
  static #closing(heap) {
    return () => {
      Heap.#closeThat(heap.self);
      return ended('heap');
    };
  }

  /**
   * Closes a heap of this realm, if somebody has it still.
   * @param {WeakRef<Heap>} [self]
   */
  static #closeThat(self) {
    const heap = self?.deref();
    if (heap) heap.#close();
  }

  #close() {
    this.#end();
    leaseOf(
      this,
      cFunctions(() => () => ended('heap')),
    ).end();
    this.#place = undefined;
  }

  /** What a person sees who prints it. */
  #text() {
    if (this.#place === undefined) return 'Heap (closed)';
    const size = `${this.memory.buffer.byteLength / 1024} KiB`;
    if (this.#place === null) return `Heap, ${size}`;
    return `Heap ${this.#place.build.profile}, ${size}, ${counted(this.stats().usedBlocks)} in use`;
  }

  /** Handles from now on can be ended apart from those before. */
  #renew() {
    this.#leases.add(leaseOf(this, this.#functions));
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
    for (const { from, leases } of grantsOf(this)) {
      if (!from?.memory) for (const lease of leases) lease.end();
    }
  }
}

/**
 * The same functions, each under the lock.
 * @param {import('./c-functions.js').CFunctions} functions
 * @param {Lock} lock
 */
const locked = (functions, lock) =>
  cFunctions((name) => {
    const fn = Reflect.get(functions, name);
    return (/** @type {number} */ a, /** @type {number} */ b) => lock.run(fn, a, b);
  });

/**
 * Whether a thread of a shared heap may keep blocks: not where each is watched from when it is taken to when it is freed, and
 * not in a memory that some engines are slow to look at, nor where words have 64 bits, which the cache does not know.
 * @param {Parts} parts
 */
const keepsBlocks = ({ place, memory, settle }) =>
  WORD === 4 && place?.build.profile === 'fast' && !settle && !Reflect.get(memory.buffer, 'growable');

/** A heap in debug mode: who does not debug pays nothing for it. */
class DebugHeap extends Heap {
  #tracker;
  #place;

  /** @param {Parts} parts */
  constructor(parts) {
    const { place, memory, functions } = parts;
    const tracker = new Tracker(functions, !!place && !isShared(memory), place?.build.profile === 'hardened');
    super({ ...parts, functions: tracker.functions, settle: () => tracker.flush() });
    this.#tracker = tracker;
    this.#place = place;
  }

  /**
   * @override
   * @param {any} Type
   * @param {number} length
   * @returns {any}
   */
  alloc(Type, length) {
    const { blocks } = this.#tracker;
    const handle = super.alloc(Type, length);
    const { ptr, byteLength } = handle;
    const block = blocks.get(ptr);
    return this.#tracker.watch(handle, `a handle of ${byteLength} bytes`, () => blocks.get(ptr) === block);
  }

  /**
   * @override
   * @param {import('./core-arena.js').ArenaOptions} [options]
   */
  arena(options) {
    const arena = super.arena(options);
    const { _grant } = arena;
    return this.#tracker.watch(arena, 'an arena', () => !!_grant.from?.memory);
  }

  /** @override */
  reset() {
    super.reset();
    this.#tracker.blocks.clear();
  }

  /**
   * @override
   * @param {Uint8Array} snapshot
   */
  restore(snapshot) {
    super.restore(snapshot);
    this.#tracker.forget();
  }

  /** @override */
  leaks() {
    const { blocks } = this.#tracker;
    return this.#place ? super.leaks().map((leak) => blocks.get(leak.ptr) ?? leak) : [...blocks.values()];
  }
}
