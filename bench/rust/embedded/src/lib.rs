//! Rust's allocators for bare metal, over a static pool, for the C++ stress test. Which one is a feature.
#![no_std]

#[cfg(feature = "rlsf")]
mod heap {
    use core::{alloc::Layout, ptr::NonNull};

    // As rlsf's own documentation sizes it for a pool of tens of KiB.
    static mut HEAP: rlsf::Tlsf<'static, u16, u16, 12, 16> = rlsf::Tlsf::new();

    #[allow(static_mut_refs)]
    pub unsafe fn start(pool: *mut u8, bytes: usize) {
        let pool = core::ptr::slice_from_raw_parts_mut(pool, bytes);
        HEAP.insert_free_block_ptr(NonNull::new_unchecked(pool));
    }

    #[allow(static_mut_refs)]
    pub unsafe fn allocate(layout: Layout) -> *mut u8 {
        HEAP.allocate(layout)
            .map_or(core::ptr::null_mut(), NonNull::as_ptr)
    }

    #[allow(static_mut_refs)]
    pub unsafe fn free(block: *mut u8, layout: Layout) {
        HEAP.deallocate(NonNull::new_unchecked(block), layout.align())
    }
}

#[cfg(feature = "buddy")]
mod heap {
    use buddy_alloc::buddy_alloc::{BuddyAlloc, BuddyAllocParam};
    use core::alloc::Layout;

    static mut HEAP: Option<BuddyAlloc> = None;

    // Its smallest block; blocks are aligned to their size.
    const LEAF: usize = 32;

    #[allow(static_mut_refs)]
    pub unsafe fn start(pool: *mut u8, bytes: usize) {
        HEAP = Some(BuddyAlloc::new(BuddyAllocParam::new(pool, bytes, LEAF)));
    }

    #[allow(static_mut_refs)]
    pub unsafe fn allocate(layout: Layout) -> *mut u8 {
        HEAP.as_mut()
            .map_or(core::ptr::null_mut(), |heap| heap.malloc(layout.size()))
    }

    #[allow(static_mut_refs)]
    pub unsafe fn free(block: *mut u8, _: Layout) {
        if let Some(heap) = HEAP.as_mut() {
            heap.free(block)
        }
    }
}

use core::alloc::Layout;

unsafe fn layout(bytes: usize, alignment: usize) -> Layout {
    Layout::from_size_align_unchecked(bytes, alignment)
}

#[no_mangle]
pub unsafe extern "C" fn heap_start(pool: *mut u8, bytes: usize) {
    heap::start(pool, bytes)
}

#[no_mangle]
pub unsafe extern "C" fn heap_allocate(bytes: usize, alignment: usize) -> *mut u8 {
    heap::allocate(layout(bytes, alignment))
}

#[no_mangle]
pub unsafe extern "C" fn heap_free(block: *mut u8, alignment: usize) {
    heap::free(block, layout(1, alignment))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
