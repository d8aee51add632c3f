//! Names are followed, and macros are looked into.

use crate::project::{Project, finds, finds_nothing, tells};

#[test]
fn renamed_imports_are_followed() {
    let project = Project::of("use diesel::sql_query as text;\nfn work() { text(\"SELECT 1\"); }\n");
    let places = project.places();
    // The import too: another file may use it by that name.
    let found: Vec<_> = places.iter().map(|place| (place.line, place.excerpt.as_str())).collect();
    assert_eq!(found, [(1, "use diesel::sql_query as text"), (2, "text(\"SELECT 1\")")]);
    assert!(places.iter().all(|place| place.kind == "sql-query"));

    tells("sql-query", "use diesel as d; d::sql_query(x);", "use diesel as d; d::select(x);");
    tells("sql-fragment", "use diesel::dsl as d; d::sql(x);", "use text::dsl as d; d::quoted(x);");
    tells("sql-fragment", "use diesel::dsl::*; q.filter(sql(x));", "use text::*; q.filter(sql(x));");
    tells(
        "sql-fragment",
        "use diesel::{dsl::{self, count}}; dsl::sql(x);",
        "use diesel::dsl; dsl::count(x);",
    );
    let alias = "type Lake = bb8::Pool<M>;\nfn work() { Lake::builder(); }";
    assert_eq!(Project::of(alias).kinds(), ["connection-pool"; 2], "the alias, and what it makes");
    finds("sql-query", "extern crate diesel as orm;\nfn work() { orm::sql_query(x); }");
    finds("membership", "use tenancy_core as t;\nimpl t::Membership for Members {}");
}

#[test]
fn a_crate_that_the_manifest_renames_is_followed() {
    let code = "use orm::expression::Expression;\nimpl Expression for Raw {}";
    finds_nothing(code);
    let manifest =
        "[package]\nname = \"app\"\n[dependencies]\norm = { package = \"diesel\", version = \"2\" }\n";
    assert_eq!(Project::of(code).file("Cargo.toml", manifest).kinds(), ["hand-written-node"]);
}

#[test]
fn what_is_handed_to_other_files_is_found() {
    finds("sql-query", "pub use diesel::sql_query;");
    finds("sql-fragment", "pub(crate) use diesel::dsl::*;");
    finds("testing", "pub use tenancy_core::testing;");
    finds("connection-pool", "pub use diesel::r2d2;");
    // An import of one's own shows where it is used.
    finds_nothing("use diesel::sql_query;");
    finds_nothing("pub use diesel::prelude::*;");
    // By an import of another file's.
    tells("sql-query", "use crate::db::sql_query; sql_query(x);", "use crate::db::query; query(x);");
}

#[test]
fn an_inner_module_sees_what_the_outer_one_imports() {
    let code = "use diesel::sql_query as _text;\nuse bb8 as b;\nmod inner {\n    use super::*;\n    fn work() { b::Pool::builder(); super::_text(x); }\n}";
    let kinds = Project::of(code).kinds();
    assert_eq!(kinds, ["sql-query", "connection-pool", "sql-query"], "the import and the uses");
}

#[test]
fn a_name_of_another_kind_hides_nothing() {
    finds("sql-query", "mod sql_query {}\nfn work() { sql_query(x); }");
    finds("testing", "fn testing() {}\nfn work() { testing::scope(7); }");
    finds("undeclared-table", "fn table() {}\ntable! { jobs { id -> Integer, } }");
    let either = "mod text {}\n#[cfg(unix)] use text::run as q;\n#[cfg(windows)] use diesel::sql_query as q;\nfn work() { q(x); }";
    assert_eq!(Project::of(either).kinds(), ["sql-query"; 2], "the import that renames, and its use");
    finds_nothing("mod testing {}\nfn work() { testing::scope(7); }");
    finds_nothing("macro_rules! table { () => {}; }\ntable! { jobs { id -> Integer, } }");
}

