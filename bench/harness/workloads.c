// The C harness: every workload, over an allocator that is imported.
//
// It has no data, no stack and no memory of its own: what it keeps lies in blocks that it allocates like any
// program, so it runs on every allocator wherever that one has put itself. Compiled twice: HARNESS_SIZED calls
// allocators that want a block's size back when it is freed, as Rust's do. The work is the same in both.
//
// Each workload returns a checksum of what it found in its blocks. It depends on the sizes alone, so all
// allocators must give the same one. No memory is a trap.
#include <stddef.h>
#include <stdint.h>

#define IMPORT(name) __attribute__((import_module("heap"), import_name(#name)))

#ifdef HARNESS_SIZED
IMPORT(alloc) uint8_t* heap_alloc(size_t size);
IMPORT(dealloc) void heap_dealloc(uint8_t* block, size_t size);
IMPORT(resize) uint8_t* heap_resize(uint8_t* block, size_t old, size_t size);
IMPORT(alloc_zeroed) uint8_t* heap_cleared(size_t size);
#else
IMPORT(malloc) uint8_t* heap_malloc(size_t size);
IMPORT(free) void heap_free(uint8_t* block);
IMPORT(realloc) uint8_t* heap_realloc(uint8_t* block, size_t size);
IMPORT(calloc) uint8_t* heap_calloc(size_t count, size_t size);

static inline uint8_t* heap_alloc(size_t size) { return heap_malloc(size); }

static inline void heap_dealloc(uint8_t* block, size_t size) {
  (void)size;
  heap_free(block);
}

static inline uint8_t* heap_resize(uint8_t* block, size_t old, size_t size) {
  (void)old;
  return heap_realloc(block, size);
}

static inline uint8_t* heap_cleared(size_t size) { return heap_calloc(1, size); }
#endif

#define EXPORT(name) __attribute__((export_name(#name))) uint32_t name

typedef uint32_t Word;

/// xorshift32: the same numbers everywhere. The state is a local of each workload.
static inline Word next(Word* state) {
  Word x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

/// A number in [0, count), without a division.
static inline Word below(Word* state, Word count) { return (Word)(((uint64_t)next(state) * count) >> 32); }

static inline Word between(Word* state, Word least, Word most) {
  return least + below(state, most - least + 1);
}

/// A size whose logarithm is even: small ones are as many as large ones.
static inline Word logarithmic(Word* state, Word octaves) {
  const Word octave = 1u << below(state, octaves);
  return octave + below(state, octave);
}

// A program writes to what it allocates and reads it before it frees it: the first and the last byte here.

static inline void mark(uint8_t* block, Word size) {
  if (!block) __builtin_trap();
  block[0] = (uint8_t)size;
  block[size - 1] = (uint8_t)(size >> 3);
}

static inline Word read_mark(const uint8_t* block, Word size) { return block[0] * 3u + block[size - 1]; }

static inline uint8_t* take(Word size) {
  uint8_t* const block = heap_alloc(size);
  mark(block, size);
  return block;
}

/// What is not cleared changes the checksum.
static inline uint8_t* take_cleared(Word size, Word* sum) {
  uint8_t* const block = heap_cleared(size);
  if (!block) __builtin_trap();
  *sum += read_mark(block, size);
  mark(block, size);
  return block;
}

static inline Word give(uint8_t* block, Word size) {
  const Word found = read_mark(block, size);
  heap_dealloc(block, size);
  return found;
}

static inline uint8_t* change(uint8_t* block, Word old, Word size) {
  uint8_t* const moved = heap_resize(block, old, size);
  if (!moved) __builtin_trap();
  return moved;
}

typedef struct {
  uint8_t* block;  // null: none
  Word size;
} Slot;

static inline Slot* make_slots(Word count) {
  Slot* const slots = (Slot*)heap_alloc(count * sizeof(Slot));
  if (!slots) __builtin_trap();
  for (Word i = 0; i < count; i++) slots[i] = (Slot){0, 0};
  return slots;
}

static inline Word release_slots(Slot* slots, Word count) {
  Word sum = 0;
  for (Word i = 0; i < count; i++) {
    if (slots[i].block) sum += give(slots[i].block, slots[i].size);
  }
  heap_dealloc((uint8_t*)slots, count * sizeof(Slot));
  return sum;
}

/// Allocate or free at random, in `count` slots, sizes 1 to `most`.
EXPORT(random_actions)(Word operations, Word count, Word most) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0;
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[below(&state, count)];
    if (slot->block) {
      sum += give(slot->block, slot->size);
      slot->block = 0;
    } else {
      slot->size = between(&state, 1, most);
      slot->block = take(slot->size);
    }
  }
  return sum + release_slots(slots, count);
}

