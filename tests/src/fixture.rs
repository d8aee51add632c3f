//! The tables of [`schema`](crate::schema) in a database, and rows of two tenants that collide wherever they can.
//!
//! The tenants use the same keys, the same names, and refer to keys that only the other has: whatever is scoped on one
//! side only shows.

use tenancy_diesel::{Scoped, testing};

/// The tenant that the cases act for.
pub const ACME: i32 = 1;

/// The tenant that they must not touch.
pub const GLOBEX: i32 = 2;

/// A scope of [`ACME`].
pub fn acme() -> Scoped<i32> {
    testing::scope(ACME)
}

/// A scope of [`GLOBEX`].
pub fn globex() -> Scoped<i32> {
    testing::scope(GLOBEX)
}

/// The tables, in words that PostgreSQL, MariaDB and SQLite read alike.
///
/// The columns stand in another order than in the declaration, which must not matter.
pub const TABLES: &str = "
CREATE TABLE plans (
    name VARCHAR(60) NOT NULL,
    id INTEGER NOT NULL PRIMARY KEY
);
CREATE TABLE agents (
    name VARCHAR(60) NOT NULL,
    tenant_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    manager_id INTEGER,
    plan_id INTEGER,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TABLE canvases (
    score INTEGER NOT NULL DEFAULT 7,
    title VARCHAR(60) NOT NULL,
    agent_id INTEGER NOT NULL,
    tenant_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX canvases_by_agent ON canvases (tenant_id, agent_id);
";

/// The rows. ACME's canvas 4 names agent 4, and GLOBEX' canvas 5 agent 3: only the other tenant has those.
pub const ROWS: &str = "
INSERT INTO plans (id, name) VALUES (1, 'free'), (2, 'paid');
INSERT INTO agents (tenant_id, id, manager_id, plan_id, name) VALUES
    (1, 1, NULL, 1, 'ada'), (1, 2, 1, 2, 'bob'), (1, 3, 1, NULL, 'cyd'),
    (2, 1, 2, 2, 'ada'), (2, 2, NULL, NULL, 'zoe'), (2, 4, 2, 1, 'dan');
INSERT INTO canvases (tenant_id, id, agent_id, title, score) VALUES
    (1, 1, 1, 'sun', 10), (1, 2, 1, 'sea', 20), (1, 3, 2, 'sun', 30), (1, 4, 4, 'odd', 40),
    (2, 1, 1, 'sun', 100), (2, 2, 2, 'sky', 200), (2, 5, 3, 'far', 300);
";
