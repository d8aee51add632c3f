//! A join of twelve scoped tables: more than PostgreSQL's `from_collapse_limit`, after which it stops flattening.

use diesel::prelude::*;
use tenancy_diesel::testing;

use super::Plans;

tenancy_diesel::table! {
    t01 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t02 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t03 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t04 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t05 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t06 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t07 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t08 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t09 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t10 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t11 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
    t12 (id) { id -> Integer, tenant_id -> Integer, previous_id -> Integer, }
}

diesel::allow_tables_to_appear_in_same_query!(t01, t02, t03, t04, t05, t06, t07, t08, t09, t10, t11, t12);

/// The hand-written join, with the same parentheses, of which the first table has the filter.
fn by_hand(join: &str) -> String {
    let joined = (2..=12).fold("t01".to_owned(), |left, number| {
        let (table, previous) = (format!("t{number:02}"), format!("t{:02}", number - 1));
        format!("({left} {join} {table} ON {table}.previous_id = {previous}.id AND {table}.tenant_id = ?)")
    });
    format!("SELECT t12.id FROM {joined} WHERE t01.tenant_id = ? AND t01.id = ?")
}

#[tokio::test]
async fn inner_joins() {
    let Some(plans) = &mut Plans::open().await else { return };
    let s = &testing::scope(17);
    let ours = t01::table
        .scoped(s)
        .inner_join(t02::table.scoped(s).on(t02::previous_id.eq(t01::id)))
        .inner_join(t03::table.scoped(s).on(t03::previous_id.eq(t02::id)))
        .inner_join(t04::table.scoped(s).on(t04::previous_id.eq(t03::id)))
        .inner_join(t05::table.scoped(s).on(t05::previous_id.eq(t04::id)))
        .inner_join(t06::table.scoped(s).on(t06::previous_id.eq(t05::id)))
        .inner_join(t07::table.scoped(s).on(t07::previous_id.eq(t06::id)))
        .inner_join(t08::table.scoped(s).on(t08::previous_id.eq(t07::id)))
        .inner_join(t09::table.scoped(s).on(t09::previous_id.eq(t08::id)))
        .inner_join(t10::table.scoped(s).on(t10::previous_id.eq(t09::id)))
        .inner_join(t11::table.scoped(s).on(t11::previous_id.eq(t10::id)))
        .inner_join(t12::table.scoped(s).on(t12::previous_id.eq(t11::id)))
        .filter(t01::id.eq(5))
        .select(t12::id);
    plans.same(ours, &by_hand("INNER JOIN"), &[[17; 12].as_slice(), &[5]].concat()).await;
}

#[tokio::test]
async fn left_joins() {
    let Some(plans) = &mut Plans::open().await else { return };
    let s = &testing::scope(17);
    let ours = t01::table
        .scoped(s)
        .left_join(t02::table.scoped(s).on(t02::previous_id.eq(t01::id)))
        .left_join(t03::table.scoped(s).on(t03::previous_id.eq(t02::id)))
        .left_join(t04::table.scoped(s).on(t04::previous_id.eq(t03::id)))
        .left_join(t05::table.scoped(s).on(t05::previous_id.eq(t04::id)))
        .left_join(t06::table.scoped(s).on(t06::previous_id.eq(t05::id)))
        .left_join(t07::table.scoped(s).on(t07::previous_id.eq(t06::id)))
        .left_join(t08::table.scoped(s).on(t08::previous_id.eq(t07::id)))
        .left_join(t09::table.scoped(s).on(t09::previous_id.eq(t08::id)))
        .left_join(t10::table.scoped(s).on(t10::previous_id.eq(t09::id)))
        .left_join(t11::table.scoped(s).on(t11::previous_id.eq(t10::id)))
        .left_join(t12::table.scoped(s).on(t12::previous_id.eq(t11::id)))
        .filter(t01::id.eq(5))
        .select(t12::id.nullable());
    plans.same(ours, &by_hand("LEFT JOIN"), &[[17; 12].as_slice(), &[5]].concat()).await;
}