/// The same, and every second block that would be freed is resized instead.
EXPORT(random_realloc)(Word operations, Word count, Word most) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0;
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[below(&state, count)];
    if (!slot->block) {
      slot->size = between(&state, 1, most);
      slot->block = take(slot->size);
    } else if (next(&state) & 0x10000) {
      sum += give(slot->block, slot->size);
      slot->block = 0;
    } else {
      const Word size = between(&state, 1, most);
      slot->block = change(slot->block, slot->size, size);
      sum += slot->block[0];
      slot->size = size;
      mark(slot->block, size);
    }
  }
  return sum + release_slots(slots, count);
}

/// The oldest of `count` blocks is replaced, sizes 1 to `most`.
EXPORT(round_robin)(Word operations, Word count, Word most) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0, at = 0;
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[at];
    if (++at == count) at = 0;
    if (slot->block) sum += give(slot->block, slot->size);
    slot->size = between(&state, 1, most);
    slot->block = take(slot->size);
  }
  return sum + release_slots(slots, count);
}

/// One of `count` blocks, any, is replaced: Larson's server. Sizes `least` to `most`. All live at first.
EXPORT(replace)(Word operations, Word count, Word least, Word most) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0;
  for (Word i = 0; i < count; i++) {
    slots[i].size = between(&state, least, most);
    slots[i].block = take(slots[i].size);
  }
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[below(&state, count)];
    sum += give(slot->block, slot->size);
    slot->size = between(&state, least, most);
    slot->block = take(slot->size);
  }
  return sum + release_slots(slots, count);
}

/// Blocks of `size` bytes are asked for cleared, `count` of them, and all are freed; again and again.
EXPORT(cleared)(Word operations, Word count, Word size) {
  Slot* const slots = make_slots(count);
  Word sum = 0;
  for (Word done = 0; done < operations; done += 2 * count) {
    for (Word i = 0; i < count; i++) slots[i].block = take_cleared(size, &sum);
    for (Word i = 0; i < count; i++) {
      sum += give(slots[i].block, size);
      slots[i].block = 0;
    }
  }
  return sum + release_slots(slots, count);
}

// Four types: wherever one is made or dropped its size is a constant, which a compiler can pass on to the allocator.

static inline uint8_t* take_one_of(Word type) {
  switch (type) {
    case 0:
      return take(24);
    case 1:
      return take(56);
    case 2:
      return take(120);
    default:
      return take(400);
  }
}

static inline Word give_one_of(Word type, uint8_t* block) {
  switch (type) {
    case 0:
      return give(block, 24);
    case 1:
      return give(block, 56);
    case 2:
      return give(block, 120);
    default:
      return give(block, 400);
  }
}

/// One of `count` objects of four types, any, is replaced by one of any type.
EXPORT(objects)(Word operations, Word count) {
  Slot* const slots = make_slots(count);  // a slot's size is its type
  Word state = 1, sum = 0;
  for (Word i = 0; i < count; i++) slots[i] = (Slot){take_one_of(i & 3), i & 3};
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[below(&state, count)];
    sum += give_one_of(slot->size, slot->block);
    slot->size = next(&state) >> 30;
    slot->block = take_one_of(slot->size);
  }
  for (Word i = 0; i < count; i++) {
    sum += give_one_of(slots[i].size, slots[i].block);
    slots[i].block = 0;
  }
  return sum + release_slots(slots, count);
}

