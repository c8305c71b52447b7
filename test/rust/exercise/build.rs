//! Memory that ends before the address space does, for the tests of what happens then.
fn main() {
    println!("cargo:rustc-link-arg=--max-memory=67108864");
}