#[test]
fn bodies_of_macro_rules_are_looked_into() {
    let code = "macro_rules! count {\n    ($table:ident, $reason:expr) => {\n        diesel::sql_query(concat!(\"SELECT count(*) FROM \", stringify!($table)));\n        $crate::pool.without_wall($reason);\n    };\n}";
    let places = Project::of(code).places();
    let found: Vec<_> =
        places.iter().map(|place| (place.kind.as_str(), place.line, place.item.as_str())).collect();
    assert_eq!(found, [("sql-query", 3, "macro_rules count"), ("without-wall", 4, "macro_rules count")]);

    let import = "macro_rules! run {\n    ($x:expr) => {{ use diesel::sql_query as q; q($x) }};\n}";
    assert_eq!(Project::of(import).kinds(), ["sql-query", "sql-query"]);
    let node = "macro_rules! node {\n    ($name:ident) => { impl<T> diesel::query_builder::QueryFragment<T> for $name {} };\n}";
    assert_eq!(Project::of(node).only().kind, "hand-written-node");
    finds_nothing("macro_rules! count {\n    ($table:ident) => { $table::table.scoped(scope).count() };\n}");
}

#[test]
fn a_name_that_a_macro_is_given_is_found() {
    let given =
        "macro_rules! q { ($f:ident) => { diesel::$f(\"SELECT 1\") }; }\nfn work() { q!(sql_query); }";
    let places = Project::of(given).places();
    let found: Vec<_> = places.iter().map(|place| (place.kind.as_str(), place.excerpt.as_str())).collect();
    assert_eq!(found, [("given-name", "diesel::$f"), ("given-name", "q!(… sql_query)")]);
    // Each is found by itself: the other may be in another crate.
    for body in [
        "diesel::dsl::$f(x)",
        "::diesel::$f(x)",
        "{ use diesel::$f; $f(x) }",
        "{ use diesel::{$f}; $f(x) }",
        "{ use diesel::{$($f),*}; }",
        "diesel::$($f)::+(x)",
        "bb8::$f(x)",
        "tenancy_core::testing::$f(x)",
        "impl diesel::query_builder::$f for X {}",
    ] {
        let place = finds("given-name", &format!("macro_rules! q {{ ($f:ident) => {{ {body} }}; }}"));
        assert!(place.excerpt.contains('$'), "{body}: {}", place.excerpt);
    }
    finds("given-name", "use diesel as d;\nmacro_rules! q { ($f:ident) => { d::$f(x) }; }");
    finds("given-name", "use diesel::*;\nmacro_rules! q { ($f:ident) => { dsl::$f(x) }; }");
    for call in [
        "run!(sql_query);",
        "run!(a, sql_query);",
        "run!([x] => sql_query);",
        "run!(t, across_tenants, &c);",
        "run! { call without_wall with \"why\" }",
        "node!(QueryFragment);",
        "node!(diesel::query_builder::QueryFragment);",
        "outer!(inner!(sql_query));",
    ] {
        finds("given-name", &format!("fn work() {{ {call} }}"));
    }
    finds("given-name", "macro_rules! outer { () => { q!(sql_query) }; }");
}

#[test]
fn names_that_a_macro_is_given_and_that_call_nothing_are_none() {
    for code in [
        "macro_rules! q { ($t:ident) => { $t::table.scoped(scope) }; }",
        "macro_rules! q { ($c:ident) => { agents::$c.eq(1) }; }",
        "use diesel::prelude::*;\nmacro_rules! q { ($c:ident) => { agents::$c.eq(1) }; }",
        "macro_rules! q { ($t:ident) => { fn f() -> diesel::sql_types::$t { g() } }; }",
        "macro_rules! q { ($t:ident) => { impl std::ops::$t for X {} }; }",
        "macro_rules! q { ($f:ident) => { $crate::names::$f(x) }; }",
        "fn work() { println!(\"{}\", sql_query); assert_eq!(sql_query, 1); }",
        "fn work() { select! { x = run() => { let sql_query = 1; } } }",
        "fn work() { rows!(sql_query: 1, across_tenants = 2); }",
        "items! { #[derive(QueryId, ValidGrouping)] struct X; }",
        "kinds! { AuditSink \"audit-sink\" }",
        "items! { fn f<T: QueryFragment<Pg> + QueryId>() {} }",
    ] {
        finds_nothing(code);
    }
}

