//! Statements with one query id are one text. Diesel keeps a prepared statement by its id alone: where two texts had one, whichever was
//! prepared first would be sent for the other, and a value that it has no place for would stay from the last tenant.

use std::any::TypeId;
use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::sqlite::Sqlite;
use tenancy_diesel::{AdmissionDoor, alias, delete, insert_into, testing};

tenancy_diesel::table! {
    #![tenant_global(plans)]

    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, value -> Text, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> Text, plan_id -> Integer, }
    #[tenant_scoped(tenant_id, filter = left_at.is_null(), admission(user_id))]
    members (id) { id -> Integer, tenant_id -> Integer, user_id -> Integer, label_id -> Integer, left_at -> Nullable<Integer>, }
    #[tenant_scoped(through = labels(label_id))]
    marks (id) { id -> Integer, label_id -> Integer, name -> Text, }
    #[tenant_scoped(link = members(user_id))]
    users (id) { id -> Integer, name -> Text, }
    plans (id) { id -> Integer, name -> Text, }
}
tenancy_diesel::joinable!(members -> labels (label_id));
tenancy_diesel::joinable!(marks -> labels (label_id));
tenancy_diesel::joinable!(labels -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(presets, labels, members, marks, users, plans);

/// The texts by the ids, and how many statements were looked at.
#[derive(Default)]
struct Seen(HashMap<TypeId, [String; 2]>, usize);

impl Seen {
    fn add<Q: QueryId + QueryFragment<Pg> + QueryFragment<Sqlite>>(&mut self, statement: &Q) {
        let text = |shown: String| shown.split(" -- binds").next().unwrap_or_default().to_owned();
        let texts = [
            text(diesel::debug_query::<Pg, _>(statement).to_string()),
            text(diesel::debug_query::<Sqlite, _>(statement).to_string()),
        ];
        self.1 += 1;
        // Without one it is kept by its text.
        if let Some(id) = Q::query_id() {
            assert_eq!(*self.0.entry(id).or_insert_with(|| texts.clone()), texts, "one id for two texts");
        }
    }
}

#[test]
fn statements_with_one_query_id_are_one_text() {
    let mut seen = Seen::default();
    let (scope, set) = (testing::scope(1), testing::scope_set([1, 2]));
    let (across, door) = (testing::cross_tenant("a test"), AdmissionDoor::new("a test").unwrap());
    let (other, theirs) = alias!(presets as other, presets as theirs);
    macro_rules! add {
        ($($statement:expr),+ $(,)?) => {$(seen.add(&$statement);)+};
    }
    macro_rules! reads {
        ($($source:expr),+ $(,)?) => {$(
            add!($source.as_query(), $source.count(), diesel::select(exists($source.limit(1))));
        )+};
    }
    reads! {
        presets::table.scoped(&scope),
        presets::table.scoped(&scope).or_shared(),
        presets::table.scoped(&scope).over_shared(presets::name),
        presets::table.scoped(&scope).over_shared(presets::value),
        presets::table.scoped(&scope).over_shared((presets::name, presets::value)),
        presets::table.scoped(&scope).unfiltered(),
        presets::table.scoped(&set),
        presets::table.scoped(&set).or_shared(),
        presets::table.across_tenants(&across),
        other.scoped(&scope),
        other.scoped(&scope).or_shared(),
        theirs.scoped(&scope),
        labels::table.scoped(&scope),
        labels::table.scoped(&scope).or_shared(),
        labels::table.across_tenants(&across),
        members::table.scoped(&scope),
        members::table.scoped(&scope).unfiltered(),
        members::table.across_tenants(&across),
        members::table.across_tenants(&across).unfiltered(),
        members::table.before_admission(&door, members::user_id, 3),
        marks::table.scoped(&scope),
        marks::table.scoped(&set),
        users::table.scoped(&scope),
        plans::table,
    }
    // A set's sources with shared rows by value are kept by their text: it has as many places as there are tenants.
    add!(labels::table.scoped(&set).as_query(), labels::table.scoped(&set).or_shared().as_query());
    add! {
        members::table.scoped(&scope).inner_join(labels::table.scoped(&scope)).select(members::id),
        members::table.scoped(&scope).inner_join(labels::table.scoped(&scope).or_shared()).select(members::id),
        members::table.scoped(&scope).unfiltered().inner_join(labels::table.scoped(&scope)).select(members::id),
        members::table.scoped(&scope).inner_join(labels::table.across_tenants(&across)).select(members::id),
        members::table.across_tenants(&across).inner_join(labels::table.across_tenants(&across)).select(members::id),
        members::table.scoped(&set).inner_join(labels::table.scoped(&set)).select(members::id),
        members::table.scoped(&scope).left_join(labels::table.scoped(&scope)).select(members::id),
        labels::table.scoped(&scope).inner_join(marks::table.scoped(&scope)).select(marks::id),
        marks::table.scoped(&scope).inner_join(labels::table.scoped(&scope)).select(marks::id),
        labels::table.scoped(&scope).inner_join(plans::table).select(plans::name),
    }
    macro_rules! deletes {
        ($($table:ident: $($target:expr),+;)+) => {$($(
            add!(delete($target), delete($target).filter($table::id.eq(3)), delete($target).returning($table::id));
        )+)+};
    }
    deletes! {
        presets: presets::table.scoped(&scope), presets::table.scoped(&scope).unfiltered(),
            presets::table.write_across_tenants(&across), presets::table.write_across_tenants(&across).unfiltered(),
            presets::table.write_across_tenants(&across).shared();
        labels: labels::table.scoped(&scope), labels::table.write_across_tenants(&across), labels::table.write_across_tenants(&across).shared();
        members: members::table.scoped(&scope), members::table.scoped(&scope).unfiltered(),
            members::table.write_across_tenants(&across), members::table.write_across_tenants(&across).unfiltered();
        marks: marks::table.scoped(&scope), marks::table.write_across_tenants(&across);
        users: users::table.write_across_tenants(&across);
    }
    let preset = (presets::name.eq("theme"), presets::value.eq("dark"));
    add! {
        insert_into(presets::table.scoped(&scope)).values(preset),
        insert_into(presets::table.scoped(&scope)).values(presets::name.eq("theme")),
        insert_into(presets::table.scoped(&scope)).default_values(),
        insert_into(presets::table.write_across_tenants(&across).shared()).values(preset),
        insert_into(presets::table.write_across_tenants(&across).shared()).default_values(),
        insert_into(presets::table.write_across_tenants(&across).of(1)).values(preset),
        insert_into(labels::table.scoped(&scope)).values(labels::name.eq("ours")),
        insert_into(labels::table.write_across_tenants(&across).shared()).values(labels::name.eq("ours")),
        insert_into(labels::table.scoped(&scope)).from_select(plans::table.select(plans::name), labels::name),
        insert_into(labels::table.write_across_tenants(&across).shared())
            .from_select(plans::table.select(plans::name), labels::name),
        insert_into(marks::table.scoped(&scope)).values((marks::label_id.eq(1), marks::name.eq("x"))),
        insert_into(marks::table.write_across_tenants(&across).of(1)).values((marks::label_id.eq(1), marks::name.eq("x"))),
        insert_into(users::table.write_across_tenants(&across)).values(users::name.eq("ann")),
    }
    assert!(seen.1 > 130 && seen.0.len() > 100, "{} statements, {} ids", seen.1, seen.0.len());
}
