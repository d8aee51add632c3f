//! A statement of another tenant is refused before it is sent, wherever in it the other tenant stands.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{WrongTenant, delete, insert_into, testing, update};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::super::open;

/// Why it was refused; the end of the test if it was not.
fn refusal<T: std::fmt::Debug>(result: QueryResult<T>) -> WrongTenant {
    match result {
        Err(Error::QueryBuilderError(source)) => *source.downcast_ref().expect("a WrongTenant"),
        other => panic!("not refused: {other:?}"),
    }
}

/// Runs each statement in a transaction of ACME's, and expects it to be refused; the transaction goes on.
macro_rules! refused {
    ($wrong:expr, $tx:ident: $($verb:ident $($row:ty)? => $statement:expr;)*) => {
        $(assert_eq!(refusal($statement.$verb$(::<$row>)?(&mut $tx).await), $wrong, stringify!($statement));)*
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_is_refused_in_every_position() {
    let Some((tenants, database)) = open().await else { return };
    let (acme, globex) = (acme(), globex());
    let before = database.agents().await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    let managers = tenancy_diesel::alias!(agents as managers);
    let manages = managers.field(agents::id).nullable().eq(agents::manager_id);
    let row = (agents::id.eq(70), agents::name.eq("new"));
    refused!(WrongTenant::Another, tx:
        // Reads: the root, either side of a join, an alias, subqueries, arms.
        load String => agents::table.scoped(&globex).select(agents::name);
        load String => agents::table.scoped(&globex).select(agents::name).into_boxed();
        get_result i64 => agents::table.scoped(&globex).count();
        first String => agents::table.scoped(&globex).select(agents::name);
        load String => canvases::table.scoped(&acme).inner_join(agents::table.scoped(&globex)).select(canvases::title);
        load String => canvases::table.scoped(&acme).left_join(agents::table.scoped(&globex)).select(canvases::title);
        load String => canvases::table.scoped(&globex).inner_join(agents::table.scoped(&acme)).select(canvases::title);
        load String => agents::table.scoped(&acme).inner_join(managers.scoped(&globex).on(manages)).select(agents::name);
        load String => managers.scoped(&globex).select(managers.field(agents::name));
        load i32 => agents::table.scoped(&acme).select(agents::id)
            .filter(agents::id.eq_any(canvases::table.scoped(&globex).select(canvases::agent_id)));
        load i32 => agents::table.scoped(&acme).select(agents::id)
            .filter(exists(canvases::table.scoped(&globex).filter(canvases::id.eq(1))));
        load i32 => agents::table.scoped(&acme).select(agents::id)
            .filter(diesel::dsl::not(exists(canvases::table.scoped(&globex).filter(canvases::id.eq(1)))));
        load Option<i32> => agents::table.scoped(&acme).select(
            canvases::table.scoped(&globex).select(canvases::score).filter(canvases::id.eq(1)).single_value());
        get_result bool => diesel::select(exists(agents::table.scoped(&globex).filter(agents::id.eq(1))));
        load String => agents::table.scoped(&acme).select(agents::name)
            .union(agents::table.scoped(&globex).select(agents::name));
        load String => agents::table.scoped(&globex).select(agents::name)
            .union_all(agents::table.scoped(&acme).select(agents::name));
        load String => agents::table.scoped(&acme).select(agents::name)
            .union(agents::table.scoped(&acme).select(agents::name)
                .filter(agents::id.eq_any(canvases::table.scoped(&globex).select(canvases::id))));
        // Writes: the target, values, predicates, a select that is inserted.
        execute => insert_into(agents::table.scoped(&globex)).values(row);
        execute => update(agents::table.scoped(&globex)).find(1).set(agents::name.eq("new"));
        execute => update(agents::table.scoped(&acme)).set(agents::name.eq("new"))
            .filter(agents::id.eq_any(canvases::table.scoped(&globex).select(canvases::id)));
        execute => delete(agents::table.scoped(&globex)).find(1);
        execute => delete(agents::table.scoped(&acme))
            .filter(exists(canvases::table.scoped(&globex).filter(canvases::id.eq(1))));
    );
    // Nothing has reached the server, and the transaction is as good as before.
    let count: i64 = agents::table.scoped(&acme).count().get_result(&mut tx).await.unwrap();
    assert_eq!(count, 3);
    tx.commit().await.unwrap();
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tenant_is_refused_where_it_compiles() {
    let Some((tenants, _database)) = open().await else { return };
    let acme = acme();
    let across = testing::cross_tenant("a test");
    let mut tx = tenants.begin(&acme).await.unwrap();
    refused!(WrongTenant::Every, tx:
        load i32 => agents::table.scoped(&acme).select(agents::id)
            .filter(exists(canvases::table.across_tenants(&across).filter(canvases::id.eq(1))));
        load i32 => agents::table.scoped(&acme).select(agents::id)
            .filter(agents::id.eq_any(canvases::table.across_tenants(&across).select(canvases::agent_id)));
        execute => delete(agents::table.scoped(&acme))
            .filter(exists(canvases::table.across_tenants(&across).filter(canvases::id.eq(1))));
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_refuse_it_too_and_say_what_to_do() {
    let Some((tenants, database)) = open().await else { return };
    let (acme, globex) = (acme(), globex());
    let before = database.agents().await;
    let read: Result<Vec<String>, _> =
        tenants.load(&acme, agents::table.scoped(&globex).select(agents::name)).await;
    let written = tenants.execute(&acme, delete(agents::table.scoped(&globex))).await;
    for refused in [read.map(drop).unwrap_err(), written.map(drop).unwrap_err()] {
        assert!(refused.to_string().contains("another tenant"), "{refused}");
        let PoolError::Query(Error::QueryBuilderError(cause)) = &refused else { panic!("{refused:?}") };
        assert_eq!(cause.downcast_ref(), Some(&WrongTenant::Another));
    }
    assert_eq!(database.agents().await, before);
}
