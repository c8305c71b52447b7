//! The first workloads of the C harness in Rust, on Rust's global allocator: the same work, the same checksums, but
//! the allocator is part of the program as in any Rust program, and LLVM inlines it (fat LTO).
#![no_std]

extern crate alloc;

use alloc::alloc::{alloc as allocate, dealloc, realloc};
use alloc::boxed::Box;
use core::alloc::Layout;

mod global;

const fn layout(size: u32) -> Layout {
    unsafe { Layout::from_size_align_unchecked(size as usize, 8) }
}

/// xorshift32, as in C.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    fn below(&mut self, count: u32) -> u32 {
        ((u64::from(self.next()) * u64::from(count)) >> 32) as u32
    }

    fn between(&mut self, least: u32, most: u32) -> u32 {
        least + self.below(most - least + 1)
    }
}

unsafe fn mark(block: *mut u8, size: u32) {
    if block.is_null() {
        core::arch::wasm32::unreachable()
    }
    *block = size as u8;
    *block.add(size as usize - 1) = (size >> 3) as u8;
}

#[inline(always)]
unsafe fn take(size: u32) -> *mut u8 {
    let block = allocate(layout(size));
    mark(block, size);
    block
}

#[inline(always)]
unsafe fn give(block: *mut u8, size: u32) -> u32 {
    let found = u32::from(*block) * 3 + u32::from(*block.add(size as usize - 1));
    dealloc(block, layout(size));
    found
}

#[derive(Clone, Copy)]
struct Slot {
    block: *mut u8, // null: none
    size: u32,
}

const EMPTY: Slot = Slot {
    block: core::ptr::null_mut(),
    size: 0,
};

impl Slot {
    unsafe fn fill(&mut self, size: u32) {
        self.size = size;
        self.block = take(size);
    }

    /// Frees the block, and returns what was found in it.
    unsafe fn empty(&mut self) -> u32 {
        let found = give(self.block, self.size);
        self.block = core::ptr::null_mut();
        found
    }
}

struct Slots(Box<[Slot]>);

impl Slots {
    fn new(count: u32) -> Self {
        Self(alloc::vec![EMPTY; count as usize].into_boxed_slice())
    }

    /// Without a check: C has none.
    fn at(&mut self, index: u32) -> &mut Slot {
        unsafe { self.0.get_unchecked_mut(index as usize) }
    }

    unsafe fn release(self) -> u32 {
        let mut sum = 0u32;
        for slot in self.0.iter().filter(|slot| !slot.block.is_null()) {
            sum = sum.wrapping_add(give(slot.block, slot.size));
        }
        sum
    }
}

#[no_mangle]
unsafe extern "C" fn random_actions(operations: u32, count: u32, most: u32) -> u32 {
    let mut slots = Slots::new(count);
    let (mut random, mut sum) = (Random(1), 0u32);
    for _ in 0..operations {
        let slot = slots.at(random.below(count));
        if slot.block.is_null() {
            slot.fill(random.between(1, most));
        } else {
            sum = sum.wrapping_add(slot.empty());
        }
    }
    sum.wrapping_add(slots.release())
}

#[no_mangle]
unsafe extern "C" fn random_realloc(operations: u32, count: u32, most: u32) -> u32 {
    let mut slots = Slots::new(count);
    let (mut random, mut sum) = (Random(1), 0u32);
    for _ in 0..operations {
        let slot = slots.at(random.below(count));
        if slot.block.is_null() {
            slot.fill(random.between(1, most));
        } else if random.next() & 0x10000 != 0 {
            sum = sum.wrapping_add(slot.empty());
        } else {
            let size = random.between(1, most);
            slot.block = realloc(slot.block, layout(slot.size), size as usize);
            if slot.block.is_null() {
                core::arch::wasm32::unreachable()
            }
            sum = sum.wrapping_add(u32::from(*slot.block));
            slot.size = size;
            mark(slot.block, size);
        }
    }
    sum.wrapping_add(slots.release())
}

