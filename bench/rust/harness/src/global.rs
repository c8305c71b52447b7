//! The allocator that the program is linked with.

#[cfg(feature = "rlsf-small")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[cfg(feature = "rlsf-global")]
#[global_allocator]
static HEAP: rlsf::GlobalTlsf = rlsf::GlobalTlsf::new();

#[cfg(feature = "talc-default")]
#[global_allocator]
static HEAP: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "wee-alloc")]
#[global_allocator]
static HEAP: wee_alloc::WeeAlloc = wee_alloc::WeeAlloc::INIT;

#[cfg(feature = "lol")]
#[global_allocator]
static HEAP: lol_alloc::AssumeSingleThreaded<lol_alloc::FreeListAllocator> =
    unsafe { lol_alloc::AssumeSingleThreaded::new(lol_alloc::FreeListAllocator::new()) };

#[cfg(feature = "dl")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(feature = "wasm-malloc")]
#[global_allocator]
static HEAP: wasmalloc::WasmAlloc = wasmalloc::WasmAlloc::new();

#[cfg(feature = "rusty")]
#[global_allocator]
static HEAP: rusty_alloc_api::RustyAlloc = rusty_alloc_api::RustyAlloc;

#[cfg(feature = "talc-claim")]
#[global_allocator]
static HEAP: talc::cell::TalcSyncCell<talc::wasm::WasmGrowAndClaim, talc::wasm::WasmBinning> =
    talc::cell::TalcSyncCell::new_wasm(talc::wasm::WasmGrowAndClaim);

#[cfg(any(feature = "heaplet-fast", feature = "heaplet-lean", feature = "heaplet-realtime", feature = "heaplet-small"))]
#[global_allocator]
static HEAP: heaplet_alloc::Heaplet = heaplet_alloc::Heaplet::new();
