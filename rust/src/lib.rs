//! heaplet, a constant-time heap for WebAssembly, as Rust's global allocator:
//!
//! ```
//! #[global_allocator]
//! static A: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();
//!
//! # fn main() {
//! assert_eq!(vec![1, 2, 3].iter().sum::<i32>(), 6);
//! # }
//! ```
//!
//! [`Heaplet`] is for `wasm32-unknown-unknown`, `wasm32-wasip1`, `wasm32-wasip1-threads` and `wasm32-wasip2`; what C code is linked too shares its heap.
//! Natively, and on Emscripten, it is the system's allocator, so that a workspace is built and tested there as before; what only
//! this heap can say (`stats`, `footprint`, `usage`) is not there then.
//! The crate has no dependency, and needs no C compiler: it carries the compiled libraries.
//!
//! [`Tlsf`] allocates from slices of your own, on every target; it is Rust, and has no state but itself.
//!
//! | feature | |
//! |---|---|
//! | `fast` | the default: 5.5 KB. Blocks that were just freed are taken again without a call |
//! | `lean` | nearly as quick, in a program that is 4 to 5 KB shorter, with a header for each block |
//! | `small` | 0.7 KB, for pages that count bytes |
//! | `hardened` | for development: a double free, a foreign pointer and an overwritten block trap in a function whose name says which |
//! | `realtime` | for deadlines: no call makes up for others, growth included |
//! | `threads` | for a module with shared memory (`wasm32-wasip1-threads`, `-C target-feature=+atomics`), which does not build without it |
//! | `record` | every call reaches the library, where `heaplet record` sees it |
//! | `usage` | the library counts what is in use, and the most that was: `Heaplet::usage`. `hardened` does so in any case, `small` never |
//! | `allocator-api2`, `allocator-api2-02` | `Allocator` for [`Heaplet`] and [`TlsfCell`], by version 0.4 or 0.2 of that crate |
//!
//! Of several profiles the strictest is linked (`hardened`, `realtime`, `small`, `lean`, `fast`): no need for `default-features = false`.
#![no_std]
#![warn(missing_docs, unsafe_op_in_unsafe_fn)]

#[cfg(target_arch = "wasm64")]
compile_error!("heaplet-alloc: there is no library for wasm64 yet; `Tlsf` alone needs none");
#[cfg(all(heaplet_shared, not(feature = "threads")))]
compile_error!("heaplet-alloc: a target with atomics may share its memory: switch on the feature `threads`");

#[cfg(all(heaplet_wasm, feature = "usage", not(heaplet_usage)))]
compile_error!(
    "heaplet-alloc: the profile `small` does not count what is in use: take the feature `usage` with another"
);

#[cfg(heaplet_system)]
extern crate std;

#[cfg(any(feature = "allocator-api2", feature = "allocator-api2-02"))]
mod allocator;
#[cfg(heaplet_kept)]
mod kept;
#[cfg(heaplet_system)]
mod system;
mod tlsf;
#[cfg(all(heaplet_wasm, heaplet_usage))]
mod usage;
#[cfg(heaplet_wasm)]
mod wasm;

#[cfg(any(heaplet_wasm, heaplet_system))]
pub use heaplet::Heaplet;
pub use tlsf::{Faults, Tlsf, TlsfCell, Usage, GRANULE};
#[cfg(all(heaplet_wasm, heaplet_usage))]
pub use usage::HeapUsage;
#[cfg(heaplet_wasm)]
pub use wasm::Stats;

#[cfg(any(heaplet_wasm, heaplet_system))]
mod heaplet {
    /// The global allocator: see the [crate's page](crate).
    ///
    /// There is one heap, however many values of this type there are.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Heaplet;

    impl Heaplet {
        /// The heap. It has no state to make: its memory is taken at the first allocation.
        pub const fn new() -> Self {
            Heaplet
        }
    }
}