#[no_mangle]
unsafe extern "C" fn round_robin(operations: u32, count: u32, most: u32) -> u32 {
    let mut slots = Slots::new(count);
    let (mut random, mut sum, mut at) = (Random(1), 0u32, 0);
    for _ in 0..operations {
        let slot = slots.at(at);
        at = if at + 1 == count { 0 } else { at + 1 };
        if !slot.block.is_null() {
            sum = sum.wrapping_add(give(slot.block, slot.size));
        }
        slot.size = random.between(1, most);
        slot.block = take(slot.size);
    }
    sum.wrapping_add(slots.release())
}

#[no_mangle]
unsafe extern "C" fn replace(operations: u32, count: u32, least: u32, most: u32) -> u32 {
    let mut slots = Slots::new(count);
    let (mut random, mut sum) = (Random(1), 0u32);
    for i in 0..count {
        let slot = slots.at(i);
        slot.size = random.between(least, most);
        slot.block = take(slot.size);
    }
    for _ in 0..operations {
        let slot = slots.at(random.below(count));
        sum = sum.wrapping_add(give(slot.block, slot.size));
        slot.size = random.between(least, most);
        slot.block = take(slot.size);
    }
    sum.wrapping_add(slots.release())
}

/// Each size is a constant here, which a compiler can pass on to the allocator.
#[inline(always)]
unsafe fn take_one_of(kind: u32) -> *mut u8 {
    match kind {
        0 => take(24),
        1 => take(56),
        2 => take(120),
        _ => take(400),
    }
}

#[inline(always)]
unsafe fn give_one_of(kind: u32, block: *mut u8) -> u32 {
    match kind {
        0 => give(block, 24),
        1 => give(block, 56),
        2 => give(block, 120),
        _ => give(block, 400),
    }
}

#[no_mangle]
unsafe extern "C" fn objects(operations: u32, count: u32) -> u32 {
    let mut slots = Slots::new(count); // a slot's size is its type
    let (mut random, mut sum) = (Random(1), 0u32);
    for i in 0..count {
        let slot = slots.at(i);
        slot.size = i & 3;
        slot.block = take_one_of(slot.size);
    }
    for _ in 0..operations {
        let slot = slots.at(random.below(count));
        sum = sum.wrapping_add(give_one_of(slot.size, slot.block));
        slot.size = random.next() >> 30;
        slot.block = take_one_of(slot.size);
    }
    for i in 0..count {
        let slot = slots.at(i);
        sum = sum.wrapping_add(give_one_of(slot.size, slot.block));
        slot.block = core::ptr::null_mut();
    }
    sum.wrapping_add(slots.release())
}

struct Node {
    left: Option<Box<Node>>,
    right: Option<Box<Node>>,
    value: u32,
}

fn grow(depth: u32) -> Box<Node> {
    let child = || (depth > 0).then(|| grow(depth - 1));
    Box::new(Node {
        left: child(),
        right: child(),
        value: depth,
    })
}

fn fell(node: Box<Node>) -> u32 {
    let Node { left, right, value } = *node;
    let below = left.map_or(0, fell).wrapping_add(right.map_or(0, fell));
    below.wrapping_mul(2).wrapping_add(value).wrapping_add(1)
}

#[no_mangle]
extern "C" fn trees(operations: u32, depth: u32) -> u32 {
    let deep = grow(depth + 2);
    let (mut sum, mut done) = (0u32, 0);
    while done < operations {
        sum = sum.wrapping_add(fell(grow(depth)));
        done += 4 << depth;
    }
    sum.wrapping_add(fell(deep))
}

#[no_mangle]
unsafe extern "C" fn pairs(operations: u32, size: u32) -> u32 {
    let (mut sum, mut done) = (0u32, 0);
    while done < operations {
        sum = sum.wrapping_add(give(core::hint::black_box(take(size)), size));
        done += 2;
    }
    sum
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
