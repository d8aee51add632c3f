//! Rows that carry their tenant: one struct that is read and written, and never stored as another tenant's.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::prelude::*;
use tenancy_diesel::statement::RowOfAnotherTenant;
use tenancy_diesel::{CarriesTenant as _, insert_into, update};
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tenancy_tests::schema::agents;

use super::contents::{self, AGENTS, with};
use super::{RunQueryDsl, connect};

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset, TenantScoped)]
#[diesel(table_name = agents)]
struct Agent {
    id: i32,
    #[diesel(skip_insertion, skip_update)]
    tenant_id: i32,
    name: String,
}

fn agent(id: i32, tenant_id: i32) -> Agent {
    Agent { id, tenant_id, name: format!("new {id}") }
}

fn row<T>(refused: QueryResult<T>) -> usize {
    let Err(Error::QueryBuilderError(cause)) = refused else { panic!("a row of another tenant is an error") };
    cause.downcast_ref::<RowOfAnotherTenant>().expect("says which row").index
}

#[tokio::test]
async fn a_row_that_was_read_is_written_back() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let read: Agent = Agent::find(scope, 1).first(connection).await.unwrap();
    assert_eq!(read, Agent { id: 1, tenant_id: ACME, name: "ada".into() });
    let copy = Agent { id: 9, name: "copy".into(), ..read };
    let statement = insert_into(agents::table.scoped(scope)).checked(&copy).unwrap();
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let renamed = Agent { name: "again".into(), ..copy };
    renamed.check_tenant(scope).unwrap();
    let statement = update(agents::table.scoped(scope).find(renamed.id)).set(&renamed);
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:9:again:-:-"]));
}

#[tokio::test]
async fn rows_of_the_tenant_are_inserted_in_whatever_holds_them() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&globex());
    let rows: Vec<Agent> = (10..13).map(|id| agent(id, GLOBEX)).collect();
    let slice = insert_into(table).checked(&rows[..1]).unwrap();
    assert_eq!(slice.execute(connection).await.unwrap(), 1);
    let array = insert_into(table).checked([agent(20, GLOBEX), agent(21, GLOBEX)]).unwrap();
    assert_eq!(array.execute(connection).await.unwrap(), 2);
    let vector = insert_into(table).checked(rows[1..].to_vec()).unwrap();
    assert_eq!(vector.execute(connection).await.unwrap(), 2);
    assert_eq!(
        Agent::insert_checked(&globex(), &agent(30, GLOBEX)).unwrap().execute(connection).await,
        Ok(1)
    );
    let inserted = [10, 11, 12, 20, 21, 30].map(|id| format!("2:{id}:new {id}:-:-"));
    let inserted: Vec<&str> = inserted.iter().map(String::as_str).collect();
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &inserted));
}

#[tokio::test]
async fn a_row_of_another_tenant_is_an_error_and_nothing_is_stored() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    assert_eq!(row(insert_into(table).checked(&agent(10, GLOBEX))), 0);
    let rows = vec![agent(10, ACME), agent(11, ACME), agent(12, GLOBEX), agent(13, GLOBEX)];
    assert_eq!(row(insert_into(table).checked(&rows)), 2);
    assert_eq!(row(insert_into(table).checked(rows.as_slice())), 2);
    assert_eq!(row(Agent::insert_checked(&globex(), &rows[..])), 0);
    assert_eq!(row(rows.check_tenant(&acme())), 2);
    assert_eq!(contents::agents(connection).await, AGENTS);
}
