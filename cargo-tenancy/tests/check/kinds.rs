//! Each kind of place, and beside it what looks like it and is none.

use crate::project::{finds, finds_nothing, tells};

#[test]
fn raw_sql_is_found() {
    let place = tells(
        "sql-query",
        r#"diesel::sql_query("SELECT 1").execute(c);"#,
        r#"metrics.sql_query("SELECT 1");"#,
    );
    assert_eq!(place.excerpt, r#"diesel::sql_query("SELECT 1")"#);
    tells("sql-query", "let run = diesel::sql_query;", "let sql_query_time = 1;");
    tells("sql-query", r#"c.batch_execute("VACUUM");"#, "c.batch(1);");
    finds_nothing("use diesel::prelude::*;\nfn work(sql_query: &str, pool: &P) { run(sql_query, pool); }");
    // A function of one's own, whose body would be a place.
    finds_nothing("fn sql_query(_: &str) {}\nfn work() { sql_query(\"x\") }");
}

#[test]
fn raw_fragments_are_found() {
    tells("sql-fragment", r#"q.filter(sql::<Bool>("true"));"#, r#"let sql = String::new(); run(&sql);"#);
    tells("sql-fragment", r#"diesel::dsl::sql("now()");"#, r#"Query::sql("now()");"#);
    tells(
        "sql-fragment",
        r#"use diesel::dsl::sql; q.order(sql("1"));"#,
        r#"use text::sql; q.order(sql("1"));"#,
    );
}

#[test]
fn reviewed_sql_is_found_with_its_reason() {
    let code = "tenancy_diesel::reviewed_sql! {\n    /// The day.\n    pub day: Timestamp = \"date_trunc('day', at)\", \"groups by day\";\n    pub hour: Timestamp = \"date_trunc('hour', at)\", \"by hour\"\n}";
    let places = crate::project::Project::of(code).places();
    let found: Vec<_> = places.iter().map(|place| (place.line, place.reason.as_deref())).collect();
    assert_eq!(found, [(3, Some("groups by day")), (4, Some("by hour"))]);
    assert!(places.iter().all(|place| place.kind == "reviewed-sql"), "{places:#?}");
    finds_nothing("pub const DAY: &str = \"date_trunc('day', at)\";");
}

#[test]
fn functions_and_operators_of_the_database_are_found() {
    let place = finds(
        "sql-declaration",
        "diesel::define_sql_function! {\n    /// Of ours.\n    fn secret(x: Text) -> Text;\n}",
    );
    assert!(place.excerpt.contains("fn secret(x: Text) -> Text"), "{}", place.excerpt);
    finds("sql-declaration", "diesel::infix_operator!(Like, \" ~ \", backend: Pg);");
    finds(
        "sql-declaration",
        "#[diesel::declare_sql_function]\nextern \"SQL\" { fn secret(x: Text) -> Text; }",
    );
    finds_nothing("unsafe extern \"C\" { fn secret(x: i32) -> i32; }");
}

#[test]
fn raw_sql_of_a_transaction_is_found_with_its_reason() {
    let place =
        tells("raw-sql", r#"tx.raw("full-text search", "SELECT 1")?;"#, r#"response.raw("one argument");"#);
    assert_eq!(place.reason.as_deref(), Some("full-text search"));
    let place = tells(
        "raw-sql",
        r#"TenantTransaction::raw(tx, "search", "SELECT 1")?;"#,
        r#"Response::raw(tx, "search", "SELECT 1")?;"#,
    );
    assert_eq!(place.reason.as_deref(), Some("search"));
    tells("raw-sql", r#"tx.permit_raw_fragments("a report")?;"#, "tx.permit();");
    tells("raw-sql", r#"tx.execute_raw("agents", statement);"#, "tx.execute(statement);");
    tells("raw-sql", r#"tx.load_raw("agents", query);"#, "tx.load(query);");
}

#[test]
fn what_the_pool_trusts_is_found() {
    tells("pool-exception", r#"builder.harmless_functions(["similarity"]);"#, "builder.max_connections(3);");
    tells("pool-exception", "builder.first_statements(|t| vec![]);", "builder.statements(1);");
}

#[test]
fn what_spans_tenants_is_found() {
    let place =
        tells("across-tenants", "agents::table.across_tenants(&support);", "agents::table.scoped(&scope);");
    assert_eq!(place.excerpt, "agents::table.across_tenants(&support)");
    tells("across-tenants", "agents::table.write_across_tenants(&support);", "agents::table.write();");
    tells("across-tenants", "pool.across(&support).begin();", "pool.within(&scope).begin();");
    tells("across-tenants", "tenancy_diesel::move_rows(agents::table, &c);", "files::move_rows(table, &c);");
    let place = tells(
        "cross-tenant",
        r#"authority.cross_tenant(&user, "nightly billing").await?;"#,
        "authority.admit(&user, claim).await?;",
    );
    assert_eq!(place.reason.as_deref(), Some("nightly billing"));
}

#[test]
fn a_reason_that_is_no_literal_is_shown_as_it_stands() {
    let place = tells("cross-tenant", "authority.cross_tenant(&user, WHY).await?;", "let _ = WHY;");
    assert_eq!(place.reason.as_deref(), Some("`WHY`"));
}

#[test]
fn what_comes_before_or_without_admission_is_found() {
    let place = tells("before-admission", r#"AdmissionDoor::new("logins")?;"#, r#"Door::new("logins")?;"#);
    assert_eq!(place.reason.as_deref(), Some("logins"));
    tells("before-admission", "pool.before_admission(&door);", "inspection.before_admission();");
    tells(
        "before-admission",
        "memberships::table.before_admission(&door, memberships::user_id, user);",
        "x.y();",
    );
    let place = tells(
        "without-membership",
        r#"sealing.open_without_membership(text, PURPOSE, "an export that was paid")?;"#,
        "sealing.open(text, PURPOSE).await?;",
    );
    assert_eq!(place.reason.as_deref(), Some("an export that was paid"));
    tells(
        "without-membership",
        r#"s.open_job_without_membership(&job, P, "why")?;"#,
        "s.open_job(&job, P)?;",
    );
    tells("unverified-claim", "claim.into_unverified();", "token.verified();");
    tells("unverified-claim", "claim.unverified();", "token.unverified(now);");
}

#[test]
fn literal_tenants_are_found() {
    tells("tenant-literal", "q.filter(agents::tenant_id.eq(7));", "q.filter(agents::tenant_id.eq(id));");
    tells("tenant-literal", "q.filter(tenant_id.eq(TenantId(7)));", "q.filter(agents::id.eq(7));");
    tells("tenant-literal", r#"q.filter(tenant_id.eq_any(["a", "b"]));"#, "q.filter(tenant_id.eq_any(ids));");
    tells("tenant-literal", "set(agents::tenant_id.eq(ACME));", "set(agents::tenant_id.eq(scope.tenant()));");
    tells("tenant-literal", "Claimed::new(TenantId(7));", "Claimed::new(TenantId(id));");
    tells(
        "tenant-literal",
        r#"Claimed::new(TenantId::from_uuid(uuid!("6f1c")));"#,
        "Claimed::new(TenantId::new());",
    );
    // Another column, where tables say that it is the tenant's.
    let table = "tenancy_diesel::table! { #![tenant_column(org_id)] agents (id) { id -> Integer, org_id -> Integer, } }";
    let place = finds("tenant-literal", &format!("{table}\nfn work() {{ q.filter(agents::org_id.eq(7)); }}"));
    assert_eq!(place.line, 2);
    finds_nothing("fn work() { q.filter(agents::org_id.eq(7)); }");
}

#[test]
fn scopes_for_tests_are_found_in_what_is_released() {
    tells("testing", "tenancy_core::testing::scope(7);", "reports::testing::total(7);");
    tells(
        "testing",
        "use tenancy_diesel::testing; testing::scope(7);",
        "use other::testing; testing::total(7);",
    );
    tells("testing", "use tenancy_core::testing::scope; scope(7);", "use tracing::scope; scope(7);");
    tells("testing", "tenancy_test::kit::TestTenants::new();", "kit::TestTenants::new();");
}

#[test]
fn hand_written_nodes_are_found() {
    let place = finds("hand-written-node", "impl QueryFragment<Pg> for Raw {}");
    assert_eq!(place.excerpt, "impl QueryFragment<Pg> for Raw");
    for name in ["QuerySource", "ValidGrouping<()>", "AppearsOnTable<T>", "QueryId", "Insertable<T>"] {
        finds("hand-written-node", &format!("impl<T> {name} for Raw<T> {{}}"));
    }
    finds("hand-written-node", "use diesel::expression::Expression;\nimpl Expression for Raw {}");
    finds("hand-written-node", "use diesel::prelude::*;\nimpl Column for Raw {}");
    finds("hand-written-node", "use diesel::backend as b;\nimpl b::Backend for Raw {}");
    finds("hand-written-node", "impl tenancy_diesel::TenantTable for agents::table {}");
    // Others have such names, too.
    finds_nothing("use plan::Expression;\nimpl Expression for Raw {}");
    finds_nothing("trait Column {}\nimpl Column for Raw {}");
    finds_nothing("#[derive(QueryId, ValidGrouping)]\nstruct Raw;");
}

#[test]
fn what_decides_for_every_tenant_is_found() {
    finds(
        "membership",
        "use tenancy_core::Membership;\nimpl Membership for Members { type Principal = str; }",
    );
    finds("membership", "use crate::prelude::*;\nimpl Membership for Members { type Principal = str; }");
    finds("membership", "impl tenancy_core::DetailedMembership for Members {}");
    finds_nothing("use gym::Membership;\nimpl Membership for Members { type Card = str; }");
    finds("tenant-key", "impl ToTenantKey for OrgId {}");
    finds("catalog", "use tenancy_core::placement::Catalog;\nimpl Catalog for Tenants {}");
    finds_nothing("use shop::Catalog;\nimpl Catalog for Goods {}");
    finds("audit-sink", "impl AuditSink for Log {}");
}

#[test]
fn connections_and_pools_beside_ours_are_found() {
    tells("connection", "AsyncPgConnection::establish(&url).await?;", "lease.establish(&url);");
    tells("connection", "<PgConnection as Connection>::establish(&url)?;", "establish(&url)?;");
    tells("connection-pool", "bb8::Pool::builder().build(manager);", "fn own(pool: &bb8::Pool<M>) {}");
    tells(
        "connection-pool",
        "use diesel::r2d2::{ConnectionManager, Pool}; Pool::builder();",
        "use pond::Pool; Pool::builder();",
    );
    tells("connection-pool", "deadpool_postgres::Config::new();", "deadlines::Config::new();");
    tells("connection-pool", "tokio_postgres::connect(url, NoTls).await?;", "tokio::connect(url).await?;");
    tells("connection-pool", "sqlx::query!(\"SELECT 1\");", "graph::query!(\"SELECT 1\");");
    tells("connection-pool", "sqlx::PgPool::connect(url).await?;", "sqlx::Error::from(e);");
    tells(
        "connection-pool",
        "diesel::r2d2::ConnectionManager::new(url);",
        "diesel::r2d2::PoolError::from(e);",
    );
    tells("connection-pool", "TenantPool::over(pool);", "TenantPool::builder(url);");
    tells("connection-pool", "builder.across_over(pool);", "builder.max_connections(1);");
    let place = finds("connection-pool", "pub type DbPool = diesel::r2d2::Pool<M>;");
    assert_eq!(place.excerpt, "type DbPool = diesel::r2d2::Pool<M>");
    finds_nothing("pub type Lent = diesel::r2d2::PooledConnection<M>;");
}

#[test]
fn waivers_and_exceptions_of_the_wall_are_found_with_their_reasons() {
    let place = tells("without-wall", r#"builder.without_wall("SQLite in CI");"#, "builder.wall(wall);");
    assert_eq!(place.reason.as_deref(), Some("SQLite in CI"));
    let place = tells(
        "without-wall",
        r#"Waivers::new().waive("R030", "a_fk", "checked daily")?;"#,
        "builder.waive(waivers);",
    );
    assert_eq!(place.reason.as_deref(), Some("checked daily"));
    tells("without-wall", "security.accepting_both();", "security.sealed();");
    let place = tells(
        "wall-exception",
        r#"tables.unique_over_all_tenants::<tokens::table>("tokens_key", "random");"#,
        "tables.table::<tokens::table>();",
    );
    assert_eq!(place.reason.as_deref(), Some("random"));
    tells("wall-exception", r#"t.linked_by_tenants::<m::table>("a directory");"#, "t.linked();");
    tells("before-admission", "tables.read_before_admission::<plans::table>();", "tables.read();");
}

#[test]
fn the_remaining_exceptions_are_found() {
    tells("unfiltered", "q.scoped(&scope).unfiltered();", "log.unfiltered(true);");
    tells("hidden-item", "tenancy_core::__private::mint(7);", "serde::__private::from(7);");
    finds("owners-together", "tenancy_diesel::allow_owners_to_appear_in_same_query!(OrgId, WorkspaceId);");
    let place =
        tells("proof-exception", r#"proof.skip("GET /health", "no tenant in it");"#, "pages.skip(3);");
    assert_eq!(place.reason.as_deref(), Some("no tenant in it"));
    tells("proof-exception", r#"proof.allow(Kind::Timing, "GET /", "why");"#, "rules.allow(1);");
}