#[test]
fn what_macros_are_given_is_looked_into() {
    tells("sql-query", "tokio::join!(a(), diesel::sql_query(x).load(c));", "tokio::join!(a(), b());");
    tells(
        "across-tenants",
        "assert_eq!(t.across_tenants(&c).count(), 3);",
        "assert_eq!(t.scoped(&s).count(), 3);",
    );
    // No Rust by itself.
    tells(
        "sql-query",
        "html! { <p>{ diesel::sql_query(x) }</p> };",
        "html! { <p>{ \"sql_query(x)\" }</p> };",
    );
    tells(
        "across-tenants",
        "html! { <p>{ t.across_tenants(&c) }</p> };",
        "html! { <p>{ t.scoped(&c) }</p> };",
    );
    finds("testing", "cfg_if! { if #[cfg(a)] { fn f() { tenancy_core::testing::scope(7); } } }");
    finds("sql-query", "lazy! { static ref Q: Query = diesel::sql_query(\"x\"); }");
}

#[test]
fn tables_in_macros_are_looked_into() {
    let code = "macro_rules! tables {\n    () => { diesel::table! {\n        jobs (id) { id -> Integer, } }\n    };\n}";
    assert_eq!(Project::of(code).only().excerpt, "table! jobs");
}

#[test]
fn raw_identifiers_are_the_same_names() {
    tells("sql-query", "r#diesel::r#sql_query(x);", "r#diesel::r#select(x);");
    tells("raw-sql", "tx.r#raw(\"why\", \"SELECT 1\");", "tx.r#raw(1);");
    tells("tenant-literal", "q.filter(r#tenant_id.eq(7));", "q.filter(r#type.eq(7));");
    finds("sql-query", "macro_rules! q { () => { r#diesel::r#sql_query(x) }; }");
}

#[test]
fn code_under_a_cfg_is_looked_at() {
    finds("sql-query", "#[cfg(feature = \"legacy\")]\nfn work() { diesel::sql_query(x); }");
    finds("sql-query", "#[cfg(not(test))]\nfn work() { diesel::sql_query(x); }");
    finds(
        "sql-query",
        "#[cfg(any(test, feature = \"legacy\"))]\nmod m { fn work() { diesel::sql_query(x); } }",
    );
    finds(
        "sql-query",
        "#[cfg(windows)] use diesel::sql_query as q;\n#[cfg(unix)] use text::q;\nfn work() {}",
    );
}

#[test]
fn examples_in_documentation_are_no_code() {
    finds_nothing("/// ```\n/// diesel::sql_query(\"SELECT 1\");\n/// ```\npub fn work() {}");
    finds_nothing(
        "//! diesel::sql_query(\"SELECT 1\")\n// tx.raw(\"why\", \"SELECT 1\")\n/* bb8::Pool::builder() */",
    );
    finds_nothing("#[doc = \"diesel::sql_query(x)\"]\nconst TEXT: &str = \"diesel::sql_query(x)\";");
}

#[test]
fn a_place_is_named_by_what_is_around_it() {
    let code = "mod reports {\n    impl Nightly {\n        fn run(&self) {\n            let go = || diesel::sql_query(x);\n        }\n    }\n}";
    assert_eq!(Project::of(code).only().item, "reports::impl Nightly::run");
    let code = "impl Work for Nightly { fn run(&self) { diesel::sql_query(x); } }";
    assert_eq!(Project::of(code).only().item, "impl Work for Nightly::run");
}
