//! Tlsf: constant-time allocation from whatever memory its owner hands in.
mod block;
mod cell;
mod lists;
mod walk;

pub use block::GRANULE;
use block::{block_for, usable, Block, LARGEST_BLOCK, WORD};
pub use cell::TlsfCell;
use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::num::NonZeroUsize;
use core::ptr::NonNull;
use lists::Lists;
pub use walk::{Faults, Usage};

/// Two-level segregated fit (M. Masmano, I. Ripoll, A. Crespo, J. Real: "TLSF: a new dynamic memory allocator for real-time
/// systems", ECRTS 2004) over memory of one's own: no growth, no platform, no state but this value, which may be moved.
///
/// Every operation takes constant time, whatever the heap's history; [`reallocate`](Self::reallocate) may also copy the
/// user's bytes. A block costs a word, and its address is a multiple of [`GRANULE`].
///
/// ```
/// use core::{alloc::Layout, mem::MaybeUninit};
/// use heaplet_alloc::Tlsf;
///
/// let mut memory = [MaybeUninit::uninit(); 65536];
/// let mut tlsf: Tlsf = Tlsf::new();
/// tlsf.insert_free_block(&mut memory);
///
/// let layout = Layout::new::<u64>();
/// let block = tlsf.allocate(layout).expect("there are 64 KiB");
/// unsafe {
///     block.cast::<u64>().write(7);
///     assert_eq!(block.cast::<u64>().read(), 7);
///     tlsf.deallocate(block, layout.align());
/// }
/// ```
///
/// `ROWS` and `LISTS` say how large its state is, `ROWS * LISTS` words and a few, and how closely a block fits: there are
/// `LISTS` sizes an octave. Blocks up to `GRANULE * LISTS << ROWS - 1` bytes are promised, larger ones may be had. A
/// microcontroller of 64 KiB is served well by a state of half a KiB:
///
/// ```
/// static mut HEAP: heaplet_alloc::Tlsf<'static, 8, 16> = heaplet_alloc::Tlsf::new();
/// ```
pub struct Tlsf<'pool, const ROWS: usize = 24, const LISTS: usize = 32> {
    lists: Lists<ROWS, LISTS>,
    pools: PhantomData<&'pool mut [MaybeUninit<u8>]>,
}

// It has all that it points to.
unsafe impl<const ROWS: usize, const LISTS: usize> Send for Tlsf<'_, ROWS, LISTS> {}
unsafe impl<const ROWS: usize, const LISTS: usize> Sync for Tlsf<'_, ROWS, LISTS> {}

