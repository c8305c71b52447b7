//! Tlsf over memory of its own: each block apart from every other, whole, aligned; and the walker after every step.
mod random;

use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use heaplet_alloc::{Faults, Tlsf, Usage, GRANULE};
use random::Random;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// A heap over one pool, which begins so many bytes behind a multiple of 64.
struct Heap<'a, const ROWS: usize, const LISTS: usize> {
    tlsf: Tlsf<'a, ROWS, LISTS>,
    pool: NonNull<[u8]>,
}

fn memory(bytes: usize) -> Vec<MaybeUninit<u8>> {
    vec![MaybeUninit::uninit(); bytes]
}

impl<'a, const ROWS: usize, const LISTS: usize> Heap<'a, ROWS, LISTS> {
    fn over(memory: &'a mut [MaybeUninit<u8>]) -> Self {
        let mut tlsf = Tlsf::new();
        let start = NonNull::new(memory.as_mut_ptr().cast::<u8>()).unwrap();
        // By the address: the walker looks at the same memory.
        let taken = unsafe { tlsf.insert_free_block_ptr(NonNull::slice_from_raw_parts(start, memory.len())) };
        Heap { tlsf, pool: NonNull::slice_from_raw_parts(start, taken.map_or(0, |bytes| bytes.get())) }
    }
    fn check(&self) -> Usage {
        unsafe { self.tlsf.check(&[self.pool]) }.unwrap()
    }
}

fn at_random<const ROWS: usize, const LISTS: usize>(seed: u32, steps: usize, most: usize) {
    let mut memory = memory(40_000);
    let mut heap = Heap::<ROWS, LISTS>::over(&mut memory[seed as usize % 64..]);
    let whole = heap.check();
    let mut random = Random(seed + 1);
    let mut blocks: Vec<(NonNull<u8>, Layout, u8)> = Vec::new();
    for step in 0..steps {
        let size = random.below(most);
        let align = 1 << random.below(10);
        let mark = step as u8;
        if blocks.is_empty() || random.below(5) < 2 {
            if let Some(block) = heap.tlsf.allocate(layout(size, align)) {
                unsafe { block.as_ptr().write_bytes(mark, size) }
                blocks.push((block, layout(size, align), mark));
            }
        } else {
            let (block, old, mark) = blocks.swap_remove(random.below(blocks.len()));
            let bytes = |block: NonNull<u8>, length| unsafe { core::slice::from_raw_parts(block.as_ptr(), length) };
            assert!(bytes(block, old.size()).iter().all(|byte| *byte == mark), "somebody wrote into a block");
            if random.below(2) == 0 {
                unsafe { heap.tlsf.deallocate(block, old.align()) }
            } else {
                let new = layout(size, old.align());
                match unsafe { heap.tlsf.reallocate(block, new) } {
                    Some(moved) => {
                        let kept = old.size().min(size);
                        assert!(
                            bytes(moved, kept).iter().all(|byte| *byte == mark),
                            "realloc keeps what both sizes have"
                        );
                        unsafe { moved.as_ptr().write_bytes(mark, size) }
                        blocks.push((moved, new, mark));
                    }
                    None => {
                        assert!(size > old.size(), "a smaller size never fails");
                        blocks.push((block, old, mark));
                    }
                }
            }
        }
        if let Some((block, layout, _)) = blocks.last() {
            assert_eq!(block.as_ptr() as usize % layout.align().max(GRANULE), 0);
        }
        assert_eq!(heap.check().used_blocks, blocks.len());
    }
    for (block, layout, _) in blocks {
        unsafe { heap.tlsf.deallocate(block, layout.align()) }
    }
    assert_eq!(heap.check(), whole, "all is one free block again");
}

const STEPS: usize = if cfg!(miri) { 60 } else { 3000 };

#[test]
fn calls_at_random() {
    for seed in 0..if cfg!(miri) { 2 } else { 20 } {
        at_random::<24, 32>(seed, STEPS, 600);
        at_random::<8, 16>(seed, STEPS, 3000);
        at_random::<2, 4>(seed, STEPS, 900); // most sizes are in the last list
    }
}

