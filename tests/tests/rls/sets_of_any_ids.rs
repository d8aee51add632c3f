//! The ids of a set's tenants: whatever characters are in them, the role reads the rows of those tenants and of no others.

use std::cell::RefCell;
use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use proptest::prelude::*;
use tenancy_rls::{RowSecurity, tables};

use crate::database::Database;
use crate::sets::{as_used, roles};

tenancy_diesel::table! { #[tenant_scoped(tenant)] shops (tenant, id) { tenant -> VarChar, id -> Integer, } }

#[derive(QueryableByName)]
struct Tenant {
    #[diesel(sql_type = Text)]
    tenant: String,
}

/// Ids that look like something else, and any other.
fn ids() -> impl Strategy<Value = String> {
    let ugly = prop::sample::select(vec![
        "NULL",
        "null",
        "{}",
        "{a,b}",
        "a,b",
        "\"",
        "\"\"",
        "\\",
        "\\\\",
        "a\"b",
        "a\\",
        "\\\"",
        "'",
        "''",
        "a'b",
        "{",
        "}",
        "\",\"",
        "[1:2]={a,b}",
        "é",
        "\u{1F980}",
        "a b",
        "a\nb",
        "a\tb",
        "$set$",
        "--",
        "(a)",
        "%",
        "v1.1.0.0.0.",
        "1",
    ]);
    prop_oneof![
        ugly.prop_map(str::to_owned),
        "[\\\\\"'{},a-c ]{1,6}".prop_map(|text| text.trim().to_owned()),
        "\\PC{1,12}".prop_map(|text| text.trim().to_owned()),
    ]
    .prop_filter("no tenant's", |id| !id.is_empty() && tenancy_core_key(id))
}

fn tenancy_core_key(id: &str) -> bool {
    tenancy_diesel::TenantKey::new(id).is_ok()
}

#[test]
fn whatever_the_ids_are_a_set_is_those_and_no_others() {
    let database = Database::empty("sets_ids");
    database
        .owner()
        .batch_execute(
            "CREATE TABLE shops (tenant text NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant, id))",
        )
        .unwrap();
    let wall = RowSecurity::new(tables![shops], roles(&database)).unwrap().sealed();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database.install_key(&wall);
    let (across, app) = (RefCell::new(database.across()), RefCell::new(database.app()));
    let role = database.role("sets");
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(others in prop::collection::btree_set(ids(), 0..6), set in prop::collection::btree_set(ids(), 0..6))| {
        let (mut across, mut app) = (across.borrow_mut(), app.borrow_mut());
        across.batch_execute("DELETE FROM shops").unwrap();
        for tenant in others.union(&set) {
            diesel::sql_query("INSERT INTO shops VALUES ($1, 1)").bind::<Text, _>(tenant).execute(&mut *across).unwrap();
        }
        let setting = as_used(&wall).setting_of_set(set.iter().map(String::as_str), None, SystemTime::now());
        app.batch_execute(&format!("BEGIN; SET LOCAL ROLE {role}")).unwrap();
        diesel::sql_query("SELECT set_config('tenancy.tenant', $1, true)").bind::<Text, _>(setting).execute(&mut *app).unwrap();
        let found: Vec<Tenant> = diesel::sql_query("SELECT tenant FROM shops").load(&mut *app).unwrap();
        app.batch_execute("ROLLBACK").unwrap();
        let mut found: Vec<_> = found.into_iter().map(|row| row.tenant).collect();
        found.sort();
        let expected: Vec<_> = set.iter().cloned().collect();
        prop_assert_eq!(found, expected);
    });
}