typedef struct Node {
  struct Node *left, *right;
  Word value;
} Node;

static Node* grow_tree(Word depth) {
  Node* const node = (Node*)heap_alloc(sizeof(Node));
  if (!node) __builtin_trap();
  node->value = depth;
  if (depth == 0) {
    node->left = node->right = 0;
  } else {
    node->left = grow_tree(depth - 1);
    node->right = grow_tree(depth - 1);
  }
  return node;
}

static Word fell_tree(Node* node) {
  const Word sum = node->left ? fell_tree(node->left) + fell_tree(node->right) : 0;
  const Word value = node->value;
  heap_dealloc((uint8_t*)node, sizeof(Node));
  return sum * 2 + value + 1;
}

/// Binary trees: a deep one that stays, and shallow ones that come and go.
EXPORT(trees)(Word operations, Word depth) {
  Node* const deep = grow_tree(depth + 2);
  Word sum = 0;
  for (Word done = 0; done < operations; done += 4u << depth) sum += fell_tree(grow_tree(depth));
  return sum + fell_tree(deep);
}

typedef struct Link {
  struct Link* next;
  Word size, value;
} Link;

static Link* make_list(Word* state, Word length) {
  Link* list = 0;
  for (; length; length--) {
    const Word size = between(state, sizeof(Link), 60);
    Link* const link = (Link*)heap_alloc(size);
    if (!link) __builtin_trap();
    *link = (Link){list, size, length};
    list = link;
  }
  return list;
}

static Word drop_list(Link* list) {
  Word sum = 0;
  while (list) {
    Link* const next = list->next;
    sum += list->value;
    heap_dealloc((uint8_t*)list, list->size);
    list = next;
  }
  return sum;
}

/// Lists are made and dropped at random, and for each of them another one is walked twice: what is used together should
/// lie together. The walks are part of the time, but no operations.
EXPORT(walk)(Word operations, Word count, Word length) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0;
  for (Word done = 0; done < operations; done += length) {
    Slot* const slot = &slots[below(&state, count)];
    if (slot->block) {
      sum += drop_list((Link*)slot->block);
      slot->block = 0;
    } else {
      slot->block = (uint8_t*)make_list(&state, length);
    }
    Link* const other = (Link*)slots[below(&state, count)].block;
    for (Word pass = 0; pass < 2; pass++) {
      for (Link* link = other; link; link = link->next) sum = sum * 3 + link->value;
    }
  }
  for (Word i = 0; i < count; i++) sum += drop_list((Link*)slots[i].block);
  heap_dealloc((uint8_t*)slots, count * sizeof(Slot));
  return sum;
}

/// A block is allocated and freed at once.
EXPORT(pairs)(Word operations, Word size) {
  Word sum = 0;
  for (Word i = 0; i < operations; i += 2) sum += give(take(size), size);
  return sum;
}

/// A producer allocates messages in bursts, a consumer frees them in order, at most `count` later.
EXPORT(queue)(Word operations, Word count, Word octaves) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0, head = 0, tail = 0;
  for (Word done = 0; done < operations;) {
    Word burst = below(&state, count - (head - tail)) + 1;
    if (burst > count - (head - tail)) burst = count - (head - tail);
    done += burst;
    for (; burst; burst--, head++) {
      Slot* const slot = &slots[head & (count - 1)];
      slot->size = logarithmic(&state, octaves);
      slot->block = take(slot->size);
    }
    burst = below(&state, head - tail + 1);
    done += burst;
    for (; burst; burst--, tail++) {
      Slot* const slot = &slots[tail & (count - 1)];
      sum += give(slot->block, slot->size);
      slot->block = 0;
    }
  }
  return sum + release_slots(slots, count);
}