#[test]
fn any_memory_will_do() {
    let mut memory = memory(200);
    for offset in 0..GRANULE {
        for length in 0..160 {
            let heap = Heap::<24, 32>::over(&mut memory[offset..offset + length]);
            assert!(heap.pool.len() <= length);
            if heap.pool.len() == 0 {
                assert!(length < 3 * GRANULE, "{length} bytes are enough");
            } else {
                assert_eq!(heap.check().free_blocks, 1);
            }
        }
    }
}

#[test]
fn a_pool_grows_where_it_ends() {
    let mut memory = memory(4096);
    let mut heap = Heap::<24, 32>::over(&mut memory[..1000]);
    let end = heap.pool.len();
    let start = heap.pool.as_ptr().cast::<u8>();
    let rest = NonNull::slice_from_raw_parts(NonNull::new(unsafe { start.add(end) }).unwrap(), 4096 - end);
    let more = unsafe { heap.tlsf.append_free_block_ptr(rest) };
    assert!(more > 3000 && more % GRANULE == 0);
    heap.pool = NonNull::slice_from_raw_parts(NonNull::new(start).unwrap(), end + more);
    assert_eq!(heap.check().free_blocks, 1, "the two are one");
    assert!(heap.tlsf.allocate(layout(3500, 1)).is_some());
}

#[test]
fn two_pools_and_a_move() {
    let (mut one, mut two) = (memory(1000), memory(1000));
    let mut tlsf: Tlsf = Tlsf::new();
    assert!(tlsf.insert_free_block(&mut one) > 0 && tlsf.insert_free_block(&mut two) > 0);
    let first = tlsf.allocate(layout(800, 1)).unwrap();
    let mut moved = Box::new(tlsf); // what it points to does not point back
    let second = moved.allocate(layout(800, 1)).unwrap();
    assert!(moved.allocate(layout(800, 1)).is_none());
    unsafe { moved.deallocate(first, 1) }
    assert_eq!(moved.allocate(layout(800, 1)), Some(first), "what was freed serves its own size");
    assert_ne!(first, second);
}

