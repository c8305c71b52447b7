//! What is in use, as the library counts it with each call.
use crate::Heaplet;

/// What [`Heaplet::usage`] says. With threads, what they keep for themselves counts as used.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapUsage {
    /// Bytes of the blocks in use, and what each costs besides: [`Stats::used`](crate::Stats::used).
    pub used_bytes: usize,
    /// Blocks in use.
    pub used_blocks: usize,
    /// The most that `used_bytes` has been. While a block moves that is resized, both places count.
    pub peak_bytes: usize,
    /// How many blocks these were.
    pub peak_blocks: usize,
    /// Bytes that the heap has taken of the memory: [`Heaplet::footprint`].
    pub footprint: usize,
    /// How often the memory grew.
    pub growths: usize,
    /// How often it could not.
    pub refusals: usize,
    /// Bytes of the largest request, served or not, up to `isize::MAX`; of small ones to within 16.
    pub largest_request: usize,
}

extern "C" {
    // C returns a structure through a pointer that comes first. Its fields are those of `heaplet_usage` in heaplet.h.
    fn heaplet_usage(result: *mut HeapUsage);
}

impl Heaplet {
    /// What is in use, and the most that was. Constant time: each call has counted. With the feature `usage`, or `hardened`.
    ///
    /// With the feature the module also exports `heaplet_usage_figure(number)`, by which its host reads the same figures, in the
    /// order of their fields, while the program runs.
    pub fn usage(&self) -> HeapUsage {
        let mut usage = HeapUsage::default();
        unsafe { heaplet_usage(&mut usage) };
        usage
    }
}
