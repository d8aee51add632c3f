//! Rows of several tenants that collide: few keys, few names, and references to keys that another tenant has.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// The tenant that the statements run for.
pub(crate) const TENANT: i32 = 2;

/// The others, before and after it in every index.
pub(crate) const OTHERS: [i32; 2] = [1, 3];

pub(crate) const NAMES: [&str; 5] = ["ada", "bob", "cyd", "dan", "eve"];
pub(crate) const TITLES: [&str; 3] = ["sun", "sea", "sky"];

/// The keys of agents and canvases. Statements use one more.
pub(crate) const KEYS: std::ops::RangeInclusive<i32> = 1..=5;

/// The rows of one tenant, by key.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    /// Name, manager, plan.
    agents: BTreeMap<i32, (&'static str, Option<i32>, Option<i32>)>,
    /// Agent, title, score.
    canvases: BTreeMap<i32, (i32, &'static str, i32)>,
}

/// The rows of the tenant and of the others.
pub(crate) type World = [(i32, Rows); 3];

pub(crate) fn world() -> impl Strategy<Value = World> {
    (rows(), rows(), rows())
        .prop_map(|(own, first, last)| [(TENANT, own), (OTHERS[0], first), (OTHERS[1], last)])
}

fn rows() -> impl Strategy<Value = Rows> {
    let agent = (select(&NAMES[..]), option::of(KEYS), option::of(1..=2));
    let canvas = (KEYS, select(&TITLES[..]), 0..4);
    (btree_map(KEYS, agent, 0..=5), btree_map(KEYS, canvas, 0..=5)).prop_map(|(mut agents, canvases)| {
        // Names are unique within a tenant.
        let mut names = Vec::new();
        agents.retain(|_, (name, ..)| {
            let is_new = !names.contains(name);
            names.push(*name);
            is_new
        });
        Rows { agents, canvases }
    })
}

impl Rows {
    /// The statements that insert the rows, without the library.
    pub(crate) fn inserts(&self, tenant: i32) -> String {
        let null = |value: Option<i32>| value.map_or("NULL".to_owned(), |value| value.to_string());
        let agents = self.agents.iter().map(|(id, (name, manager, plan))| {
            let (manager, plan) = (null(*manager), null(*plan));
            format!(
                "INSERT INTO agents (tenant_id, id, name, manager_id, plan_id) \
                 VALUES ({tenant}, {id}, '{name}', {manager}, {plan});"
            )
        });
        let canvases = self.canvases.iter().map(|(id, (agent, title, score))| {
            format!(
                "INSERT INTO canvases (tenant_id, id, agent_id, title, score) \
                 VALUES ({tenant}, {id}, {agent}, '{title}', {score});"
            )
        });
        agents.chain(canvases).collect()
    }
}
