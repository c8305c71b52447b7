//! The walker: reads every block of a heap's pools and every list, and says what is wrong.
use super::block::{usable, Block, GRANULE, WORD};
use super::lists::Lists;
use super::Tlsf;
use core::ptr::NonNull;

/// What [`Tlsf::check`] counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Blocks in use.
    pub used_blocks: usize,
    /// Bytes of theirs that may be used.
    pub used_bytes: usize,
    /// Free blocks.
    pub free_blocks: usize,
    /// Bytes of theirs that may be used.
    pub free_bytes: usize,
    /// Of the largest free one.
    pub largest_free: usize,
}

/// What [`Tlsf::check`] found to be wrong: a heap was written into by somebody who had no right to, or a block freed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Faults {
    /// A size is none, or leads out of its pool: a header was overwritten.
    Size,
    /// The flag or the footer of the block before is wrong.
    Neighbour,
    /// Two free blocks lie side by side.
    Unmerged,
    /// A list holds what is not free, is none of its blocks, or lacks one; or its bits are wrong.
    List,
}

impl<const ROWS: usize, const LISTS: usize> Tlsf<'_, ROWS, LISTS> {
    /// Walks pools, which are all that the heap has, from their start to the end of what was taken of them. Linear.
    ///
    /// # Safety
    ///
    /// Each was inserted, and the memory is there.
    pub unsafe fn check(&self, pools: &[NonNull<[u8]>]) -> Result<Usage, Faults> {
        let mut usage = Usage::default();
        for pool in pools {
            unsafe { Self::walk(*pool, &mut usage)? }
        }
        let mut listed = 0;
        for list in 0..ROWS * LISTS {
            let mut block = self.lists.head(list);
            let mut previous = Block::NONE;
            if !self.lists.is_marked_right(list) {
                return Err(Faults::List);
            }
            while !block.is_none() {
                listed += 1;
                unsafe {
                    let fits = block.is_free() && Lists::<ROWS, LISTS>::of(block.size()) == list;
                    if !fits || block.previous_free() != previous || listed > usage.free_blocks {
                        return Err(Faults::List);
                    }
                    previous = block;
                    block = block.next_free();
                }
            }
        }
        if listed == usage.free_blocks {
            Ok(usage)
        } else {
            Err(Faults::List)
        }
    }

    unsafe fn walk(pool: NonNull<[u8]>, usage: &mut Usage) -> Result<(), Faults> {
        unsafe {
            let start = pool.as_ptr().cast::<u8>();
            let padding = (start as usize).wrapping_add(WORD).wrapping_neg() % GRANULE;
            let mut block = Block(start.add(padding).cast());
            let mut left = pool.len() - padding;
            let mut previous: Option<Block> = None;
            loop {
                if left < WORD {
                    return Err(Faults::Size);
                }
                let (size, free) = (block.size(), block.is_free());
                if block.previous_is_free() != previous.is_some() || previous.is_some_and(|each| block.before() != each)
                {
                    return Err(Faults::Neighbour);
                }
                if size == 0 {
                    return if free { Err(Faults::Size) } else { Ok(()) };
                }
                if size % GRANULE != 0 || size > left {
                    return Err(Faults::Size);
                }
                if free && previous.is_some() {
                    return Err(Faults::Unmerged);
                }
                let bytes = usable(size);
                if free {
                    usage.free_blocks += 1;
                    usage.free_bytes += bytes;
                    usage.largest_free = usage.largest_free.max(bytes);
                } else {
                    usage.used_blocks += 1;
                    usage.used_bytes += bytes;
                }
                previous = free.then_some(block);
                left -= size;
                block = block.after(size);
            }
        }
    }
}
