//! The crate's heap against a shadow of it: calls at random, by each of the ways to its functions, in a memory that ends.
#![no_std]
#![allow(static_mut_refs)] // there is one thread, and no call of it meets another

extern crate alloc;

#[path = "../../../../rust/tests/random/mod.rs"]
mod random;
mod shadow;

use alloc::alloc::{alloc, alloc_zeroed, dealloc, realloc};
use allocator_api2::alloc::Allocator;
use core::alloc::Layout;
use core::hint::black_box;
use core::ptr::{null_mut, NonNull};
use random::Random;
use shadow::{Block, Shadow, MOST};

#[global_allocator]
static HEAP: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();
static mut SHADOW: Shadow = Shadow::new();

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(block: *mut u8);
}

impl Random {
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// Small ones, and those where something begins or ends: lists, slabs, ranges.
    fn size(&mut self, largest: usize) -> usize {
        const EDGES: [usize; 10] = [1, 16, 112, 128, 1008, 1020, 1024, 1088, 16380, 16384];
        match self.below(16) {
            0 => 1 + self.below(largest),
            1 => 1 + self.below(4096),
            2 => EDGES[self.below(EDGES.len())] + self.below(3),
            3..=5 => 1 + self.below(1030),
            _ => 1 + self.below(140),
        }
    }
    fn align(&mut self) -> usize {
        1 << if self.one_in(12) { self.below(17) } else { self.below(5) }
    }
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// By the global allocator, by C's or by `Allocator`: it is one heap.
unsafe fn take(random: &mut Random, layout: Layout, zeroed: bool) -> *mut u8 {
    match (random.below(4), zeroed) {
        (0, false) => pointer(HEAP.allocate(layout)),
        (0, true) => pointer(HEAP.allocate_zeroed(layout)),
        (1, false) if layout.align() <= 16 => malloc(layout.size()),
        (_, false) => alloc(layout),
        (_, true) => alloc_zeroed(layout),
    }
}

unsafe fn give(random: &mut Random, block: &Block) {
    match random.below(4) {
        _ if block.layout.size() == 0 => HEAP.deallocate(NonNull::new_unchecked(block.at), block.layout),
        0 => HEAP.deallocate(NonNull::new_unchecked(block.at), block.layout),
        1 => free(block.at),
        _ => dealloc(block.at, block.layout),
    }
}

unsafe fn resize(random: &mut Random, block: &Block, new: Layout) -> *mut u8 {
    let old = block.layout;
    if old.align() == new.align() && old.size() != 0 && new.size() != 0 && !random.one_in(4) {
        return realloc(block.at, old, new.size());
    }
    let at = NonNull::new_unchecked(block.at);
    pointer(match (new.size() >= old.size(), random.one_in(2)) {
        (false, _) => HEAP.shrink(at, old, new),
        (true, false) => HEAP.grow(at, old, new),
        (true, true) => {
            let moved = HEAP.grow_zeroed(at, old, new);
            if let Ok(moved) = moved {
                SHADOW.is_zero(moved.cast::<u8>().as_ptr().add(old.size()), new.size() - old.size());
            }
            moved
        }
    })
}

fn pointer(block: Result<NonNull<[u8]>, allocator_api2::alloc::AllocError>) -> *mut u8 {
    block.map_or(null_mut(), |block| block.cast().as_ptr())
}

/// No memory. Nothing that is free side by side would have done; and a block that is freed serves its own size again.
unsafe fn was_refused(random: &mut Random, layout: Layout) {
    let needed = layout.size() + layout.align().saturating_sub(16) + 20;
    let surely = if cfg!(feature = "small") {
        2 * needed + 64
    } else if cfg!(any(feature = "lean", feature = "realtime")) {
        needed + needed / 8 + 64
    } else {
        2 * (needed + needed / 8) + 4 * 4096 // pages of small blocks at both ends, and in between what says where they are
    };
    // What `hardened` adds to a block, and rounds it up to, nobody sees.
    if !cfg!(feature = "hardened") && random.one_in(8) {
        let gap = SHADOW.longest_gap(core::arch::wasm32::memory_size(0) << 16);
        if gap >= surely {
            SHADOW.fail("refused though there was room", layout.size(), gap);
        }
    }
    let mut last = None;
    for _ in 0..1 + random.below(3) {
        if SHADOW.count == 0 {
            break;
        }
        let block = SHADOW.leave(random.below(SHADOW.count));
        give(random, &block);
        last = Some(block).filter(|block| block.sure != 0);
    }
    if let Some(block) = last {
        let same = crate::layout(block.sure, block.layout.align().min(16));
        let at = take(random, same, false);
        if at.is_null() {
            SHADOW.fail("what was freed does not serve its own size", block.at as usize, block.sure);
        }
        SHADOW.enter(at, same, random.next());
    }
}

unsafe fn one_call(random: &mut Random, largest: usize, grows: bool) -> bool {
    let (size, align, mark) = (random.size(largest), random.align(), random.next());
    if SHADOW.count == 0 || SHADOW.count < MOST && random.below(5) < if grows { 3 } else { 1 } {
        let (new, zeroed) = (layout(size, align), random.one_in(4));
        let at = take(random, new, zeroed);
        if at.is_null() {
            was_refused(random, new);
            return false;
        }
        if zeroed {
            SHADOW.is_zero(at, size);
        }
        SHADOW.enter(at, new, mark);
        return true;
    }
    let block = SHADOW.leave(random.below(SHADOW.count));
    if !random.one_in(3) {
        give(random, &block);
        return true;
    }
    let old = block.layout;
    let new = layout(if random.one_in(16) { 0 } else { size }, if random.one_in(16) { align } else { old.align() });
    let at = resize(random, &block, new);
    if at.is_null() {
        if new.size() < old.size() && new.align() == old.align() {
            SHADOW.fail("a block could not become smaller", old.size(), new.size());
        }
        SHADOW.enter_again(&block);
        was_refused(random, new);
        return false;
    }
    SHADOW.verify(&block, at, old.size().min(new.size()));
    SHADOW.enter(at, new, mark);
    SHADOW.was_resized(&block);
    true
}

/// @returns how many calls were refused
#[no_mangle]
unsafe extern "C" fn run(seed: u32, steps: u32, most: usize, largest: usize) -> u32 {
    let mut random = Random(seed | 1);
    let (mut target, mut refused) = (0, 0);
    for step in 0..steps {
        if step % 10_000 == 0 {
            target = 1 + random.below(most);
        }
        SHADOW.step = step;
        refused += u32::from(!one_call(&mut random, largest, SHADOW.count < target));
        if step % 2000 == 0 {
            books();
        }
    }
    refused
}

/// The heap's own books, which the shadow knows too where each block has a header and nothing else.
unsafe fn books() {
    let stats = HEAP.stats();
    if stats.used + stats.free != stats.footprint {
        SHADOW.fail("used and free are not all", stats.used, stats.free);
    }
    let plain = cfg!(any(feature = "lean", feature = "realtime", feature = "small")) && !cfg!(feature = "usage");
    if plain && stats.used != SHADOW.taken() {
        SHADOW.fail("the blocks take something else", stats.used, SHADOW.taken());
    }
}

#[no_mangle]
unsafe extern "C" fn give_all(seed: u32) {
    let mut random = Random(seed | 1);
    while SHADOW.count > 0 {
        let block = SHADOW.leave(random.below(SHADOW.count));
        give(&mut random, &block);
    }
    books();
}

/// The largest request that is served. What was freed is merged then.
#[no_mangle]
unsafe extern "C" fn largest() -> usize {
    let (mut served, mut refused) = (0, 64 << 20);
    while refused - served > 1 {
        let middle = layout(served + (refused - served) / 2, 8);
        let at = black_box(alloc(middle));
        if at.is_null() {
            refused = middle.size();
        } else {
            dealloc(at, middle);
            served = middle.size();
        }
    }
    served
}

/// How many blocks of a size are served until one is refused. All are given back.
#[no_mangle]
unsafe extern "C" fn many(size: usize) -> usize {
    let each = layout(size, 8);
    let (mut first, mut count) = (null_mut::<u8>(), 0);
    loop {
        let at = black_box(alloc(each));
        if at.is_null() {
            break;
        }
        at.cast::<*mut u8>().write(first);
        first = at;
        count += 1;
    }
    while !first.is_null() {
        let next = first.cast::<*mut u8>().read();
        dealloc(first, each);
        first = next;
    }
    count
}

// One call each, for what is tried on purpose.
#[no_mangle]
unsafe extern "C" fn one(size: usize, align: usize) -> *mut u8 {
    alloc(layout(size, align))
}
#[no_mangle]
unsafe extern "C" fn back(block: *mut u8, size: usize, align: usize) {
    dealloc(block, layout(size, align));
}
#[no_mangle]
unsafe extern "C" fn other(block: *mut u8, old: usize, align: usize, size: usize) -> *mut u8 {
    realloc(block, layout(old, align), size)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
