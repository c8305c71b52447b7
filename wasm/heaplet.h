/* heaplet's C interface: what libheaplet.a defines and what dist/heaplet-PROFILE.wasm exports. For C and C++ programs,
 * and for every other language by the C ABI (size_t and pointers are i32 on wasm32).
 *
 * Each function is also defined, weakly, under the name that a libc gives it: `malloc` is `heaplet_malloc`, and so
 * on. A program that is linked with libheaplet.a therefore needs no change and not this header; it is for a program
 * that wants heaplet by name, beside another malloc, and it is the list of promises.
 *
 *   malloc  free  calloc  realloc  reallocarray  realloc_in_place  free_sized  free_aligned_sized
 *   aligned_alloc  memalign  posix_memalign  aligned_realloc  valloc  pvalloc
 *   independent_calloc  independent_comalloc  bulk_free
 *   malloc_usable_size  mallinfo  mallinfo2  malloc_stats  malloc_trim  mallopt
 *   malloc_footprint  malloc_max_footprint  malloc_footprint_limit  malloc_set_footprint_limit
 *   __libc_malloc ...                the names that libcs call inside
 *   emscripten_builtin_malloc ...    the names that Emscripten's runtime and its sanitizers call
 *   emmalloc_malloc ...              what emmalloc.h declares; emmalloc_realloc_try(p, 0) shrinks p and does not
 *                                    free it, and the two dumps print to stderr
 *   sbrk  brk  _sbrk64               Emscripten's program break, where none is linked; emscripten_get_sbrk_ptr
 *   With them heaplet has every name that Emscripten's and wasi-libc's own mallocs define, but for
 *   emmalloc_blank_slate_from_orbit, which forgets blocks that are in use: it is for emmalloc's own tests.
 *   (a module of dist/ has only those that its exports name, and no errno; dist/freestanding's libraries have the
 *   heaplet_ names, but for heaplet_malloc_stats, and C's, and no errno either)
 *
 * What a program does not call is not in it: each function is a section of its own, which the linker leaves out.
 *
 * Promises
 *   alignment    every block is aligned to 16 bytes (32 on 64-bit), which suits any fundamental type. On Emscripten, whose
 *                max_align_t is 8, small blocks of `fast` are aligned to 8, without threads: what wants more asks for it
 *   complexity   O(1), whatever the heap's history, but for the bytes that calloc and realloc have to write, and for
 *                the statistics, which walk the heap
 *   failure      returns null, errno is ENOMEM (EINVAL for a bad alignment), and nothing else has changed: not the
 *                heap, not the old block
 *   success      errno stays as it was; freeing never changes it
 *   sizes        0 bytes are a request too: each gets a block of its own. In a program a request is at most PTRDIFF_MAX,
 *                2 GiB less a byte on wasm32, as glibc and musl have it and compilers assume; whatever is larger fails
 *                and takes no memory. A module of dist/ and a freestanding library serve whatever fits into memory
 *   reuse        what free gave back serves a request of its own size, however full memory is and whatever else was given
 *                back after it, until something has taken it; with `small` only as long as nothing else is called
 *                in between. A realloc that makes a block smaller never fails, and the last block grows where it is
 *   deadlines    with `realtime` no call makes up for others, growth included; docs/profiles.md has the most instructions
 *                that one takes, and says how much memory suffices
 *   overhead     4 bytes a block (8 on 64-bit); the smallest block takes 16 and holds 12 (32 and 24). In `fast`, without
 *                threads, blocks up to 128 bytes have none
 *   threads      libheaplet.a: none: one thread at a time may call; linking it into a program with shared memory is an
 *                error. libheaplet-threads.a and -workers.a: any thread may call any function at any time, free what another
 *                has allocated, and never waits where a thread must not (`heaplet flags --emscripten --threads`). In `fast`
 *                each thread keeps up to 4 KB of the blocks of each small size that it has freed, which serve itself alone
 *                until it ends; malloc_usable_size and a realloc within a granule take no lock. What the statistics say of
 *                other threads' blocks is as true as can be while those run
 *   memory       wasm: the memory after the program's data, then memory.grow. Emscripten: sbrk. What somebody else
 *                takes in between is never touched; nor is what somebody else makes memory grow by on Emscripten, if
 *                the break is heaplet's (as where -sMALLOC=none links none) and the profile not `small`, which takes
 *                whatever memory there is
 *   tracing      libheaplet-tracing.a tells Emscripten of every block, as its own malloc does under --tracing and
 *                --memoryprofiler; `heaplet flags --emscripten --tracing` names it, and the port looks at the flags
 *
 * Sources: C23 7.24.3 (malloc family), POSIX.1-2024 (posix_memalign, reallocarray), glibc's manual (mallinfo2,
 * malloc_trim, pvalloc), Emscripten's emmalloc.h.
 */