impl<const ROWS: usize, const LISTS: usize> Default for Tlsf<'_, ROWS, LISTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'pool, const ROWS: usize, const LISTS: usize> Tlsf<'pool, ROWS, LISTS> {
    /// A heap without memory.
    pub const fn new() -> Self {
        #[allow(clippy::let_unit_value)]
        let _ = Lists::<ROWS, LISTS>::VALID;
        Tlsf { lists: Lists::new(), pools: PhantomData }
    }

    /// Adds memory as a pool of its own. Any address and length will do.
    ///
    /// Returns the bytes taken, counted from the slice's start; 0 if it is too small for a block.
    ///
    /// ```
    /// # use core::{alloc::Layout, mem::MaybeUninit};
    /// let mut memory = [MaybeUninit::uninit(); 1024];
    /// let mut tlsf: heaplet_alloc::Tlsf = Default::default();
    /// assert!(tlsf.allocate(Layout::new::<u8>()).is_none());
    /// assert!(tlsf.insert_free_block(&mut memory) > 900);
    /// assert!(tlsf.allocate(Layout::new::<u8>()).is_some());
    /// ```
    pub fn insert_free_block(&mut self, memory: &'pool mut [MaybeUninit<u8>]) -> usize {
        let memory = NonNull::from(memory);
        // The bytes are ours for as long as the heap may live.
        unsafe { self.insert_free_block_ptr(NonNull::slice_from_raw_parts(memory.cast(), memory.len())) }
            .map_or(0, NonZeroUsize::get)
    }

    /// The same by an address.
    ///
    /// # Safety
    ///
    /// The memory is writable, overlaps no other pool, and belongs to this heap for as long as that lives.
    pub unsafe fn insert_free_block_ptr(&mut self, memory: NonNull<[u8]>) -> Option<NonZeroUsize> {
        let start = memory.as_ptr().cast::<u8>();
        // The first header is the word before the first multiple of GRANULE that has room for it.
        let padding = (start as usize).wrapping_add(WORD).wrapping_neg() % GRANULE;
        let room = memory.len().checked_sub(padding + WORD)?;
        let size = (room & !(GRANULE - 1)).min(LARGEST_BLOCK);
        if size == 0 {
            return None;
        }
        unsafe {
            let sentinel = Block(start.add(padding).cast());
            sentinel.set_used(0, false); // as if the pool had been empty so far
            self.append(sentinel, size);
        }
        NonZeroUsize::new(padding + size + WORD)
    }

    /// Extends a pool in place. Returns the bytes taken, counted from the memory's start; 0 if they are fewer than a
    /// [`GRANULE`].
    ///
    /// # Safety
    ///
    /// As for [`insert_free_block_ptr`](Self::insert_free_block_ptr); and the memory begins where a pool ends, as that function or
    /// an earlier call said.
    pub unsafe fn append_free_block_ptr(&mut self, memory: NonNull<[u8]>) -> usize {
        let size = (memory.len() & !(GRANULE - 1)).min(LARGEST_BLOCK);
        if size != 0 {
            unsafe { self.append(Block(memory.as_ptr().cast::<usize>().sub(1)), size) }
        }
        size
    }

    /// Allocates. No bytes are a request too, and get a block of their own.
    ///
    /// Returns `None` if no block surely fits; nothing has changed then.
    pub fn allocate(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let size = Self::block_for(layout.size())?;
        let gap = layout.align().saturating_sub(GRANULE);
        let span = if gap == 0 { size } else { Self::block_for(usable(size).checked_add(gap)?)? };
        unsafe {
            let block = self.lists.take(span)?;
            NonNull::new(self.cut(block, size, layout.align()).payload())
        }
    }

    /// Frees a block. (The alignment is what rlsf asks for, too; nothing depends on it.)
    ///
    /// # Safety
    ///
    /// This heap has allocated it, and nobody has freed it since.
    pub unsafe fn deallocate(&mut self, block: NonNull<u8>, _align: usize) {
        unsafe { self.release(Block::of_payload(block.as_ptr())) }
    }

    /// Resizes a block, in place where it can. The bytes that both sizes have are kept. The alignment of `layout` is the one
    /// that the block has, in case it moves.
    ///
    /// Returns its place now; or `None` if there is no memory for it, and the block is as it was. One that gets smaller never
    /// fails.
    ///
    /// # Safety
    ///
    /// As for [`deallocate`](Self::deallocate).
    pub unsafe fn reallocate(&mut self, block: NonNull<u8>, layout: Layout) -> Option<NonNull<u8>> {
        unsafe {
            let old = Block::of_payload(block.as_ptr());
            if self.resize(old, Self::block_for(layout.size())?) {
                return Some(block);
            }
            let moved = self.allocate(layout)?;
            let bytes = usable(old.size()).min(layout.size());
            moved.as_ptr().copy_from_nonoverlapping(block.as_ptr(), bytes);
            self.release(old);
            Some(moved)
        }
    }

    /// The bytes that may be used in a block: what was asked for, or a little more.
    ///
    /// # Safety
    ///
    /// As for [`deallocate`](Self::deallocate).
    pub unsafe fn allocation_usable_size(block: NonNull<u8>) -> usize {
        unsafe { usable(Block::of_payload(block.as_ptr()).size()) }
    }

    /// The size of the block for a request, the smallest of its list, so that every block of that serves it: a block that
    /// was freed, and not taken since, surely serves its own size again.
    const fn block_for(bytes: usize) -> Option<usize> {
        match block_for(bytes) {
            Some(size) => {
                let rounded = Lists::<ROWS, LISTS>::round_up(size);
                if rounded > LARGEST_BLOCK {
                    None
                } else {
                    Some(rounded)
                }
            }
            None => None,
        }
    }

    /// A sentinel becomes a free block, with a new sentinel behind it.
    unsafe fn append(&mut self, sentinel: Block, size: usize) {
        unsafe {
            let previous_is_free = sentinel.previous_is_free();
            sentinel.set_used(size, previous_is_free);
            sentinel.next().set_used(0, false);
            self.release(sentinel);
        }
    }

    /// Makes of a block that has just left its list a used one of `size` bytes at a multiple of `align`, which it is large
    /// enough for, and free blocks of what lies before and behind.
    unsafe fn cut(&mut self, block: Block, size: usize, align: usize) -> Block {
        unsafe {
            let total = block.size();
            let gap = if align <= GRANULE { 0 } else { (block.payload() as usize).wrapping_neg() % align };
            let used = block.after(gap);
            used.set_used(size, false);
            if gap != 0 {
                block.set_free(gap); // which tells the used one
                self.lists.insert(block);
            }
            self.link_remainder(used.after(size), total - gap - size);
            used
        }
    }

    /// What is left of a free block: a smaller one; or nothing, which the block there is told.
    unsafe fn link_remainder(&mut self, block: Block, size: usize) {
        unsafe {
            if size != 0 {
                block.set_free(size);
                self.lists.insert(block);
            } else {
                block.set_previous_used();
            }
        }
    }

    /// Resizes a used block where it is, if the free memory behind it suffices. For a smaller size it always does.
    unsafe fn resize(&mut self, block: Block, size: usize) -> bool {
        unsafe {
            let next = block.next();
            let total = block.size() + if next.is_free() { next.size() } else { 0 };
            if total < size {
                return false;
            }
            if next.is_free() {
                self.lists.remove(next);
            }
            block.set_used(size, block.previous_is_free());
            self.link_remainder(block.after(size), total - size);
            true
        }
    }

    /// Frees a used block: merges it with its free neighbours and links it in.
    unsafe fn release(&mut self, mut block: Block) {
        unsafe {
            let mut size = block.size();
            let next = block.next();
            if next.is_free() {
                size += next.size();
                self.lists.remove(next);
            }
            if block.previous_is_free() {
                block = block.before();
                size += block.size();
                self.lists.remove(block);
            }
            block.set_free(size);
            self.lists.insert(block);
        }
    }
}
