//! Finds libheaplet.a: the folder that HEAPLET names, or that of a checkout after `npm run build`. In a project of your
//! own it is node_modules/heaplet/dist/freestanding/fast.
use std::{env, path::PathBuf};

fn main() {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dist/freestanding/fast");
    let folder = env::var_os("HEAPLET").map_or_else(beside, PathBuf::from);
    assert!(folder.join("libheaplet.a").exists(), "HEAPLET: there is no libheaplet.a in {}", folder.display());
    println!("cargo:rustc-link-search=native={}", folder.display());
    println!("cargo:rerun-if-env-changed=HEAPLET");
}
