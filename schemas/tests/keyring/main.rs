//! A password manager of thirty-three tables: people belong to several organisations, and what is theirs is seen by way of their
//! memberships.
#![allow(missing_docs, unreachable_pub)] // the CLI documents only what the database does
#![allow(clippy::unwrap_used)] // a failed set-up is a failed test

mod queries;
mod schema;

use schema::*;
use tenancy_diesel::testing;
use tenancy_rls::RowSecurity;
use tenancy_schemas::{Database, Facts, Fixture, Read, Whose, Write, proof, typed};

/// The tables that hold nobody's data.
const NOBODYS: [&str; 4] = ["item_kinds", "policy_kinds", "breach_sources", "icons"];

const GLOBALS: [&str; 5] = ["item_kinds", "policy_kinds", "breach_sources", "icons", "auth_requests"];

const UP: &str = include_str!("up.sql");

fn statements() -> Vec<(Facts, Read<String>, Write<String>)> {
    typed!(String;
        written: [
            attachments, collection_groups, collection_people, collections, equivalent_domains, events, favourites,
            folder_items, folders, group_memberships, groups, invitations, item_collections, item_templates, item_versions,
            items, memberships, organization_api_keys, organization_policies, organizations, send_accesses, sends,
            template_fields,
        ],
        linked: [devices, people, person_keys, trusted_contacts, two_factors],
    )
}

fn facts() -> Vec<Facts> {
    statements().into_iter().map(|(facts, ..)| facts).collect()
}

fn populated() -> (Database, Fixture) {
    let database = Database::migrated("keyring", UP);
    let values = &[("*.deleted_at", "NULL")];
    let fixture = Fixture::put(&mut database.superuser(), &facts(), ["acme", "globex"], &[], values);
    (database, fixture)
}

#[test]
fn nine_of_ten_tables_are_owned() {
    proof::assert_owned(&tables(), &facts(), &GLOBALS, &NOBODYS);
}

#[test]
fn typed_statements_keep_two_organisations_apart_in_every_table() {
    let (database, fixture) = populated();
    let [acme, globex] = ["acme", "globex"].map(|id| testing::scope(id.to_owned()));
    proof::typed(&database, &fixture, &statements(), [(&acme, Whose::Ours), (&globex, Whose::Theirs)]);
}

/// The wall of its tables.
fn walled(database: &Database) -> RowSecurity {
    let token = "the hash of a random token";
    let tables = tables()
        .unique_over_all_tenants::<invitations::table>("invitations_token_hash_key", token)
        .unique_over_all_tenants::<organization_api_keys::table>("organization_api_keys_key_hash_key", token)
        .unique_over_all_tenants::<sends::table>("sends_access_hash_key", token);
    let wall = RowSecurity::new(tables, database.roles("all")).unwrap();
    proof::walled(database, &wall);
    wall
}

#[test]
fn raw_sql_behind_the_wall_keeps_them_apart_in_every_table() {
    let (database, mut fixture) = populated();
    let wall = walled(&database);
    proof::raw(
        &database,
        &mut fixture,
        "all",
        &wall,
        &facts(),
        [("acme", Whose::Ours), ("globex", Whose::Theirs)],
    );
    let unaccepted = proof::unaccepted(&database, "all", &wall, include_str!("accepted.txt"));
    assert!(unaccepted.is_empty(), "{}", unaccepted.join("\n"));
}
