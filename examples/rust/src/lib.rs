//! Counts words, with heaplet under every Box, String and Vec.
#![no_std]

extern crate alloc;

use alloc::{collections::BTreeMap, string::String, vec::Vec};

#[global_allocator]
static HEAP: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// A buffer for the host to write a text into; `count` takes it back.
#[no_mangle]
pub extern "C" fn buffer(length: usize) -> *mut u8 {
    let mut text: Vec<u8> = Vec::with_capacity(length);
    text.resize(length, 0);
    alloc::boxed::Box::into_raw(text.into_boxed_slice()) as *mut u8
}

/// The different words of a text, and in the upper half how often the most frequent one stands there.
#[no_mangle]
pub unsafe extern "C" fn count(text: *mut u8, length: usize) -> u64 {
    let text = alloc::boxed::Box::from_raw(core::ptr::slice_from_raw_parts_mut(text, length));
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for word in text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()) {
        let word = String::from_utf8_lossy(word).to_lowercase();
        *words.entry(word).or_default() += 1;
    }
    let most = words.values().copied().max().unwrap_or(0);
    u64::from(most) << 32 | words.len() as u64
}

/// Whether a type with an alignment of its own is aligned.
#[no_mangle]
pub extern "C" fn aligned() -> bool {
    #[repr(align(256))]
    #[derive(Clone)]
    struct Wide([u8; 256]);
    let mut all: Vec<Wide> = Vec::new();
    (0..100).for_each(|i| all.push(Wide([i; 256])));
    all.as_ptr() as usize % 256 == 0 && all.iter().enumerate().all(|(i, wide)| wide.0 == [i as u8; 256])
}

#[no_mangle]
pub extern "C" fn footprint() -> usize {
    HEAP.footprint()
}
