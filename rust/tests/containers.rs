//! `&TlsfCell` and `Heaplet` as `Allocator`: blocks of no bytes, other alignments, and what is refused.
#![cfg(feature = "allocator-api2")]
use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use heaplet_alloc::{Heaplet, Tlsf, TlsfCell};

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// From no bytes to some, to another alignment, and back to none: what both sizes have is kept.
fn to_and_fro(heap: &impl Allocator) {
    let sizes = [(0, 1), (0, 64), (1, 1), (100, 8), (100, 256), (3000, 16), (3000, 1024), (5000, 1024)];
    unsafe {
        let mut layouts = sizes.iter().map(|(size, align)| layout(*size, *align));
        let mut old = layouts.next().unwrap();
        let mut block: NonNull<u8> = heap.allocate(old).unwrap().cast();
        let grown = layouts.clone();
        for (i, new) in grown.enumerate() {
            let zeroed = i % 2 == 0;
            let grow = if zeroed { heap.grow_zeroed(block, old, new) } else { heap.grow(block, old, new) };
            block = grow.unwrap().cast();
            let bytes = core::slice::from_raw_parts(block.as_ptr(), new.size());
            assert_eq!(block.as_ptr() as usize % new.align(), 0);
            assert!(bytes[..old.size()].iter().all(|byte| *byte == 7));
            assert!(!zeroed || bytes[old.size()..].iter().all(|byte| *byte == 0));
            block.as_ptr().write_bytes(7, new.size());
            old = new;
        }
        for new in layouts.rev().chain([layout(0, 1), layout(0, 32)]) {
            block = heap.shrink(block, old, new).unwrap().cast();
            let bytes = core::slice::from_raw_parts(block.as_ptr(), new.size());
            assert_eq!(block.as_ptr() as usize % new.align(), 0);
            assert!(bytes.iter().all(|byte| *byte == 7));
            old = new;
        }
        heap.deallocate(block, old);
    }
}

#[test]
fn the_heap() {
    to_and_fro(&Heaplet);
}

#[test]
fn a_slice_of_ones_own() {
    let mut memory = vec![MaybeUninit::uninit(); 32_768];
    let mut tlsf: Tlsf = Tlsf::new();
    let taken = tlsf.insert_free_block(&mut memory);
    let heap = TlsfCell::new(tlsf);
    to_and_fro(&&heap);
    let mut numbers = VecIn::new_in(&heap);
    while numbers.try_reserve(1).is_ok() {
        numbers.push(numbers.len());
    }
    assert!(numbers.len() > 1000 && numbers.iter().enumerate().all(|(i, number)| i == *number));
    drop(numbers);
    // Nothing of it is left.
    let all = heap.into_inner().allocate(layout(taken - taken / 16, 1));
    assert!(all.is_some());
}