#ifndef HEAPLET_H
#define HEAPLET_H

#include <stddef.h>
#include <stdint.h>

/* Which heaplet this is: as a text, and as a number that grows, 10,000 * major + 100 * minor + patch, for #if. */
#define HEAPLET_VERSION "0.2.0"
#define HEAPLET_VERSION_NUMBER 200

#ifdef __cplusplus
extern "C" {
#endif

/* A block of `size` bytes, uninitialised. */
void* heaplet_malloc(size_t size);

/* Gives a block back; null is fine. A block that was not handed out, or was given back, is undefined behaviour, of
 * which the `hardened` profile says what it is (heaplet_fault), and ends the program. */
void heaplet_free(void* block);

/* A block of count * size bytes of 0. A product above SIZE_MAX fails. */
void* heaplet_calloc(size_t count, size_t size);

/* The block with a size of `size` bytes: in place, or moved with what both sizes hold. Null is allocated; a size of 0
 * gives the smallest block and never frees. */
void* heaplet_realloc(void* block, size_t size);

/* realloc to count * size bytes. A product above SIZE_MAX fails. */
void* heaplet_reallocarray(void* block, size_t count, size_t size);

/* realloc that never moves: the block, or null if it cannot have that size where it is. errno stays. */
void* heaplet_realloc_in_place(void* block, size_t size);

/* free of a block whose size is known (C23), as it was asked for last: with `fast` that spares the look at what heaplet knows
 * of it, so a size that is wrong is undefined behaviour. free_sized may be given aligned blocks too. C++'s delete and Rust's
 * dealloc know it: heaplet_new.hpp, and the crate in rust/. */
void heaplet_free_sized(void* block, size_t size);
void heaplet_free_aligned_sized(void* block, size_t alignment, size_t size);

/* A block at a multiple of `alignment`, a power of two; `size` need not be a multiple of it. memalign is the same. */
void* heaplet_aligned_alloc(size_t alignment, size_t size);
void* heaplet_memalign(size_t alignment, size_t size);

/* The same into *result, for an alignment that is also a multiple of sizeof(void*). Returns 0, EINVAL or ENOMEM, and
 * then *result is as it was; errno stays in any case. */
int heaplet_posix_memalign(void** result, size_t alignment, size_t size);

/* realloc that gives the block an alignment, which it may have to move for. */
void* heaplet_aligned_realloc(void* block, size_t alignment, size_t size);

/* A block at a page (65,536 bytes); pvalloc's also takes whole pages, at least one. */
void* heaplet_valloc(size_t size);
void* heaplet_pvalloc(size_t size);

/* The bytes that may be used in a block: at least what was asked for. 0 for null. */
size_t heaplet_malloc_usable_size(void* block);

/* Gives what the calling thread has freed and keeps for itself to the others. A thread does so when it ends, except for
 * Wasm Workers, whose end nobody hears of. Only in a library for threads. */
void heaplet_thread_flush(void);

/* Asked of a thread that would sleep until another one gives the lock back: 0 if it may not, as a page's own thread and an
 * AudioWorklet; it spins then. A program may define it. Where it does not, all threads of a WASI program sleep, and none do without a
 * libc. It must not allocate. Only in a library for threads without Emscripten, which knows. */
int heaplet_may_wait(void);

/* What mallinfo and mallinfo2 report: both are this on wasm. Bytes count headers, so arena = uordblks + fordblks. */
struct heaplet_mallinfo {
  size_t
      arena; /* bytes of all pools: all that was taken from the system, but for what an unaligned break costs */
  size_t ordblks; /* free blocks */
  size_t smblks;  /* freed blocks that wait in quick lists */
  size_t hblks;   /* 0: nothing is mapped */
  size_t hblkhd;  /* 0 */
  size_t
      usmblks; /* the most that uordblks has been, in a library that counts it (heaplet_usage); else the most that
                      arena has been, which is arena: nothing is ever given back */
  size_t fsmblks;  /* bytes of the blocks in quick lists */
  size_t uordblks; /* bytes of used blocks */
  size_t
      fordblks; /* bytes of free blocks, those in quick lists included, and 16 (32 on 64-bit) of each pool, which end
                      it: so on Emscripten all free memory is its size - sbrk(0) + fordblks */
  size_t keepcost; /* bytes of the free block at the end of the newest pool */
};
struct heaplet_mallinfo heaplet_mallinfo(void);

/* What is in use, and the most that has been: counted with each call, and read in O(1). Only in a library that counts, which
 * `heaplet flags --usage`, the port's usage=1 and CMake's HEAPLET_USAGE link, and in `hardened`. */
struct heaplet_usage {
  size_t used_bytes;  /* of the blocks in use, headers included: mallinfo's uordblks */
  size_t used_blocks; /* with threads both count what threads keep for themselves, too */
  size_t peak_bytes;  /* the most that used_bytes has been; while realloc moves a block both count */
  size_t peak_blocks; /* how many blocks these were */
  size_t footprint;   /* bytes of all pools: heaplet_malloc_footprint */
  size_t growths;     /* how often memory grew */
  size_t refusals;    /* how often it could not */
  size_t
      largest_request; /* bytes of the largest request, served or not, up to PTRDIFF_MAX; of small ones to within 16 (32 on 64-bit) */
};
struct heaplet_usage heaplet_usage(void);

/* The same for a host, one by one: the field so many words behind the first one; 0 beyond the last. With --usage the program
 * exports it, so a page or wasmtime may ask while the program runs, from a function that it imports, or on another thread. */
size_t heaplet_usage_figure(unsigned number);

/* Prints what is used and what is free to stderr. */
void heaplet_malloc_stats(void);

/* Returns 0, for nothing was given back: a wasm memory cannot shrink. In a library that gives pages back (HEAPLET_DISCARD)
 * it merges what waits to be used again, so that free pages are given back, and returns 1. */
int heaplet_malloc_trim(size_t pad);

/* Bytes of all pools, mallinfo's arena; malloc_max_footprint is the same. Walks the pools, of which there is one unless
 * somebody else took memory in between. */
size_t heaplet_malloc_footprint(void);

/* SIZE_MAX: there is no limit but the memory's maximum, and none can be set. */
size_t heaplet_malloc_footprint_limit(void);
size_t heaplet_malloc_set_footprint_limit(size_t bytes);

/* Returns 0: there is no parameter to set. */
int heaplet_mallopt(int parameter, int value);

/* `count` blocks of `size` bytes of 0, or of sizes[i] bytes each, all of them or none. Their addresses are written to
 * `blocks`, or, if that is null, to an array that is a block too. Each is freed like any other. (Unlike dlmalloc's they
 * need not lie behind each other.) */
void** heaplet_independent_calloc(size_t count, size_t size, void** blocks);
void** heaplet_independent_comalloc(size_t count, size_t* sizes, void** blocks);

/* Frees `count` blocks, null among them or not, and makes their addresses null. Returns 0: all are freed. */
size_t heaplet_bulk_free(void** blocks, size_t count);

/* What `hardened` finds. A library of it for a libc prints one line, and ends the program: by abort() on Emscripten, else by a
 * trap in a function that is named after the fault. Who wants something else defines heaplet_fault: it is called before the
 * trap, with the heap as the fault has left it. In a freestanding program nothing is printed unless it is defined. */
#ifndef HEAPLET_FAULT_TYPES
#define HEAPLET_FAULT_TYPES

enum heaplet_fault_kind {
  heaplet_double_free = 1,
  heaplet_foreign_pointer, /* what was given back or resized is no block */
  heaplet_write_past_end,  /* at `at`, and `bytes` bytes behind the block at least */
  heaplet_write_before_start,
  heaplet_write_after_free, /* at `at` */
  heaplet_wrong_size,       /* free_sized was told `bytes` */
  heaplet_wrong_alignment,  /* free_aligned_sized was told `bytes` */
  heaplet_wrong_function    /* free for what new has made, say */
};

struct heaplet_fault_details {
  size_t number;  /* of the block: the first one that was allocated is 1. 0: nothing more is known of it */
  const void* at; /* the pointer that was given, or the first byte that was changed */
  size_t bytes;
  const void* neighbour; /* the block, innocent, by whose free or realloc it was found; or null */
  unsigned char made_by; /* 0 malloc and its like, 1 new, 2 new[] */
  unsigned char
      found_by; /* 0 free, 1 malloc, 2 realloc, 3 malloc_usable_size, 4 free_sized, 5 free_aligned_sized, 6 delete,
                             7 delete[] */
};

#endif

/* @param block null, if it is none that is known
 * @param size  of it, as it was asked for; if the number is 0, what it has at most */
void heaplet_fault(int kind, const void* block, size_t size, const struct heaplet_fault_details* more);
/* If it returns the program ends by a trap. It is called in the middle of a malloc or a free, without any lock: other threads go on,
 * and what it waits for may wait for the heap. It should not call the heap, nor what calls it, as printf may: a call that meets what is
 * broken finds the fault again, and calls it again. On Emscripten the main thread writes to files for all others, when it comes
 * to that: who cannot wait prints by emscripten_console_error. */

/* Prints to stderr by which stacks a block was allocated and was freed first, if it was, and the stack of now; with threads also which
 * of them it was. Only in a library that keeps them (`heaplet flags --emscripten --profile hardened --stacks`), where heaplet_fault
 * does so behind its line: for a heaplet_fault of one's own. With threads it should be the last thing that this does: the others end
 * at their next call of the heap then. */
void heaplet_print_stacks(const void* block);

/* Prints what is in use by the stacks that have allocated it, of all threads, most bytes first: at a program's end what leaks. Walks the
 * heap. Only in that library. */
void heaplet_print_leaks(void);

/* For C++ (heaplet_new.hpp): notes that a block was made by new (1) or by new[] (2), and returns it; and gives it back, of so many
 * bytes, or SIZE_MAX if that is not known, at a multiple of `alignment`. Whoever else gives it back is told of: wrong function.
 * Only in `hardened`. */
void* heaplet_made(void* block, int by);
void heaplet_free_made(void* block, int by, size_t size, size_t alignment);

/* Gives `hardened` 128 secret bits, before the first block is asked for; returns 1, or 0 where it is too late. In a program on
 * WASI or Emscripten it has drawn some itself; a module of dist/, which imports nothing but its memory, and a freestanding
 * library have none until their host calls this: then they are a constant that anybody can read, mixed with where the heap's
 * state is. Only in `hardened`. */
int heaplet_set_secret(uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* What a library that is built with HEAPLET_DISCARD, and none else, calls: whole pages of 65,536 bytes hold nothing any
 * more. The program or its host defines it (on wasm it is the import env.heaplet_discard). The pages must be 0 when it returns, or
 * when they are looked at next. It may not call the heap. */
void heaplet_discard(void* start, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
