//! `--fix` on small crates: what it edits compiles, and what it cannot know it lists.

use serde_json::Value;

use crate::project::{Project, Said};

/// What each crate begins with.
pub(crate) const SCHEMA: &str = "\
pub mod schema {
    tenancy_diesel::table! {
        agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
        canvases (id) { id -> Integer, tenant_id -> Integer, agent_id -> Integer, title -> Text, }
    }
    diesel::joinable!(canvases -> agents (agent_id));
    diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
}
";

pub(crate) const IMPORTS: &str = "\
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use crate::schema::{agents, canvases};
";

/// A crate of this name whose library has these functions, under version control.
fn project(name: &str, functions: &str) -> Project {
    let project = Project::temporary(name);
    project.write("src/lib.rs", &format!("#![allow(unused)]\n{SCHEMA}{IMPORTS}\n{functions}"));
    project.write(".gitignore", "Cargo.lock\n");
    project.git(&["init", "--quiet"]);
    project.git(&["add", "."]);
    project.git(&["commit", "--quiet", "--message", "begin"]);
    project
}

fn fix(project: &Project) -> (Said, Value) {
    let said = project.explain(&["--fix", "--json"], &[]);
    let outcome =
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}{}", said.out, said.err));
    (said, outcome)
}

/// The functions of a crate after `--fix`, which has to leave nothing; it is checked once more, without it.
fn fixed(name: &str, functions: &str) -> String {
    let project = project(name, functions);
    let (said, outcome) = fix(&project);
    assert_eq!(said.code, Some(0), "{outcome:#}");
    assert_eq!(outcome["left"], Value::Array(Vec::new()));
    let again = project.explain(&[], &[]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""), "{}", again.err);
    let text = project.read("src/lib.rs");
    let (schema, functions) = text.split_once(IMPORTS).unwrap();
    assert!(schema.ends_with(SCHEMA), "{schema}");
    functions.trim().to_owned()
}

#[test]
fn a_scope_by_reference_and_one_by_value_are_put_in_as_their_types_say() {
    let functions = "\
fn by_reference(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table.filter(agents::id.gt(3)).select(agents::name).load(c)
}

fn by_value(held: Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    crate::schema::canvases::table.count().get_result(c)
}

fn in_a_closure(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    let held = 3;
    c.transaction(|c| {
        // A comment, and ä letter of two bytes before it: \"ö\".
        let (_, all) = (\"ö\", agents::table.count().get_result::<i64>(c)?); Ok(all)
    })
}";
    let expected = functions
        .replace("agents::table.filter", "agents::table.scoped(scope).filter")
        .replace("canvases::table.count", "canvases::table.scoped(&held).count")
        .replace("agents::table.count", "agents::table.scoped(scope).count");
    assert_eq!(fixed("by-type", functions), expected);
}

#[test]
fn each_table_of_a_join_and_of_a_subquery_is_scoped() {
    let functions = "\
fn joined(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<Vec<(String, String)>> {
    agents::table
        .inner_join(canvases::table)
        .select((agents::name, canvases::title))
        .load(c)
}

fn within(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(agents::id.eq_any(canvases::table.select(canvases::agent_id)))
        .select(agents::name)
        .load(c)
}";
    let expected = functions
        .replace(
            "    agents::table\n        .inner_join(canvases::table)",
            "    agents::table.scoped(scope)\n        .inner_join(canvases::table.scoped(scope))",
        )
        .replace("eq_any(canvases::table.", "eq_any(canvases::table.scoped(scope).");
    assert_eq!(fixed("join", functions), expected);
}

