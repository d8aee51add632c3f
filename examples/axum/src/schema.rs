//! The tables, in Rust and in SQL.

tenancy_diesel::table! {
    /// What a tenant writes down. Two tenants may have notes of one title.
    notes (tenant_id, title) {
        tenant_id -> Text,
        title -> Text,
        body -> Text,
    }

    /// Who belongs where. Before anybody is admitted, a person's rows are read by the person, and of these the role.
    #[tenant_scoped(tenant_id, admission(person, read(role)))]
    memberships (tenant_id, person) {
        tenant_id -> Text,
        person -> Text,
        role -> Text,
    }
}

/// For PostgreSQL and SQLite alike.
pub(crate) const TABLES: &str = "
    CREATE TABLE notes (tenant_id text NOT NULL, title text NOT NULL, body text NOT NULL, PRIMARY KEY (tenant_id, title));
    CREATE TABLE memberships (tenant_id text NOT NULL, person text NOT NULL, role text NOT NULL, PRIMARY KEY (tenant_id, person));";

/// Ada edits at Acme, Alan reads there, and Grace edits at Globex.
pub(crate) const ROWS: &str = "
    INSERT INTO memberships VALUES ('acme', 'ada', 'editor'), ('acme', 'alan', 'reader'), ('globex', 'grace', 'editor');
    INSERT INTO notes VALUES ('globex', 'plans', 'take over acme');";
