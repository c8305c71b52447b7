/* src/thread_heap.hpp, in every order of steps of three threads: lists, depot, heap, hand-over and the end of a thread.
 *
 * Four blocks of one size. Each is in one place at any time: with a thread, in a thread's list, in a chain of the depot, or in the
 * heap. What is in the heap changes a flag in the header of the block behind it, under the lock, in two steps (read, write), as
 * `link` does; whoever frees that block reads its header without the lock. A list holds two blocks. */
#define threads 3
#define blocks 4
#define has(set, block) ((set >> (block)) & 1)

bool locked = false;
byte heap = 15;          /* the blocks that are free and merged */
byte list[threads];      /* of each thread */
byte depot[blocks];      /* chains */
byte chains = 0;
byte slot = 255;         /* a block that one thread leaves for another one to free */
byte size[blocks];       /* in each header: must always be 1 */
bool flag[blocks];       /* ... and whether the block before it is free */
byte ended = 0;

inline lock() { atomic { !locked -> locked = true } }
inline unlock() { locked = false }

inline count(set, result) { result = has(set, 0) + has(set, 1) + has(set, 2) + has(set, 3) }
inline lowest(set, result) {
  result = 0;
  do
  :: !has(set, result) -> result++
  :: else -> break
  od;
  skip
}

/* The block behind `block` is told whether that one is free: a header is read, and written later. */
inline tell(block, free) {
  if
  :: block + 1 < blocks ->
    header = size[block + 1];
    flag[block + 1] = free;
    size[block + 1] = header
  :: else
  fi
}

/* With the lock: the heap gives a block. */
inline take() {
  d_step { lowest(heap, block); heap = heap & ~(1 << block) }
  tell(block, false)
}

inline release() {
  d_step { assert(!has(heap, block)); heap = heap | (1 << block) }
  tell(block, true)
}

inline give_chain(set) {
  d_step {
    if
    :: chains == 2 -> /* full: all is merged */
      do
      :: chains > 0 -> chains--; heap = heap | depot[chains]
      :: else -> break
      od
    :: else
    fi;
    depot[chains] = set;
    chains++
  }
}

proctype user(byte self) {
  byte block, header, rest, n, round = 0;
  bool closed = false, holds;
  do
  :: round < 2 ->
    /* allocate */
    holds = false;
    if
    :: list[self] != 0 -> d_step { lowest(list[self], block); list[self] = list[self] & ~(1 << block); holds = true }
    :: list[self] == 0 ->
      lock();
      if
      :: chains > 0 -> d_step { chains--; list[self] = depot[chains]; depot[chains] = 0;
                                lowest(list[self], block); list[self] = list[self] & ~(1 << block); holds = true }
      :: chains == 2 -> d_step { chains--; list[self] = depot[0]; depot[0] = depot[1]; depot[1] = 0; /* of several depots */
                                 lowest(list[self], block); list[self] = list[self] & ~(1 << block); holds = true }
      :: chains == 0 && heap != 0 -> take(); holds = true
      :: chains == 0 && heap == 0 -> skip /* null */
      fi;
      unlock()
    fi;
    /* Perhaps it is another one's from now on, and another one's is ours. */
    if
    :: atomic { holds -> n = slot; slot = block; block = n; holds = (n != 255) }
    :: true
    fi;
freeing:
    if
    :: holds ->
      assert(size[block] == 1); /* the header, without the lock */
      d_step { count(list[self], n) }
      if
      :: !closed && n < 2 -> d_step { assert(!has(list[self], block)); list[self] = list[self] | (1 << block) }
      :: !closed && n == 2 ->
        d_step { lowest(list[self], n); rest = 1 << n; list[self] = (list[self] & ~rest) | (1 << block) }
        lock();
        give_chain(rest);
        unlock()
      :: closed ->
        lock();
        release();
        unlock()
      fi
    :: else
    fi;
    round++
  :: round == 2 ->
    /* The thread ends: all that it keeps goes to the depot. Then one more block is freed. */
    round++;
    lock();
    if
    :: list[self] != 0 -> give_chain(list[self]); list[self] = 0
    :: else
    fi;
    closed = true;
    unlock();
    atomic { block = slot; slot = 255; holds = (block != 255) }
    goto freeing
  :: round > 2 -> break
  od;
  ended++
}

/* Nothing is lost and nothing is in two places, whenever nobody is in the middle of a step; here at the end. */
init {
  byte all, i;
  atomic {
    i = 0;
    do
    :: i < blocks -> size[i] = 1; flag[i] = (i > 0); i++
    :: else -> break
    od;
    run user(0);
    run user(1);
    run user(2)
  }
  ended == threads;
  all = heap;
  i = 0;
  do
  :: i < chains -> assert((all & depot[i]) == 0); all = all | depot[i]; i++
  :: else -> break
  od;
  if
  :: slot != 255 -> assert(!has(all, slot)); all = all | (1 << slot)
  :: else
  fi;
  assert(all == 15);
  assert(list[0] == 0 && list[1] == 0 && list[2] == 0);
  i = 1;
  do
  :: i < blocks -> assert(flag[i] == has(heap, (i - 1)) || chains > 0); i++
  :: else -> break
  od
}
