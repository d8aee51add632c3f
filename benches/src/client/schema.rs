//! Two tables that are joined, of tenants and as Diesel has them.
#![allow(missing_docs, reason = "Diesel documents what it generates only where the declaration does")]

/// The tables of tenants.
pub(super) mod scoped {
    tenancy_diesel::table! {
        agents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            name -> Text,
            score -> Integer,
            active -> Bool,
        }

        canvases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            agent_id -> BigInt,
            title -> Text,
        }
    }

    tenancy_diesel::joinable!(canvases -> agents (agent_id));
    diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
}

/// The same, as anybody would declare them.
pub(super) mod plain {
    diesel::table! {
        agents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            name -> Text,
            score -> Integer,
            active -> Bool,
        }
    }

    diesel::table! {
        canvases (tenant_id, id) {
            tenant_id -> Uuid,
            id -> BigInt,
            agent_id -> BigInt,
            title -> Text,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
}
