//! A component on heaplet: what the host hands in and takes out lies in its heap.
// On `wasm32-wasip2` it has Rust's std, whose libc has a `cabi_realloc` of its own.
#![cfg_attr(not(target_os = "wasi"), no_std)]

extern crate alloc;

use alloc::{string::String, vec::Vec};

#[global_allocator]
static A: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();

wit_bindgen::generate!({ path: "../world.wit", world: "texts" });

struct Texts;

impl Guest for Texts {
    fn join(words: Vec<String>, between: String) -> String {
        words.join(&between)
    }
    fn double(numbers: Vec<u32>) -> Vec<u32> {
        numbers.iter().map(|number| number.wrapping_mul(2)).collect()
    }
    fn memory_bytes() -> u32 {
        core::arch::wasm32::memory_size(0) as u32 * 65536
    }
}

export!(Texts);

#[cfg(not(target_os = "wasi"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
