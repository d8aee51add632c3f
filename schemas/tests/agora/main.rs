//! A forum with a search of its own: sixty-one tables, most of which know their community by way of two to five others.
#![allow(missing_docs, unreachable_pub)] // the CLI documents only what the database does
#![allow(clippy::unwrap_used)] // a failed set-up is a failed test

mod queries;
mod schema;

use diesel::connection::SimpleConnection as _;
use schema::*;
use tenancy_diesel::testing;
use tenancy_rls::RowSecurity;
use tenancy_schemas::{Database, Facts, Fixture, Read, Whose, Write, proof, typed};

/// The tables that hold nobody's data.
const NOBODYS: [&str; 3] = ["locales", "permissions", "plans"];

const UP: &str = include_str!("up.sql");

fn statements() -> Vec<(Facts, Read<i64>, Write<i64>)> {
    typed!(i64;
        written: [
            api_keys, audit_entries, badge_grants, badge_rules, badges, bans, categories, category_permissions, category_watchers,
            communities, conversation_members, conversations, event_guests, events, flag_notes, group_members,
            group_permissions, groups, invitations, members, message_receipts, messages, moderation_actions,
            notification_preferences, notifications, poll_options, poll_votes, polls, post_flags, post_links, post_mentions,
            post_reactions, post_revisions, post_uploads, posts, search_clicks, search_documents, search_fields,
            search_indexes, search_queries, search_synonyms, settings, tag_group_tags, tag_groups, tag_synonyms, tags,
            thread_aliases, thread_reads, thread_tags, thread_watchers, threads, uploads, warnings, webhook_deliveries,
            webhooks,
        ],
        linked: [people, person_devices, person_emails],
    )
}

fn facts() -> Vec<Facts> {
    statements().into_iter().map(|(facts, ..)| facts).collect()
}

fn populated() -> (Database, Fixture) {
    let database = Database::migrated("agora", UP);
    let values = &[("*.deleted_at", "NULL"), ("threads.views", "7")];
    let fixture = Fixture::put(&mut database.superuser(), &facts(), ["1", "2"], &[], values);
    (database, fixture)
}

#[test]
fn nine_of_ten_tables_are_owned() {
    proof::assert_owned(&tables(), &facts(), &NOBODYS, &NOBODYS);
}

#[test]
fn typed_statements_keep_two_communities_apart_in_every_table() {
    let (database, fixture) = populated();
    let scopes = [(&testing::scope(1), Whose::Ours), (&testing::scope(2), Whose::Theirs)];
    proof::typed(&database, &fixture, &statements(), scopes);
}

/// The wall of its tables.
fn walled(database: &Database) -> RowSecurity {
    let tables = tables()
        .unique_over_all_tenants::<invitations::table>(
            "invitations_token_hash_key",
            "the hash of a random token",
        )
        .unique_over_all_tenants::<api_keys::table>("api_keys_key_hash_key", "the hash of a random key")
        .unique_over_all_tenants::<communities::table>(
            "communities_slug_key",
            "it is the community's address",
        );
    let wall = RowSecurity::new(tables, database.roles("all")).unwrap();
    proof::walled(database, &wall);
    wall
}

#[test]
fn raw_sql_behind_the_wall_keeps_them_apart_in_every_table() {
    let (database, mut fixture) = populated();
    let wall = walled(&database);
    proof::raw(&database, &mut fixture, "all", &wall, &facts(), [("1", Whose::Ours), ("2", Whose::Theirs)]);
    let unaccepted = proof::unaccepted(&database, "all", &wall, include_str!("accepted.txt"));
    assert!(unaccepted.is_empty(), "{}", unaccepted.join("\n"));
}

/// The proof itself sees what it is for, four steps from the community.
#[test]
#[should_panic(expected = "public.post_links")]
fn a_table_without_its_policies_is_noticed() {
    let (database, mut fixture) = populated();
    let wall = walled(&database);
    database.superuser().batch_execute("ALTER TABLE post_links DISABLE ROW LEVEL SECURITY").unwrap();
    proof::raw(&database, &mut fixture, "all", &wall, &facts(), [("1", Whose::Ours), ("2", Whose::Theirs)]);
}
