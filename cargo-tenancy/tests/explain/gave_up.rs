//! What the compiler says without our words, because it gave up or met a bound of Diesel's first.

use std::process::Command;

use crate::fix::{IMPORTS, SCHEMA};
use crate::project::Project;

/// The lines that `tenancy explain` prints of a library with this function.
fn explained(name: &str, function: &str) -> Vec<String> {
    let project = Project::temporary(name);
    project.write("src/lib.rs", &format!("#![allow(unused)]\n{SCHEMA}{IMPORTS}\n{function}"));
    let said = project.explain(&["--color=never"], &[]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    said.out.lines().map(str::to_owned).collect()
}

/// Without `load::<Vec<String>>` the compiler looks for the rows' type without end, and says nothing of the table. `no_snapshot_overflows` keeps such cases
/// out of `compile_fail`; with the rows' type it is T0003.
#[test]
fn a_sub_select_of_a_bare_table_in_an_array_is_told_as_what_it_is() {
    let function = "\
fn titles(scope: &Scoped<i32>, c: &mut PgConnection) -> QueryResult<Vec<Vec<String>>> {
    let titles = QueryDsl::select(canvases::table, canvases::title);
    agents::table.scoped(scope).select(diesel::dsl::array::<diesel::sql_types::Text, _>(titles)).load(c)
}";
    let lines = explained("gave-up", function);
    let [line] = &lines[..] else { panic!("{lines:#?}") };
    assert!(line.contains(" E0275 the compiler gave up on this query"), "{line}");
    assert!(line.contains("say `canvases::table.scoped(&scope)`"), "{line}");
    assert!(line.chars().count() <= 200, "{line}");

    let typed = explained("gave-up-typed", &function.replace(".load(c)", ".load::<Vec<String>>(c)"));
    let [line] = &typed[..] else { panic!("{typed:#?}") };
    assert!(line.contains(" T0003 `canvases` is used without a tenant"), "{line}");
}

/// Diesel asks first whether a table stands twice, and would of scoped ones as well.
#[test]
fn a_sub_select_of_the_same_table_is_one_line() {
    let function = "\
fn namesakes(scope: &Scoped<i32>, c: &mut SqliteConnection) -> QueryResult<Vec<i32>> {
    let name = QueryDsl::select(agents::table, agents::name).single_value().assume_not_null();
    agents::table.scoped(scope).filter(agents::name.eq(name)).select(agents::id).load(c)
}";
    let lines = explained("same-table", function);
    let [line] = &lines[..] else { panic!("{lines:#?}") };
    assert!(line.contains(" T0003 `agents` is used without a tenant"), "{line}");

    let lines =
        explained("same-table-scoped", &function.replace("(agents::table,", "(agents::table.scoped(scope),"));
    let [line] = &lines[..] else { panic!("{lines:#?}") };
    assert!(line.contains("a table stands twice in one query") && line.contains("alias!"), "{line}");
}

#[test]
fn the_compiler_s_code_has_a_page_where_ours_cannot_be_said() {
    let output = Command::new(env!("CARGO_BIN_EXE_tenancy")).args(["explain", "e0275"]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("E0275\n\n") && said.contains("scoped(&scope)"), "{said}");
    assert!(!said.contains("stands twice"), "it ends where the next section begins: {said}");
}
