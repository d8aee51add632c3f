//! F33: the two-tenant proof finds each hole that is planted in a service, and nothing in the service without one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod caches;
mod clean;
mod document;
mod hole;
mod holes;
#[path = "../../../cargo-tenancy/tests/check/junit.rs"]
mod junit;
mod other_conventions;
mod pages;
mod refusals;
mod said;
mod service;
mod timing;

use std::sync::Arc;

use serde_json::Value;
use tenancy_test::{Document, InProcess, Proof, Tenant};

use self::service::{Shop, router};

/// The first tenant of the shop, with the ids of its rows.
fn acme() -> Tenant {
    tenant("acme", 1, [11, 110]).marker("Ada of Acme")
}

/// The second.
fn globex() -> Tenant {
    tenant("globex", 2, [21, 210]).marker("Zoe of Globex")
}

fn tenant(name: &str, number: u32, [agent, canvas]: [u32; 2]) -> Tenant {
    Tenant::new(name)
        .bearer(&format!("{name}-token"))
        .host(format!("{name}.example.test"))
        .id("agent_id", agent)
        .id("manager_id", agent)
        .id("canvas_id", canvas)
        .id("account", format!("acct_{name}"))
        .tenant_key("tenant_id", number)
}

/// The proof of a shop.
fn proof(shop: &Arc<Shop>) -> Proof<InProcess<axum::Router>> {
    let (read, reset) = (shop.clone(), shop.clone());
    Proof::new(InProcess::new(router(shop.clone())), Document::from_value(&document::shop()).unwrap())
        .tenant(acme())
        .tenant(globex())
        .state(move |tenant| {
            let shop = read.clone();
            async move { Ok::<Value, String>(shop.state(&tenant)) }
        })
        .restore(move || {
            let shop = reset.clone();
            async move {
                shop.reset();
                Ok::<(), String>(())
            }
        })
        .sign("POST /webhooks/billing", |tenant, body| {
            vec![("x-signature".to_owned(), service::signature(tenant, body))]
        })
}