#[test]
fn our_own_insert_update_and_delete_are_scoped() {
    let functions = "\
fn write(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table).values(agents::name.eq(\"Ada\")).execute(c)?;
    tenancy_diesel::update(agents::table).set(agents::name.eq(\"Eve\")).execute(c)?;
    tenancy_diesel::delete(agents::table.filter(agents::id.eq(3))).execute(c)
}";
    assert_eq!(fixed("writes", functions), functions.replace("agents::table", "agents::table.scoped(scope)"));
}

#[test]
fn diesels_own_writes_are_taken_back_and_said_what_to_write() {
    let functions = "\
fn write(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<usize> {
    diesel::insert_into(agents::table).values(agents::name.eq(\"Ada\")).execute(c)?;
    diesel::delete(agents::table).execute(c)
}

fn read(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.count().get_result(c)
}";
    let project = project("diesels-own", functions);
    let (said, outcome) = fix(&project);
    assert_eq!(said.code, Some(1), "{outcome:#}{}", said.err);
    // The one that is right stays.
    assert!(
        project
            .read("src/lib.rs")
            .ends_with(&functions.replace("agents::table.count", "agents::table.scoped(scope).count")),
        "{outcome:#}"
    );
    let left = outcome["left"].as_array().unwrap();
    assert_eq!(left.len(), 2, "{outcome:#}");
    assert_eq!(left[0]["fix"], "say `tenancy_diesel::insert_into(agents::table.scoped(&scope))`");
    assert_eq!(left[1]["fix"], "say `tenancy_diesel::delete(agents::table.scoped(&scope))`");
    for left in left {
        assert_eq!(left["why"]["taken_back"]["edit"]["inserted"], ".scoped(scope)", "{left:#}");
        assert_ne!(left["why"]["taken_back"]["because"], "");
    }
}

#[test]
fn of_two_scopes_none_is_chosen_and_without_one_the_callers_are_listed() {
    let functions = "\
fn two(from: &Scoped<i32>, to: Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.count().get_result(c)
}

fn none(c: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.count().get_result(c)
}

fn hidden(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    let scope = 3;
    agents::table.count().get_result(c)
}

pub fn caller(c: &mut SqliteConnection) -> QueryResult<i64> {
    assert_eq!(none(c)?, 3);
    none(c)
}";
    let project = project("listed", functions);
    let before = project.read("src/lib.rs");
    let (said, outcome) = fix(&project);
    assert_eq!(said.code, Some(1), "{outcome:#}{}", said.err);
    assert_eq!(project.read("src/lib.rs"), before);
    assert_eq!(outcome["edits"], Value::Array(Vec::new()));
    let left = outcome["left"].as_array().unwrap();
    assert_eq!(left[0]["why"]["several_scopes"], serde_json::json!(["from", "&to"]));
    let none = &left[1]["why"]["no_scope"];
    assert_eq!(none["function"], "none");
    let line = |text: &str| before.lines().position(|line| line.contains(text)).unwrap() + 1;
    let lines: Vec<_> =
        none["callers"].as_array().unwrap().iter().map(|caller| caller["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [line("assert_eq!(none") as u64, line("    none(c)") as u64]);
    assert_eq!(left[2]["why"]["no_scope"]["function"], "hidden");

    let text = project.explain(&["--fix", "--color=never"], &[]).out;
    assert!(text.contains("several scopes are in reach, and only you know which: `from`, `&to`"), "{text}");
    assert!(text.contains(&format!("    src/lib.rs:{}:5\n", line("    none(c)"))), "{text}");
}

#[test]
fn a_dirty_file_is_not_edited_unless_allowed() {
    let functions = "\
fn read(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.count().get_result(c)
}";
    let project = project("dirty", functions);
    let dirty = project.read("src/lib.rs") + "\n// mine\n";
    project.write("src/lib.rs", &dirty);
    let said = project.explain(&["--fix"], &[]);
    assert_eq!(said.code, Some(3), "{}{}", said.out, said.err);
    assert!(said.err.contains("src/lib.rs has changes that are not committed"), "{}", said.err);
    assert!(said.err.contains("fix: commit first"), "{}", said.err);
    assert_eq!(project.read("src/lib.rs"), dirty);

    project.git(&["rm", "--cached", "--quiet", "src/lib.rs"]);
    let said = project.explain(&["--fix"], &[]);
    assert_eq!(said.code, Some(3));
    assert!(said.err.contains("src/lib.rs is not under version control"), "{}", said.err);

    let said = project.explain(&["--fix", "--allow-dirty", "--color=never"], &[]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(
        said.out.contains(
            "  - agents::table.count().get_result(c)\n  + agents::table.scoped(scope).count().get_result(c)\n"
        ),
        "{}",
        said.out
    );
    assert!(project.read("src/lib.rs").ends_with("// mine\n"));
}

#[test]
fn what_a_macro_writes_and_what_is_none_of_ours_is_left_alone_and_shown() {
    let functions = "\
macro_rules! all {
    ($table:expr, $c:expr) => { $table.count().get_result::<i64>($c) };
}

fn read(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<i64> {
    let number: i32 = \"three\";
    all!(agents::table, c)
}";
    let project = project("macros", functions);
    let before = project.read("src/lib.rs");
    let (said, outcome) = fix(&project);
    assert_eq!(said.code, Some(1), "{outcome:#}{}", said.err);
    assert_eq!(project.read("src/lib.rs"), before);
    let left = outcome["left"].as_array().unwrap();
    let codes: Vec<_> = left.iter().map(|left| left["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"T0001") && codes.contains(&"E0308"), "{outcome:#}");
    assert!(left.iter().all(|left| left["why"] == "by_hand"), "{outcome:#}");
    let text = project.explain(&["--color=never"], &[]).out;
    assert!(text.contains("E0308 mismatched types: expected `i32`, found `&str`\n"), "{text}");
}

#[test]
fn a_failure_of_cargo_is_passed_through_and_warnings_are_counted() {
    let project = project("cargos-own", "");
    let said = project.explain(&[], &["--package", "no-such-package"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(
        said.err.contains("no-such-package") && said.err.contains("failed, and not because of the source"),
        "{}",
        said.err
    );

    project.write("src/lib.rs", "fn unused(x: i32) { let y = 3; }\n");
    let said = project.explain(&["--json"], &[]);
    assert_eq!((said.code, said.out.trim()), (Some(0), "[]"), "{}", said.err);
    assert!(said.err.contains("0 mistakes, 2 warnings not shown"), "{}", said.err);

    let said = project.explain(&[], &["--message-format=short"]);
    assert_eq!(said.code, Some(3));
    assert!(said.err.contains("`--message-format` is given to `cargo check`"), "{}", said.err);
}
