//! Links the library of the profile that the features name. The libraries are compiled already: no C compiler is needed.
use std::{env, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(heaplet_wasm, heaplet_system, heaplet_shared, heaplet_headers, heaplet_kept, heaplet_usage)");
    let cfg = |name: &str| env::var(format!("CARGO_CFG_{name}")).unwrap_or_default();
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();

    let (arch, os) = (cfg("TARGET_ARCH"), cfg("TARGET_OS"));
    let wasi = os == "wasi";
    if arch != "wasm32" || !(wasi || os == "unknown" || os == "none") {
        // What has an operating system has an allocator. A workspace that is built or tested natively goes on as it did.
        if os != "none" && os != "unknown" {
            println!("cargo:rustc-cfg=heaplet_system");
        }
        return;
    }
    println!("cargo:rustc-cfg=heaplet_wasm");
    // A stable compiler does not say that a target has atomics, but by its name.
    let has_atomics = cfg("TARGET_FEATURE").split(',').any(|each| each == "atomics");
    let shared = has_atomics || env::var("TARGET").is_ok_and(|target| target.ends_with("-threads"));
    if shared {
        println!("cargo:rustc-cfg=heaplet_shared");
    }
    let platform = match (wasi, shared) {
        (true, true) => "wasi-threads",
        (true, false) => "wasi",
        (false, true) => "freestanding-threads",
        (false, false) => "freestanding",
    };
    let strictest = ["hardened", "realtime", "small", "lean"];
    let profile = strictest.into_iter().find(|name| feature(&name.to_uppercase())).unwrap_or("fast");
    let usage = feature("USAGE") && profile != "small"; // of which the crate says that it does not count
    if usage || profile == "hardened" {
        println!("cargo:rustc-cfg=heaplet_usage");
    }
    // The other profiles are taken for what they do at each call, or for their size; and what waits in the program would be
    // counted as used.
    if (profile == "fast" || profile == "lean") && !shared && !feature("RECORD") && !usage {
        println!("cargo:rustc-cfg=heaplet_kept");
        if profile == "lean" {
            println!("cargo:rustc-cfg=heaplet_headers");
        }
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = root.join("lib").join(platform).join(profile).join(if usage { "usage" } else { "" });
    let library = folder.join("libheaplet.a");
    assert!(library.exists(), "{} is missing: in a checkout of heaplet, `npm run build` makes it", library.display());
    println!("cargo:rerun-if-changed={}", library.display());
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rustc-link-lib=static=heaplet");
}
