// L68
use tenancy_axum::{LimitLayer, Refused};
use tenancy_diesel::Scoped;

fn main() {
    let _limit = LimitLayer::new(async |scope: Scoped<i32>| {
        let _ = scope;
        Ok::<(), Refused>(())
    });
}
