//! heaplet as Rust's global allocator, by the names of wasm/heaplet.h.
use core::alloc::{GlobalAlloc, Layout};

#[link(name = "heaplet", kind = "static")]
extern "C" {
    fn heaplet_malloc(size: usize) -> *mut u8;
    fn heaplet_calloc(count: usize, size: usize) -> *mut u8;
    fn heaplet_aligned_alloc(alignment: usize, size: usize) -> *mut u8;
    fn heaplet_aligned_realloc(block: *mut u8, alignment: usize, size: usize) -> *mut u8;
    fn heaplet_realloc(block: *mut u8, size: usize) -> *mut u8;
    fn heaplet_free_sized(block: *mut u8, size: usize);
    fn heaplet_free_aligned_sized(block: *mut u8, alignment: usize, size: usize);
    fn heaplet_malloc_footprint() -> usize;
}

pub struct Heaplet;

/// What every block is aligned to without being asked.
const ALIGNED: usize = if cfg!(target_os = "emscripten") { 8 } else { 4 * size_of::<usize>() };

// Sound because no thread but one runs: heaplet does not link where memory is shared.
unsafe impl GlobalAlloc for Heaplet {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNED {
            heaplet_malloc(layout.size())
        } else {
            heaplet_aligned_alloc(layout.align(), layout.size())
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() <= ALIGNED {
            return heaplet_calloc(1, layout.size());
        }
        let block = self.alloc(layout);
        if !block.is_null() {
            block.write_bytes(0, layout.size());
        }
        block
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNED {
            heaplet_realloc(block, size)
        } else {
            heaplet_aligned_realloc(block, layout.align(), size)
        }
    }

    // What Rust knows of the block heaplet need not look for.
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.align() <= ALIGNED {
            heaplet_free_sized(block, layout.size())
        } else {
            heaplet_free_aligned_sized(block, layout.align(), layout.size())
        }
    }
}

/// The bytes that heaplet has taken of the memory.
pub fn footprint() -> usize {
    unsafe { heaplet_malloc_footprint() }
}
