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

/// What a thread of a module does: blocks that it hands on to another, and frees of what it was handed. They have several
/// alignments, are zero now and then, and now and then somebody resizes what another has made.
#[cfg(feature = "threads")]
#[no_mangle]
unsafe extern "C" fn work(slots: *mut usize, count: usize, rounds: usize, seed: u32) -> usize {
    use core::sync::atomic::{AtomicUsize, Ordering};
    unsafe fn write(block: *mut u8, size: usize, align: usize) {
        block.write_bytes(size as u8, size);
        block.cast::<u32>().write(size as u32);
        block.cast::<u32>().add(1).write(align as u32);
    }
    let differs = |block: *mut u8, from: usize, to: usize, mark: u8| (from..to).any(|at| *block.add(at) != mark);
    let mut random = seed;
    for _ in 0..rounds {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        let (low, high) = (random as usize & 0xffff, random as usize >> 16);
        let size = 8 + if low % 32 == 0 { high % 30_000 } else { high % 600 };
        let align = if low % 11 == 0 { 64 } else { 8 };
        let zeroed = low % 7 == 0;
        let block = (if zeroed { alloc_zeroed } else { alloc })(layout(size, align));
        if block.is_null() || block as usize % align != 0 {
            return 1;
        }
        if zeroed && differs(block, 0, size, 0) {
            return 3;
        }
        write(block, size, align);
        let slot = &*(slots.add(low % count) as *const AtomicUsize);
        let other = slot.swap(block as usize, Ordering::AcqRel) as *mut u8;
        if !other.is_null() {
            let (old, align) = (other.cast::<u32>().read() as usize, other.cast::<u32>().add(1).read() as usize);
            if differs(other, 8, old, old as u8) {
                return 2;
            }
            if low % 5 != 0 {
                dealloc(other, layout(old, align));
                continue;
            }
            let moved = realloc(other, layout(old, align), size);
            if moved.is_null() || moved as usize % align != 0 {
                return 1;
            }
            if differs(moved, 8, old.min(size), old as u8) {
                return 4;
            }
            dealloc(moved, layout(size, align));
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
