//! The tables, in Rust and in SQL.

tenancy_diesel::table! {
    #![tenant_global(public.plans)]

    /// People and programs that draw.
    agents (tenant_id, id) {
        tenant_id -> Text,
        id -> Integer,
        plan_id -> Integer,
        name -> Text,
    }

    /// What an agent may cost. Every tenant sees the plans; a search path never leads to them by chance.
    public.plans (id) {
        id -> Integer,
        name -> Text,
    }
}

tenancy_diesel::joinable!(agents -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(agents, plans);

/// The global table, once in each database.
pub(crate) const PLANS: &str = "
    CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);
    INSERT INTO plans VALUES (1, 'free'), (2, 'studio');";

/// The tenants' table, in whichever schema comes first in the search path. The key has no tenant: the wall's migration sees to it.
pub(crate) const AGENTS: &str = "
    CREATE TABLE agents (
        id integer PRIMARY KEY, tenant_id text NOT NULL, plan_id integer NOT NULL REFERENCES public.plans, name text NOT NULL
    );";