/// Pools of any length that begin at any address, each where the one before it ends: no block reaches over an end.
#[test]
fn pools_side_by_side() {
    for seed in 0..if cfg!(miri) { 1 } else { 12 } {
        let mut random = Random(seed + 1);
        let mut memory = memory(24_000);
        let start = memory.as_mut_ptr().cast::<u8>();
        let (mut tlsf, mut pools) = (Tlsf::<12, 8>::new(), Vec::new());
        let mut at = random.below(GRANULE);
        while at < 20_000 {
            let length = if random.below(3) == 0 { random.below(3 * GRANULE) } else { random.below(4000) };
            let pool = NonNull::slice_from_raw_parts(NonNull::new(unsafe { start.add(at) }).unwrap(), length);
            match unsafe { tlsf.insert_free_block_ptr(pool) } {
                Some(taken) => {
                    assert!(taken.get() <= length);
                    pools.push(NonNull::slice_from_raw_parts(pool.cast::<u8>(), taken.get()));
                    // The next one begins right behind this one, or behind what this one left.
                    at += if random.below(2) == 0 { taken.get() } else { length };
                }
                None => {
                    assert!(length < 3 * GRANULE);
                    at += length;
                }
            }
        }
        let check = |tlsf: &Tlsf<'_, 12, 8>| unsafe { tlsf.check(&pools) }.unwrap();
        let whole = check(&tlsf);
        assert_eq!(whole.free_blocks, pools.len());
        let mut blocks: Vec<(NonNull<u8>, Layout, u8)> = Vec::new();
        for step in 0..STEPS {
            let mark = step as u8;
            if random.below(5) < 3 {
                let layout = layout(random.below(400), 1 << random.below(9));
                let Some(block) = tlsf.allocate(layout) else { continue };
                let first = block.as_ptr() as usize;
                let lies = |pool: &NonNull<[u8]>| {
                    let begin = pool.as_ptr().cast::<u8>() as usize;
                    begin < first && first + layout.size() <= begin + pool.len()
                };
                assert!(pools.iter().any(lies) && first % layout.align() == 0);
                unsafe { block.as_ptr().write_bytes(mark, layout.size()) }
                blocks.push((block, layout, mark));
            } else if !blocks.is_empty() {
                let (block, layout, mark) = blocks.swap_remove(random.below(blocks.len()));
                let bytes = unsafe { core::slice::from_raw_parts(block.as_ptr(), layout.size()) };
                assert!(bytes.iter().all(|byte| *byte == mark));
                unsafe { tlsf.deallocate(block, layout.align()) }
            }
            assert_eq!(check(&tlsf).used_blocks, blocks.len());
        }
        for (block, layout, _) in blocks {
            unsafe { tlsf.deallocate(block, layout.align()) }
        }
        assert_eq!(check(&tlsf), whole);
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let mut memory = memory(4096);
    let mut heap = Heap::<24, 32>::over(&mut memory);
    for size in [4096, 1 << 20, isize::MAX as usize / 2, isize::MAX as usize - 64, isize::MAX as usize - 1] {
        assert!(heap.tlsf.allocate(layout(size, 1)).is_none(), "{size}");
        let block = heap.tlsf.allocate(layout(100, 1)).unwrap();
        assert!(unsafe { heap.tlsf.reallocate(block, layout(size, 1)) }.is_none());
        unsafe { heap.tlsf.deallocate(block, 1) }
    }
    assert!(heap.tlsf.allocate(layout(1, 1 << 30)).is_none());
    assert!(heap.tlsf.allocate(layout(1, 1 << (usize::BITS - 2))).is_none());
    assert_eq!(heap.check().free_blocks, 1);
}

#[test]
fn no_bytes_are_a_request_too() {
    let mut memory = memory(4096);
    let mut heap = Heap::<24, 32>::over(&mut memory);
    let (one, two) = (heap.tlsf.allocate(layout(0, 1)).unwrap(), heap.tlsf.allocate(layout(0, 1)).unwrap());
    assert_ne!(one, two);
    assert!(unsafe { Tlsf::<24, 32>::allocation_usable_size(one) } >= GRANULE - size_of::<usize>());
}

#[test]
fn the_walker_sees_what_is_wrong() {
    let mut memory = memory(4096);
    let mut heap = Heap::<24, 32>::over(&mut memory);
    let blocks = [(); 4].map(|()| heap.tlsf.allocate(layout(100, 1)).unwrap());
    unsafe {
        let header = blocks[1].as_ptr().cast::<usize>().sub(1);
        let before = *header;
        *header = before + 8; // written past the end of the block before
        assert_eq!(heap.tlsf.check(&[heap.pool]), Err(Faults::Size));
        *header = before | 2; // the block before is free, it says
        assert_eq!(heap.tlsf.check(&[heap.pool]), Err(Faults::Neighbour));
        *header = before;
        heap.check();

        heap.tlsf.deallocate(blocks[1], 1);
        let next = blocks[1].as_ptr().cast::<usize>();
        let link = *next;
        *next = next as usize - size_of::<usize>(); // written after it was freed: its own successor
        assert_eq!(heap.tlsf.check(&[heap.pool]), Err(Faults::List));
        *next = link;
        heap.check();
    }
}

/// Bits that say of an empty list that it has a block: the next request would read that block.
#[test]
fn the_walker_sees_bits_without_a_block() {
    type Small<'a> = Tlsf<'a, 8, 16>;
    const WORDS: usize = size_of::<Small>() / size_of::<usize>();
    let words = |tlsf: &mut Small| core::ptr::from_mut(tlsf).cast::<[usize; WORDS]>();
    let mut memory = memory(4096);
    let mut heap = Heap::<8, 16>::over(&mut memory);
    let only = heap.tlsf.allocate(layout(100, 1)).unwrap();
    while heap.tlsf.allocate(layout(16, 1)).is_some() {}
    assert_eq!(heap.check().free_blocks, 0);
    unsafe {
        let empty = words(&mut heap.tlsf).read();
        heap.tlsf.deallocate(only, 1);
        let head = only.as_ptr() as usize - size_of::<usize>();
        let mut wrong = words(&mut heap.tlsf).read();
        assert_eq!(heap.tlsf.allocate(layout(100, 1)), Some(only));
        assert_eq!(words(&mut heap.tlsf).read(), empty);
        wrong.iter_mut().filter(|word| **word == head).for_each(|word| *word = 0);
        words(&mut heap.tlsf).write(wrong);
        assert_eq!(heap.tlsf.check(&[heap.pool]), Err(Faults::List));
    }
}
