//! Declares the one `--cfg` this crate reads, so that rustc checks its spelling.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(tenancy_allow_testing_in_release)");
}
