//! The global allocator by its four functions, for a test that calls them from outside.
#![no_std]

extern crate alloc;

use alloc::alloc::{alloc, alloc_zeroed, dealloc, realloc};
use core::alloc::Layout;

#[global_allocator]
static HEAP: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();

unsafe fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align_unchecked(size, align)
}

#[no_mangle]
unsafe extern "C" fn take(size: usize, align: usize) -> *mut u8 {
    alloc(layout(size, align))
}

#[no_mangle]
unsafe extern "C" fn take_zeroed(size: usize, align: usize) -> *mut u8 {
    alloc_zeroed(layout(size, align))
}

#[no_mangle]
unsafe extern "C" fn give(block: *mut u8, size: usize, align: usize) {
    dealloc(block, layout(size, align))
}

#[no_mangle]
unsafe extern "C" fn resize(block: *mut u8, old: usize, align: usize, size: usize) -> *mut u8 {
    realloc(block, layout(old, align), size)
}

#[no_mangle]
extern "C" fn footprint() -> usize {
    HEAP.footprint()
}

#[no_mangle]
extern "C" fn used() -> usize {
    HEAP.stats().used
}

#[no_mangle]
extern "C" fn unused() -> usize {
    HEAP.stats().free
}

/// What is counted, one by one.
#[cfg(any(feature = "usage", feature = "hardened"))]
#[no_mangle]
extern "C" fn usage(number: usize) -> usize {
    let usage = HEAP.usage();
    [
        usage.used_bytes,
        usage.used_blocks,
        usage.peak_bytes,
        usage.peak_blocks,
        usage.footprint,
        usage.growths,
        usage.refusals,
        usage.largest_request,
    ][number]
}

/// What the walker says is wrong with the whole heap: a text's address, 0 if nothing is. Of a library that the test builds.
#[cfg(feature = "walked")]
#[no_mangle]
extern "C" fn walked() -> usize {
    extern "C" {
        fn heaplet_walked() -> usize;
    }
    unsafe { heaplet_walked() }
}

/// What a thread of a module does: blocks that it hands on to another, and frees of what it was handed.
#[cfg(feature = "threads")]
#[no_mangle]
unsafe extern "C" fn work(slots: *mut usize, count: usize, rounds: usize, seed: u32) -> usize {
    use core::sync::atomic::{AtomicUsize, Ordering};
    let mut random = seed;
    for _ in 0..rounds {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        let size = 8 + (random >> 8) as usize % 600;
        let block = alloc(layout(size, 8));
        if block.is_null() {
            return 1;
        }
        block.write_bytes(size as u8, size);
        block.cast::<u32>().write(size as u32);
        let slot = &*(slots.add(random as usize % count) as *const AtomicUsize);
        let other = slot.swap(block as usize, Ordering::AcqRel) as *mut u8;
        if !other.is_null() {
            let size = other.cast::<u32>().read() as usize;
            if (4..size).any(|at| *other.add(at) != size as u8) {
                return 2;
            }
            dealloc(other, layout(size, 8));
        }
    }
    HEAP.flush_thread();
    0
}

/// The C function that another language's code in the module would call.
#[no_mangle]
unsafe extern "C" fn c_pair(size: usize) -> usize {
    extern "C" {
        fn malloc(size: usize) -> *mut u8;
        fn free(block: *mut u8);
    }
    let block = malloc(size);
    free(block);
    block as usize
}

/// C's functions, as the libc's `cabi_realloc` calls them.
#[no_mangle]
unsafe extern "C" fn c_resize(block: *mut u8, size: usize) -> *mut u8 {
    extern "C" {
        fn realloc(block: *mut u8, size: usize) -> *mut u8;
    }
    realloc(block, size)
}

#[no_mangle]
unsafe extern "C" fn c_usable(block: *mut u8) -> usize {
    extern "C" {
        fn malloc_usable_size(block: *mut u8) -> usize;
    }
    malloc_usable_size(block)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
