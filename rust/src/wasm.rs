//! The heap of a wasm module: the library's functions, and what Rust's sizes make shorter.
#[cfg(heaplet_kept)]
use crate::kept;
use crate::Heaplet;
use core::alloc::{GlobalAlloc, Layout};
use core::mem::size_of;

extern "C" {
    #[cfg(not(heaplet_kept))]
    fn heaplet_malloc(size: usize) -> *mut u8;
    fn heaplet_calloc(count: usize, size: usize) -> *mut u8;
    fn heaplet_aligned_alloc(alignment: usize, size: usize) -> *mut u8;
    #[cfg(not(heaplet_kept))]
    fn heaplet_aligned_realloc(block: *mut u8, alignment: usize, size: usize) -> *mut u8;
    #[cfg(not(heaplet_kept))]
    fn heaplet_realloc(block: *mut u8, size: usize) -> *mut u8;
    #[cfg(not(any(feature = "record", heaplet_kept)))]
    fn heaplet_free_sized(block: *mut u8, size: usize);
    #[cfg(not(feature = "record"))]
    fn heaplet_free_aligned_sized(block: *mut u8, alignment: usize, size: usize);
    #[cfg(feature = "record")]
    fn heaplet_free(block: *mut u8);
    fn heaplet_malloc_footprint() -> usize;
    // C returns a structure through a pointer that comes first.
    fn heaplet_mallinfo(result: *mut MallInfo);
    #[cfg(all(feature = "threads", heaplet_shared))]
    fn heaplet_thread_flush();
}

/// What every block is aligned to without being asked.
const ALIGNED: usize = 4 * size_of::<usize>();

/// The fields of `heaplet_mallinfo` in heaplet.h.
#[repr(C)]
#[derive(Default)]
struct MallInfo {
    arena: usize,
    free_blocks: usize,
    waiting_blocks: usize,
    _mapped: [usize; 3],
    _waiting_bytes: usize,
    used: usize,
    free: usize,
    at_end: usize,
}

/// What [`Heaplet::stats`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Bytes that the heap has taken of the memory.
    pub footprint: usize,
    /// Bytes of the blocks that are in use, and what each costs besides.
    pub used: usize,
    /// Bytes that are free, whether merged or waiting.
    pub free: usize,
}

impl Heaplet {
    /// The bytes that the heap has taken of the memory. A wasm memory does not shrink: so it is also the most that they were.
    pub fn footprint(&self) -> usize {
        unsafe { heaplet_malloc_footprint() }
    }

    /// Walks the whole heap: linear in the number of blocks.
    pub fn stats(&self) -> Stats {
        let mut info = MallInfo::default();
        unsafe { heaplet_mallinfo(&mut info) };
        Stats { footprint: info.arena, used: info.used, free: info.free }
    }

    /// Gives what this thread has freed and keeps for itself to the others. Nobody hears of it when a thread of a module
    /// without a libc ends: call it last. On `wasm32-wasip1-threads` it happens by itself.
    #[cfg(all(feature = "threads", heaplet_shared))]
    pub fn flush_thread(&self) {
        unsafe { heaplet_thread_flush() }
    }
}

// Sound because the crate does not compile for a target whose memory may be shared, but with a library that has a lock.
unsafe impl GlobalAlloc for Heaplet {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe {
            if layout.align() > ALIGNED {
                return heaplet_aligned_alloc(layout.align(), layout.size());
            }
            #[cfg(heaplet_kept)]
            return kept::take(layout.size());
            #[cfg(not(heaplet_kept))]
            heaplet_malloc(layout.size())
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe {
            if layout.align() > ALIGNED || is_kept(layout.size()) {
                let block = self.alloc(layout);
                if !block.is_null() {
                    block.write_bytes(0, layout.size());
                }
                return block;
            }
            // It knows which memory nobody had yet, and does not clear that.
            heaplet_calloc(1, layout.size())
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe {
            if layout.align() > ALIGNED {
                #[cfg(heaplet_kept)]
                return kept::resize_aligned(block, layout.size(), layout.align(), size);
                #[cfg(not(heaplet_kept))]
                return heaplet_aligned_realloc(block, layout.align(), size);
            }
            #[cfg(heaplet_kept)]
            return kept::resize(block, layout.size(), size);
            #[cfg(not(heaplet_kept))]
            heaplet_realloc(block, size)
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // What is recorded goes by C's common names.
        #[cfg(feature = "record")]
        unsafe {
            let _ = layout;
            heaplet_free(block)
        }
        #[cfg(not(feature = "record"))]
        unsafe {
            if layout.align() > ALIGNED {
                return heaplet_free_aligned_sized(block, layout.align(), layout.size());
            }
            // `lean` is for short programs, and those free in more places than they allocate in.
            #[cfg(heaplet_headers)]
            return kept::given(block, layout.size());
            #[cfg(all(heaplet_kept, not(heaplet_headers)))]
            return kept::give(block, layout.size());
            #[cfg(not(heaplet_kept))]
            heaplet_free_sized(block, layout.size())
        }
    }
}

/// Whether a block of that size may come from the lists of [`kept`].
const fn is_kept(_size: usize) -> bool {
    #[cfg(heaplet_kept)]
    return _size <= kept::LARGEST;
    #[cfg(not(heaplet_kept))]
    false
}
