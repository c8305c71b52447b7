//! A Tlsf that several containers of one thread share.
use super::Tlsf;
use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::NonNull;

/// A [`Tlsf`] behind a shared reference, for one thread: with the feature `allocator-api2` `&TlsfCell` is an `Allocator`.
///
/// ```
/// # #[cfg(feature = "allocator-api2")] {
/// use allocator_api2::{boxed::Box, vec::Vec};
/// use core::mem::MaybeUninit;
/// use heaplet_alloc::{Tlsf, TlsfCell};
///
/// let mut memory = [MaybeUninit::uninit(); 4096];
/// let mut tlsf: Tlsf = Tlsf::new();
/// tlsf.insert_free_block(&mut memory);
///
/// let heap = TlsfCell::new(tlsf);
/// let mut squares = Vec::new_in(&heap);
/// squares.extend((0..100u32).map(|i| i * i));
/// let one = Box::new_in(1, &heap);
/// assert_eq!(squares[9] + *one, 82);
/// # }
/// ```
pub struct TlsfCell<'pool, const ROWS: usize = 24, const LISTS: usize = 32>(UnsafeCell<Tlsf<'pool, ROWS, LISTS>>);

impl<'pool, const ROWS: usize, const LISTS: usize> TlsfCell<'pool, ROWS, LISTS> {
    /// Shares a heap.
    pub const fn new(tlsf: Tlsf<'pool, ROWS, LISTS>) -> Self {
        TlsfCell(UnsafeCell::new(tlsf))
    }

    /// The heap, once nobody shares it.
    pub fn into_inner(self) -> Tlsf<'pool, ROWS, LISTS> {
        self.0.into_inner()
    }

    // No call of the heap calls anything of its user's: so none of these references meets another.

    /// As [`Tlsf::allocate`].
    pub fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        unsafe { (*self.0.get()).allocate(layout) }
    }

    /// As [`Tlsf::deallocate`].
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn deallocate(&self, block: NonNull<u8>, align: usize) {
        unsafe { (*self.0.get()).deallocate(block, align) }
    }

    /// As [`Tlsf::reallocate`].
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn reallocate(&self, block: NonNull<u8>, layout: Layout) -> Option<NonNull<u8>> {
        unsafe { (*self.0.get()).reallocate(block, layout) }
    }
}
