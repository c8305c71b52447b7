//! The allocator that the program is linked with.

#[cfg(feature = "rlsf-small")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[cfg(feature = "rlsf-global")]
#[global_allocator]
static HEAP: rlsf::GlobalTlsf = rlsf::GlobalTlsf::new();

#[cfg(feature = "talc-default")]
#[global_allocator]
static HEAP: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "wee-alloc")]
#[global_allocator]
static HEAP: wee_alloc::WeeAlloc = wee_alloc::WeeAlloc::INIT;

#[cfg(feature = "lol")]
#[global_allocator]
static HEAP: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };

#[cfg(feature = "dl")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(feature = "wasm-malloc")]
#[global_allocator]
static HEAP: wasmalloc::WasmAlloc = wasmalloc::WasmAlloc::new();

#[cfg(feature = "rusty")]
#[global_allocator]
static HEAP: rusty_alloc_api::RustyAlloc = rusty_alloc_api::RustyAlloc;

#[cfg(feature = "talc-claim")]
#[global_allocator]
static HEAP: talc::cell::TalcSyncCell<talc::wasm::WasmGrowAndClaim, talc::wasm::WasmBinning> =
    talc::cell::TalcSyncCell::new_wasm(talc::wasm::WasmGrowAndClaim);

#[cfg(feature = "heaplet")]
mod heaplet {
    use core::alloc::{GlobalAlloc, Layout};

    extern "C" {
        fn malloc(size: usize) -> *mut u8;
        fn aligned_alloc(alignment: usize, size: usize) -> *mut u8;
        fn free_sized(block: *mut u8, size: usize);
        fn free_aligned_sized(block: *mut u8, alignment: usize, size: usize);
        fn realloc(block: *mut u8, size: usize) -> *mut u8;
    }

    /// heaplet aligns every block to 16 bytes.
    pub struct Heaplet;

    unsafe impl GlobalAlloc for Heaplet {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            if layout.align() <= 16 {
                malloc(layout.size())
            } else {
                aligned_alloc(layout.align(), layout.size())
            }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            if layout.align() <= 16 {
                free_sized(block, layout.size())
            } else {
                free_aligned_sized(block, layout.align(), layout.size())
            }
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            if layout.align() <= 16 {
                return realloc(block, size);
            }
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(feature = "heaplet")]
#[global_allocator]
static HEAP: heaplet::Heaplet = heaplet::Heaplet;
