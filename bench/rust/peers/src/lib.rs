//! A Rust allocator as a module that the C harness imports: alloc, dealloc and resize with the sizes that Rust's
//! `GlobalAlloc` wants. Which one is a feature.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

#[global_allocator]
#[cfg(feature = "rlsf-small")]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[global_allocator]
#[cfg(feature = "rlsf-global")]
static HEAP: rlsf::GlobalTlsf = rlsf::GlobalTlsf::new();

#[global_allocator]
#[cfg(feature = "talc-default")]
static HEAP: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[global_allocator]
#[cfg(feature = "wee-alloc")]
static HEAP: wee_alloc::WeeAlloc = wee_alloc::WeeAlloc::INIT;

#[global_allocator]
#[cfg(feature = "lol")]
static HEAP: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };

#[global_allocator]
#[cfg(feature = "dl")]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[global_allocator]
#[cfg(feature = "wasm-malloc")]
static HEAP: wasmalloc::WasmAlloc = wasmalloc::WasmAlloc::new();

#[global_allocator]
#[cfg(feature = "rusty")]
static HEAP: rusty_alloc_api::RustyAlloc = rusty_alloc_api::RustyAlloc;

#[global_allocator]
#[cfg(feature = "talc-claim")]
static HEAP: talc::cell::TalcSyncCell<talc::wasm::WasmGrowAndClaim, talc::wasm::WasmBinning> =
    talc::cell::TalcSyncCell::new_wasm(talc::wasm::WasmGrowAndClaim);

#[global_allocator]
#[cfg(feature = "mini")]
static HEAP: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

/// What sizes are counted over: the same functions, doing nothing.
#[cfg(feature = "none")]
mod none {
    use core::alloc::{GlobalAlloc, Layout};

    pub struct Nothing;

    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            core::ptr::null_mut()
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

        unsafe fn realloc(&self, _: *mut u8, _: Layout, _: usize) -> *mut u8 {
            core::ptr::null_mut()
        }
    }
}

#[global_allocator]
#[cfg(feature = "none")]
static HEAP: none::Nothing = none::Nothing;

/// Bytes. Eight is what Rust's own types ask for at most.
const ALIGN: usize = if cfg!(feature = "align4") { 4 } else { 8 };

const fn layout(size: usize) -> Layout {
    unsafe { Layout::from_size_align_unchecked(size, ALIGN) }
}

#[no_mangle]
pub unsafe extern "C" fn alloc(size: usize) -> *mut u8 {
    HEAP.alloc(layout(size))
}

#[no_mangle]
pub unsafe extern "C" fn dealloc(block: *mut u8, size: usize) {
    HEAP.dealloc(block, layout(size))
}

#[cfg(feature = "zeroed")]
#[no_mangle]
pub unsafe extern "C" fn alloc_zeroed(size: usize) -> *mut u8 {
    HEAP.alloc_zeroed(layout(size))
}

#[cfg(feature = "resize")]
#[no_mangle]
pub unsafe extern "C" fn resize(block: *mut u8, old: usize, size: usize) -> *mut u8 {
    HEAP.realloc(block, layout(old), size)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
