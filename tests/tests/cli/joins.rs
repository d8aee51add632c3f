//! What the CLI leaves out: joins by foreign keys of two columns, and what they need to stand in one query; and a file whose
//! macros have no path.

use diesel::prelude::*;
use tenancy_diesel::testing;

use super::sql;

pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/cli/composite.rs",
        scoped = [marks(through = notes(note_id = id))],
        global = [plans],
        joins = [
            marks -> notes (note_id),
            canvases -> agents (agent_id),
            notes -> canvases (canvas_id),
            accounting::invoices -> accounting::agents (agent_id),
            accounting::invoices -> canvases (canvas_id),
        ],
        tables = tenancy_rls,
    }
}

/// Another declaration of some of its tables, by macros without a path.
pub mod by_name {
    tenancy_diesel::schema! { include = "tests/cli/by_name.rs" }
}

use schema::{accounting, agents, canvases, notes, plans};

#[test]
fn a_listed_join_needs_no_on_and_compares_the_tenant() {
    let scope = &testing::scope(7);
    let query = canvases::table.scoped(scope).inner_join(agents::table.scoped(scope)).select(agents::name);
    assert_eq!(
        sql(&query),
        "SELECT agents.name FROM ((SELECT * FROM canvases WHERE canvases.tenant_id = $1) AS canvases INNER JOIN \
         (SELECT * FROM agents WHERE agents.tenant_id = $2) AS agents \
         ON NULLIF(canvases.tenant_id = $3, FALSE) IS NOT NULL AND (canvases.agent_id = agents.id))"
    );
}

#[test]
fn tables_that_are_joined_by_way_of_others_stand_in_one_query() {
    let scope = &testing::scope(7);
    // The file allows `canvases` with `agents` and with `plans`, and `notes` with nothing.
    let query = notes::table
        .scoped(scope)
        .inner_join(
            canvases::table.scoped(scope).inner_join(agents::table.scoped(scope)).inner_join(plans::table),
        )
        .select((notes::body, agents::name, plans::name));
    assert!(sql(&query).starts_with("SELECT notes.body, agents.name, plans.name FROM"), "{}", sql(&query));
}

#[test]
fn tables_of_modules_are_joined_by_their_paths() {
    let scope = &testing::scope(7);
    let query = accounting::invoices::table
        .scoped(scope)
        .inner_join(accounting::agents::table.scoped(scope))
        .left_join(canvases::table.scoped(scope))
        .select((accounting::agents::email, canvases::title.nullable()));
    assert!(
        sql(&query).contains("(invoices.agent_id = agents.id)")
            && sql(&query).contains("(invoices.canvas_id = canvases.id)"),
        "{}",
        sql(&query)
    );
}

#[test]
fn every_table_of_the_file_is_in_the_wall() {
    let tables = schema::tables();
    let names: Vec<_> = tables
        .iter()
        .map(|table| (tables.schema_of(table), table.name(), table.tenant_column().is_some()))
        .collect();
    assert_eq!(
        names,
        [
            ("public", "agents", true),
            ("public", "canvases", true),
            ("public", "marks", false), // through `notes`
            ("public", "notes", true),
            ("public", "plans", false),
            ("accounting", "agents", true),
            ("accounting", "invoices", true),
        ]
    );
    // Those that belong to their tenants through a parent are of its kind of owner.
    let tables = tables.same_owner_as::<agents::table>();
    assert_eq!(tables.iter().filter(|table| table.name() == "marks").count(), 1);
    let wall =
        tenancy_rls::RowSecurity::new(tables, tenancy_rls::Roles::new("app", "support").unwrap()).unwrap();
    // Nobody named it but the file.
    for table in ["notes", "marks"] {
        let walled = format!(r#"ALTER TABLE "public"."{table}" ENABLE ROW LEVEL SECURITY"#);
        assert!(wall.migration().up().contains(&walled), "{table}");
    }
}

#[test]
fn a_macro_without_a_path_is_ours_whatever_is_imported() {
    use by_name::{accounting::invoices, agents, canvases};

    let scope = &testing::scope(7);
    assert_eq!(
        sql(&invoices::table.scoped(scope).select(invoices::number)),
        "SELECT invoices.number FROM (SELECT * FROM accounting.invoices WHERE invoices.tenant_id = $1) AS invoices"
    );
    let query = canvases::table.scoped(scope).inner_join(agents::table.scoped(scope)).select(agents::name);
    assert!(sql(&query).ends_with(
        "ON NULLIF(canvases.tenant_id = $3, FALSE) IS NOT NULL AND (canvases.agent_id = agents.id))"
    ));
}
