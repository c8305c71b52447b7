//! Small blocks that were freed, ready to be taken again without a call. Rust says how large a block is when it is freed: so its
//! list is known without a look at the block, and is a constant where the type is.
//!
//! ```text
//!     freed -> list of its size -> taken        in the program, inlined
//!                 |        ^
//!      too many   |        |  none
//!                 v        |
//!              heaplet_free, heaplet_malloc_kept     in the library: or one a unit or two longer, of the next lists
//! ```
//!
//! The library empties the lists before it merges what is free: before memory grows, and before it refuses a request. Until it is
//! told of them there is no room in them: a program may free what C has allocated before it has asked for any block itself. What
//! the library has prepared of a small size comes with the first of it.
use core::cell::UnsafeCell;
use core::mem::size_of;
use core::ptr::{addr_of_mut, null_mut};

extern "C" {
    fn heaplet_malloc_kept(size: usize, distance: usize) -> *mut u8;
    fn heaplet_malloc_large(size: usize) -> *mut u8;
    fn heaplet_free_large(block: *mut u8);
    fn heaplet_realloc_large(block: *mut u8, old: usize, size: usize) -> *mut u8;
    fn heaplet_resize_large(block: *mut u8, size: usize) -> bool;
    fn heaplet_aligned_alloc(alignment: usize, size: usize) -> *mut u8;
    fn heaplet_free(block: *mut u8);
    fn heaplet_keep(lists: *mut *mut u8, count: usize, room: *mut isize);
}

const UNIT: usize = 16;

/// The library's blocks up to this size have no headers.
#[cfg(not(heaplet_headers))]
const BARE: usize = 128;
#[cfg(heaplet_headers)]
const BARE: usize = 0;

/// What of each other block is not the program's.
const HEADER: usize = if cfg!(heaplet_headers) { WORD } else { 0 };

/// The largest request with a list: its block, which has a header besides, is the largest of the library's quick lists.
pub const LARGEST: usize = 1024 - if HEADER == 0 { UNIT } else { HEADER };

const LISTS: usize = (LARGEST + HEADER) / UNIT + 1;

const WORD: usize = size_of::<*mut u8>();

struct Lists {
    heads: [*mut u8; LISTS],
    /// What more may wait, as the library says: each block takes what its list is from the first, a fixed part of its bytes. None
    /// before the library knows of the lists; and less than none once the last block took more than there was.
    room: isize,
}

struct Kept(UnsafeCell<Lists>);

// There is one thread: with more the crate is compiled without this.
unsafe impl Sync for Kept {}

static KEPT: Kept = Kept(UnsafeCell::new(Lists { heads: [null_mut(); LISTS], room: 0 }));

/// How far the list of a size is from the first, in bytes: by this alone a list is known here, so that nothing is shifted twice.
/// It takes no account of headers, which would cost a comparison at each call: where a size is no multiple of a unit a block with
/// a header may be a unit longer than it need be.
#[inline(always)]
const fn distance_of(size: usize) -> usize {
    (size + HEADER + UNIT - 1) / UNIT * WORD
}

/// What is asked of the library for a list, so that every block in it serves every request for it.
const fn request_of(distance: usize) -> usize {
    distance / WORD * UNIT - HEADER
}

const _: () = {
    let mut size = 1;
    while size <= LARGEST {
        let request = request_of(distance_of(size));
        assert!(request >= size && distance_of(request) == distance_of(size));
        size += 1;
    }
    assert!(distance_of(LARGEST) == (LISTS - 1) * WORD);
};

#[inline(always)]
unsafe fn head_of(distance: usize) -> *mut *mut u8 {
    unsafe { addr_of_mut!((*KEPT.0.get()).heads).cast::<u8>().add(distance).cast() }
}

/// A block of `size` bytes.
#[inline(always)]
pub unsafe fn take(size: usize) -> *mut u8 {
    unsafe {
        if size > LARGEST {
            return heaplet_malloc_large(size);
        }
        let distance = distance_of(size);
        let block = *head_of(distance);
        if block.is_null() {
            return miss(distance);
        }
        *head_of(distance) = *block.cast::<*mut u8>();
        (*KEPT.0.get()).room += distance as isize;
        block
    }
}

#[inline(never)]
unsafe fn miss(distance: usize) -> *mut u8 {
    unsafe {
        tell();
        heaplet_malloc_kept(request_of(distance), distance)
    }
}

/// Frees a block of `size` bytes.
#[inline(always)]
pub unsafe fn give(block: *mut u8, size: usize) {
    unsafe {
        if size > LARGEST {
            return heaplet_free_large(block);
        }
        let room = (*KEPT.0.get()).room; // read once: the block might be anywhere
        if room <= 0 {
            return heaplet_free(block);
        }
        let distance = distance_of(size);
        *block.cast::<*mut u8>() = *head_of(distance);
        *head_of(distance) = block;
        (*KEPT.0.get()).room = room - distance as isize;
    }
}

// Where nothing but their length counts.
#[inline(never)]
pub unsafe fn taken(size: usize) -> *mut u8 {
    unsafe { take(size) }
}
#[inline(never)]
pub unsafe fn given(block: *mut u8, size: usize) {
    unsafe { give(block, size) }
}

/// Gives a block of `old` bytes a size of `size`. One that gets smaller never fails.
#[inline(never)]
pub unsafe fn resize(block: *mut u8, old: usize, size: usize) -> *mut u8 {
    unsafe {
        if (size > LARGEST || old > LARGEST) && old > BARE {
            tell(); // of one that becomes small
            return heaplet_realloc_large(
                block,
                old,
                if size > LARGEST { size } else { request_of(distance_of(size)) },
            );
        }
        if distance_of(old) == distance_of(size) {
            return block;
        }
        let moved = taken(size);
        if moved.is_null() {
            // All that waited is merged now: so it may have room to grow where it is.
            let stays = size < old || (old > BARE && heaplet_resize_large(block, size));
            return if stays { block } else { moved };
        }
        moved.copy_from_nonoverlapping(block, if size < old { size } else { old });
        given(block, old);
        moved
    }
}

/// The same of a block with an alignment: it has a header, and is in no list.
#[cold]
#[inline(never)]
pub unsafe fn resize_aligned(block: *mut u8, old: usize, alignment: usize, size: usize) -> *mut u8 {
    unsafe {
        if heaplet_resize_large(block, size) {
            return block;
        }
        let moved = heaplet_aligned_alloc(alignment, size);
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(block, old); // it has become larger: what does not, stays
            heaplet_free_large(block);
        }
        moved
    }
}

/// Says where the lists are, which then have room.
#[inline(never)]
unsafe fn tell() {
    unsafe {
        let lists = KEPT.0.get();
        heaplet_keep(addr_of_mut!((*lists).heads).cast(), LISTS, addr_of_mut!((*lists).room))
    }
}
