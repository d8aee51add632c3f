//! The tables twice: of tenants, and as Diesel has them, for the statements that are written by hand.
#![allow(missing_docs, reason = "Diesel documents what it generates only where the declaration does")]

use diesel::prelude::*;
use uuid::Uuid;

/// The tables of tenants.
pub(crate) mod scoped {
    tenancy_diesel::table! {
        agents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            email -> Text,
            score -> Integer,
            budget -> BigInt,
            active -> Bool,
        }

        canvases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            agent_id -> Uuid,
            title -> Text,
        }

        readings (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            label -> Text,
            score -> Integer,
            note -> Text,
        }
    }

    tenancy_diesel::joinable!(canvases -> agents (agent_id));
    diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
}

/// The same, as anybody would declare them.
pub(crate) mod plain {
    diesel::table! {
        agents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            email -> Text,
            score -> Integer,
            budget -> BigInt,
            active -> Bool,
        }
    }

    diesel::table! {
        canvases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            agent_id -> Uuid,
            title -> Text,
        }
    }

    diesel::table! {
        readings (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            label -> Text,
            score -> Integer,
            note -> Text,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
}

/// A row of `agents`.
#[derive(Debug, Queryable)]
#[cfg_attr(feature = "peers", derive(sqlx::FromRow))]
#[allow(dead_code, reason = "read to pay for it")]
pub(crate) struct Agent {
    pub(crate) tenant_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) score: i32,
    pub(crate) budget: i64,
    pub(crate) active: bool,
}

/// The tables in the database. Rows of one tenant are scattered over the heap, as they are after a while.
pub(crate) const TABLES: &str = "
CREATE TABLE agents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    score integer NOT NULL,
    budget bigint NOT NULL,
    active boolean NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE canvases (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    agent_id uuid NOT NULL,
    title text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents
);
CREATE INDEX ON canvases (tenant_id, agent_id);
CREATE TABLE readings (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    label text NOT NULL,
    score integer NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
";

/// How many agents a tenant has.
pub(crate) const AGENTS: u64 = 200;

/// How many canvases a tenant has: two of each agent with an even number, none of the others.
pub(crate) const CANVASES: u64 = 200;

/// The rows of `tenants` tenants, and what the planner has to know of them.
pub(crate) fn rows(tenants: u64) -> String {
    format!(
        "{};
         INSERT INTO canvases
         SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(tenant), 12, '0'))::uuid,
                ('00000000-0000-4000-a000-' || lpad(to_hex(canvas), 12, '0'))::uuid,
                ('00000000-0000-4000-9000-' || lpad(to_hex(canvas * 2 % {AGENTS}), 12, '0'))::uuid,
                'canvas ' || canvas
           FROM generate_series(0, {tenants} - 1) AS tenant, generate_series(0, {CANVASES} - 1) AS canvas
          ORDER BY hashint8(tenant * 1000003 + canvas);
         VACUUM ANALYZE agents;
         VACUUM ANALYZE canvases;",
        agents_of(&format!("0, {tenants} - 1"), AGENTS)
    )
}

/// The statement that adds `agents` rows for each tenant of that range. All of them use the same ids.
pub(crate) fn agents_of(tenants: &str, agents: u64) -> String {
    format!(
        "INSERT INTO agents
         SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(tenant), 12, '0'))::uuid,
                ('00000000-0000-4000-9000-' || lpad(to_hex(agent), 12, '0'))::uuid,
                'agent ' || agent, 'agent' || agent || '@tenant' || tenant || '.example', agent, tenant * 1000, agent % 3 > 0
           FROM generate_series({tenants}) AS tenant, generate_series(0, {agents} - 1) AS agent
          ORDER BY hashint8(tenant::bigint * 1000003 + agent)"
    )
}

/// The id of a tenant, as [`rows`] writes it.
pub(crate) fn tenant(number: u64) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 | u128::from(number))
}

/// The id of an agent, as [`rows`] writes it.
pub(crate) fn agent(number: u64) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_9000_0000_0000_0000 | u128::from(number))
}

/// The id of a canvas, as [`rows`] writes it.
pub(crate) fn canvas(number: u64) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_a000_0000_0000_0000 | u128::from(number))
}
