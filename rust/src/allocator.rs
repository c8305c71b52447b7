//! `Allocator`, as the versions of the crate allocator-api2 have it.
#[cfg(any(heaplet_wasm, heaplet_system))]
use crate::Heaplet;
use crate::TlsfCell;
use core::alloc::{GlobalAlloc, Layout};
use core::ptr::NonNull;

/// A block of no bytes is none: its address is its alignment.
fn nothing(layout: Layout) -> NonNull<u8> {
    unsafe { NonNull::new_unchecked(core::ptr::null_mut::<u8>().wrapping_add(layout.align())) }
}

macro_rules! allocator {
    ($version:ident) => {
        const _: () = {
            use $version::alloc::{AllocError, Allocator};

            fn slice(block: Option<NonNull<u8>>, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                block.map(|start| NonNull::slice_from_raw_parts(start, layout.size())).ok_or(AllocError)
            }

            /// What `take` gives, which is not asked for a block of no bytes.
            #[inline]
            fn taken(layout: Layout, take: impl FnOnce() -> Option<NonNull<u8>>) -> Result<NonNull<[u8]>, AllocError> {
                slice(if layout.size() == 0 { Some(nothing(layout)) } else { take() }, layout)
            }

            // There is one heap: a copy of the value gives back what another one has taken.
            #[cfg(any(heaplet_wasm, heaplet_system))]
            unsafe impl Allocator for Heaplet {
                #[inline]
                fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                    taken(layout, || NonNull::new(unsafe { self.alloc(layout) }))
                }
                #[inline]
                fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                    taken(layout, || NonNull::new(unsafe { self.alloc_zeroed(layout) }))
                }
                #[inline]
                unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                    if layout.size() != 0 {
                        unsafe { self.dealloc(block.as_ptr(), layout) }
                    }
                }
                #[inline]
                unsafe fn grow(
                    &self,
                    block: NonNull<u8>,
                    old: Layout,
                    new: Layout,
                ) -> Result<NonNull<[u8]>, AllocError> {
                    unsafe { resized(self, block, old, new) }
                }
                #[inline]
                unsafe fn shrink(
                    &self,
                    block: NonNull<u8>,
                    old: Layout,
                    new: Layout,
                ) -> Result<NonNull<[u8]>, AllocError> {
                    unsafe { resized(self, block, old, new) }
                }
            }

            #[cfg(any(heaplet_wasm, heaplet_system))]
            unsafe fn resized(
                heap: &Heaplet,
                block: NonNull<u8>,
                old: Layout,
                new: Layout,
            ) -> Result<NonNull<[u8]>, AllocError> {
                unsafe {
                    if old.size() != 0 && new.size() != 0 && old.align() == new.align() {
                        return slice(NonNull::new(heap.realloc(block.as_ptr(), old, new.size())), new);
                    }
                    let moved = heap.allocate(new)?;
                    let both = old.size().min(new.size());
                    moved.cast::<u8>().as_ptr().copy_from_nonoverlapping(block.as_ptr(), both);
                    heap.deallocate(block, old);
                    Ok(moved)
                }
            }

            // What one reference has taken another gives back: it is the same heap.
            unsafe impl<const ROWS: usize, const LISTS: usize> Allocator for &TlsfCell<'_, ROWS, LISTS> {
                fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
                    taken(layout, || TlsfCell::allocate(self, layout))
                }
                unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
                    if layout.size() != 0 {
                        unsafe { TlsfCell::deallocate(self, block, layout.align()) }
                    }
                }
                unsafe fn grow(
                    &self,
                    block: NonNull<u8>,
                    old: Layout,
                    new: Layout,
                ) -> Result<NonNull<[u8]>, AllocError> {
                    unsafe {
                        if old.size() != 0 && old.align() == new.align() {
                            return slice(TlsfCell::reallocate(self, block, new), new);
                        }
                        let moved = Allocator::allocate(self, new)?;
                        moved.cast::<u8>().as_ptr().copy_from_nonoverlapping(block.as_ptr(), old.size());
                        Allocator::deallocate(self, block, old);
                        Ok(moved)
                    }
                }
            }
        };
    };
}

#[cfg(feature = "allocator-api2")]
allocator!(allocator_api2);
#[cfg(feature = "allocator-api2-02")]
allocator!(allocator_api2_02);