/// Vectors of words: one of `count` doubles its capacity and is filled, and is dropped when it is long.
EXPORT(vectors)(Word operations, Word count, Word longest) {
  typedef struct {
    Word* items;
    Word length, capacity;
  } Vector;
  const Word bytes = count * sizeof(Vector);
  Vector* const vectors = (Vector*)heap_alloc(bytes);
  if (!vectors) __builtin_trap();
  for (Word i = 0; i < count; i++) vectors[i] = (Vector){0, 0, 0};
  Word state = 1, sum = 0;
  for (Word i = 0; i < operations; i++) {
    Vector* const vector = &vectors[below(&state, count)];
    if (vector->length == vector->capacity) {
      const Word capacity = vector->capacity ? vector->capacity * 2 : 4;
      const Word size = capacity * sizeof(Word);
      vector->items =
          (Word*)(vector->capacity ? change((uint8_t*)vector->items, size / 2, size) : take(size));
      vector->capacity = capacity;
    }
    for (; vector->length < vector->capacity; vector->length++) vector->items[vector->length] = i;
    if (vector->length >= longest) {
      sum += vector->items[0] ^ vector->items[longest - 1];
      heap_dealloc((uint8_t*)vector->items, vector->capacity * sizeof(Word));
      *vector = (Vector){0, 0, 0};
    }
  }
  for (Word i = 0; i < count; i++) {
    if (vectors[i].capacity) {
      sum += vectors[i].items[0];
      heap_dealloc((uint8_t*)vectors[i].items, vectors[i].capacity * sizeof(Word));
    }
  }
  heap_dealloc((uint8_t*)vectors, bytes);
  return sum;
}

/// Strings of exact length: made, copied, appended to, replaced.
EXPORT(strings)(Word operations, Word count) {
  Slot* const slots = make_slots(count);
  Word state = 1, sum = 0;
  for (Word i = 0; i < operations; i++) {
    Slot* const slot = &slots[below(&state, count)];
    const Word action = next(&state) >> 29;
    if (!slot->block) {
      slot->size = between(&state, 4, 40);
      slot->block = take(slot->size);
    } else if (action < 4 && slot->size < 400) {
      const Word size = slot->size + between(&state, 1, 24);
      slot->block = change(slot->block, slot->size, size);
      sum += slot->block[0];
      slot->size = size;
      mark(slot->block, size);
    } else if (action < 6) {
      Slot* const other = &slots[below(&state, count)];
      if (other == slot) continue;
      if (other->block) sum += give(other->block, other->size);
      other->size = slot->size;
      other->block = take(slot->size);
      __builtin_memcpy(other->block, slot->block, slot->size);
    } else {
      sum += give(slot->block, slot->size);
      slot->block = 0;
    }
  }
  return sum + release_slots(slots, count);
}

// Replay of a trace in portions, so that the caller can look at the memory in between and no whole trace has
// to lie in the heap. An operation is two words: slot * 4 + code, and the size; codes: 0 allocate, 1 allocate
// cleared, 2 resize, 3 free.

EXPORT(replay_begin)(Word count) { return (Word)make_slots(count); }

EXPORT(replay_buffer)(Word operations) {
  uint8_t* const buffer = heap_alloc(operations * 8);
  if (!buffer) __builtin_trap();
  return (Word)buffer;
}

EXPORT(replay)(Slot* slots, const Word* trace, Word operations) {
  Word sum = 0;
  for (const Word* const end = trace + 2 * operations; trace != end; trace += 2) {
    Slot* const slot = &slots[trace[0] / 4];
    const Word size = trace[1];
    switch (trace[0] & 3) {
      case 0:
        slot->block = take(size);
        break;
      case 1:
        slot->block = take_cleared(size, &sum);
        break;
      case 2:
        sum += slot->block[0];
        slot->block = change(slot->block, slot->size, size);
        mark(slot->block, size);
        break;
      default:
        sum += give(slot->block, slot->size);
        slot->block = 0;
    }
    slot->size = size;
  }
  return sum;
}
