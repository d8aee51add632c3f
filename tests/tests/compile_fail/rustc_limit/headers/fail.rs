// L68
use axum::http::HeaderMap;
use tenancy_axum::{LimitLayer, Refused};

fn main() {
    let _limit = LimitLayer::new(async |headers: HeaderMap| {
        let _ = headers;
        Ok::<(), Refused>(())
    });
}
