//! Several fields of an alias at once, models of it, and aliases that modules share.

use diesel::prelude::*;
use tenancy_diesel::{AliasField, Scoped, ScopedAlias, Within};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, plans};

use super::{RunQueryDsl, connect};

tenancy_diesel::alias! {
    /// Those who lead.
    pub(super) const MANAGERS: Alias<Managers> = agents as managers;
    pub(super) const DIRECTORS: Alias<Directors> = agents as directors;
    pub(super) const OFFERS: Alias<Offers> = plans as offers;
}

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = agents)]
struct Agent {
    id: i32,
    tenant_id: i32,
    name: String,
}

/// A model in a model.
#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = agents)]
struct Employee {
    manager_id: Option<i32>,
    #[diesel(embed)]
    agent: Agent,
}

fn agent(id: i32, tenant_id: i32, name: &str) -> Agent {
    Agent { id, tenant_id, name: name.into() }
}

fn managers(scope: &Scoped<i32>) -> ScopedAlias<Managers, Within<i32>> {
    MANAGERS.scoped(scope)
}

fn manager_id() -> AliasField<Managers, agents::id> {
    MANAGERS.field(agents::id)
}

#[tokio::test]
async fn a_model_is_selected_of_an_alias() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let query = agents::table
        .scoped(scope)
        .inner_join(managers(scope).on(agents::manager_id.eq(manager_id().nullable())))
        .select((Agent::as_select(), MANAGERS.fields(Agent::as_select())))
        .order(agents::id);
    let zoe = || agent(2, 2, "zoe");
    assert_eq!(
        query.load::<(Agent, Agent)>(connection).await.unwrap(),
        [(agent(1, 2, "ada"), zoe()), (agent(4, 2, "dan"), zoe())]
    );
    let query = managers(scope).select(MANAGERS.fields(Employee::as_select())).order(manager_id().desc());
    let first: Employee = query.first(connection).await.unwrap();
    assert_eq!(first, Employee { manager_id: Some(2), agent: agent(4, 2, "dan") });
}

#[tokio::test]
async fn a_model_of_an_alias_may_be_missing() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .left_join(managers(scope).on(agents::manager_id.eq(manager_id().nullable())))
        .select((agents::name, MANAGERS.fields(Option::<Agent>::as_select())))
        .order(agents::id);
    let ada = || Some(agent(1, 1, "ada"));
    assert_eq!(
        query.load::<(String, Option<Agent>)>(connection).await.unwrap(),
        [("ada".into(), None), ("bob".into(), ada()), ("cyd".into(), ada())]
    );
}

#[tokio::test]
async fn fields_come_in_the_order_of_the_tuple() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    // Of three aliases in one query, one of them global; and the tenant column is a field as any other.
    let query = managers(scope)
        .inner_join(
            DIRECTORS
                .scoped(scope)
                .on(MANAGERS.field(agents::manager_id).eq(DIRECTORS.field(agents::id).nullable())),
        )
        .inner_join(
            OFFERS.global().on(DIRECTORS.field(agents::plan_id).eq(OFFERS.field(plans::id).nullable())),
        )
        .select((
            MANAGERS.fields((agents::name, agents::tenant_id)),
            DIRECTORS.fields((agents::tenant_id, (agents::name, agents::id))),
            OFFERS.fields(plans::name),
        ))
        .order(MANAGERS.fields((agents::name, agents::id)));
    type Row = ((String, i32), (i32, (String, i32)), String);
    let ada = || (1, ("ada".to_owned(), 1));
    assert_eq!(
        query.load::<Row>(connection).await.unwrap(),
        [(("bob".into(), 1), ada(), "free".into()), (("cyd".into(), 1), ada(), "free".into())]
    );
}
