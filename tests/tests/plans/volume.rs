//! Rows enough for a planner to care: fifty tenants of four hundred rows in each table.

/// Fills the fixture's tables, in words that all three databases read alike.
///
/// Four canvases name one agent, of a tenant's first hundred.
pub(crate) fn rows() -> String {
    let [tenants, rows, plans] = [50, 400, 20].map(numbers);
    format!(
        "INSERT INTO plans (id, name) SELECT n, CONCAT('plan ', n) FROM {plans} AS p;
         INSERT INTO agents (tenant_id, id, manager_id, plan_id, name)
             SELECT t.n, r.n, r.n % 40 + 1, r.n % 20 + 1, CONCAT('agent ', r.n) FROM {tenants} AS t, {rows} AS r;
         INSERT INTO canvases (tenant_id, id, agent_id, title, score)
             SELECT t.n, r.n, r.n * 7 % 100 + 1, CONCAT('title ', r.n % 50), r.n % 97 FROM {tenants} AS t, {rows} AS r;"
    )
}

/// Twelve tables, `t01` to `t12`, of which each refers to the one before.
pub(crate) fn chain() -> String {
    let [tenants, rows] = [50, 20].map(numbers);
    let table = |number| {
        format!(
            "CREATE TABLE t{number:02} (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, previous_id INTEGER NOT NULL,
                 PRIMARY KEY (tenant_id, id));
             INSERT INTO t{number:02} SELECT t.n, r.n, r.n * 3 % 20 + 1 FROM {tenants} AS t, {rows} AS r;
             CREATE INDEX t{number:02}_by_previous ON t{number:02} (tenant_id, previous_id);"
        )
    };
    (1..=12).map(table).collect()
}

/// A table expression with the numbers from 1 as column `n`.
pub(crate) fn numbers(count: i32) -> String {
    format!(
        "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
    )
}
