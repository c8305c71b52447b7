//! Small blocks that were freed, ready to be taken again without a call. Rust says how large a block is when it is freed: so its
//! list is known without a look at the block, and is a constant where the type is.
//!
//! ```text
//!     freed -> list of its size -> taken        in the program, inlined
//!                 |        ^
//!      too many   |        |  none
//!                 v        |
//!              heaplet_free, heaplet_malloc_kept     in the library
//! ```
//!
//! The library empties the lists before it merges what is free: before memory grows, and before it refuses a request. It is told
//! of them before a block is made that may come to be in one. What it has prepared of a small size comes with the first of it.
use core::cell::UnsafeCell;
use core::ptr::{addr_of_mut, null_mut};

extern "C" {
    fn heaplet_malloc_kept(size: usize, list: usize) -> *mut u8;
    fn heaplet_realloc(block: *mut u8, size: usize) -> *mut u8;
    fn heaplet_free(block: *mut u8);
    fn heaplet_keep(lists: *mut *mut u8, count: usize, bytes: *mut usize);
}

const UNIT: usize = 16;

/// The library's blocks up to this size have no headers.
const BARE: usize = 128;

/// The bytes of the header of any other.
const HEADER: usize = 4;

/// The largest request with a list.
pub const LARGEST: usize = 1024 - HEADER;

const LISTS: usize = 1024 / UNIT + 1;

/// The most bytes that wait here.
const MOST: usize = 512 * 1024;

struct Lists {
    heads: [*mut u8; LISTS],
    bytes: usize,
    /// The library knows of them.
    told: bool,
}

struct Kept(UnsafeCell<Lists>);

// There is one thread: with more the crate is compiled without this.
unsafe impl Sync for Kept {}

static KEPT: Kept = Kept(UnsafeCell::new(Lists { heads: [null_mut(); LISTS], bytes: 0, told: false }));

/// The list of a size, which is also how many units a block of it takes.
#[inline(always)]
const fn list_of(size: usize) -> usize {
    (size + if size > BARE { HEADER } else { 0 } + UNIT - 1) / UNIT
}

/// What is asked of the library for a list, so that every block in it serves every request for it.
const fn request_of(list: usize) -> usize {
    list * UNIT - if list > BARE / UNIT { HEADER } else { 0 }
}

const _: () = {
    let mut size = 1;
    while size <= LARGEST {
        assert!(request_of(list_of(size)) >= size && list_of(request_of(list_of(size))) == list_of(size));
        size += 1;
    }
    assert!(list_of(LARGEST) == LISTS - 1);
};

/// The bytes of blocks that wait.
pub fn bytes() -> usize {
    unsafe { (*KEPT.0.get()).bytes }
}

/// A block of `size` bytes, at most `LARGEST`.
#[inline(always)]
pub unsafe fn take(size: usize) -> *mut u8 {
    unsafe {
        let lists = KEPT.0.get();
        let list = list_of(size);
        let head = addr_of_mut!((*lists).heads).cast::<*mut u8>().add(list);
        let block = *head;
        if block.is_null() {
            return miss(list);
        }
        *head = *block.cast::<*mut u8>();
        (*lists).bytes -= list * UNIT;
        block
    }
}

#[inline(never)]
unsafe fn miss(list: usize) -> *mut u8 {
    unsafe {
        if !(*KEPT.0.get()).told {
            tell();
        }
        heaplet_malloc_kept(request_of(list), list)
    }
}

/// Frees a block of `size` bytes.
#[inline(always)]
pub unsafe fn give(block: *mut u8, size: usize) {
    unsafe {
        let lists = KEPT.0.get();
        let list = list_of(size);
        if (*lists).bytes >= MOST {
            return heaplet_free(block);
        }
        let head = addr_of_mut!((*lists).heads).cast::<*mut u8>().add(list);
        *block.cast::<*mut u8>() = *head;
        *head = block;
        (*lists).bytes += list * UNIT;
    }
}

/// Gives a block of `old` bytes a size of `size`, at most `LARGEST`. One that gets smaller never fails.
#[inline]
pub unsafe fn resize(block: *mut u8, old: usize, size: usize) -> *mut u8 {
    unsafe {
        if old > LARGEST {
            tell();
            return heaplet_realloc(block, request_of(list_of(size)));
        }
        if list_of(old) == list_of(size) {
            return block;
        }
        let moved = take(size);
        if moved.is_null() {
            return if size < old { block } else { moved };
        }
        moved.copy_from_nonoverlapping(block, if size < old { size } else { old });
        give(block, old);
        moved
    }
}

unsafe fn tell() {
    unsafe {
        let lists = KEPT.0.get();
        (*lists).told = true;
        heaplet_keep(addr_of_mut!((*lists).heads).cast(), LISTS, addr_of_mut!((*lists).bytes))
    }
}
