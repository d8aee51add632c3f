#![allow(missing_docs)]
use diesel::prelude::*;
use tenancy_diesel::prelude::*;

tenancy_diesel::table! {
    #![tenant_global(plans)]
    agents (id) { id -> Integer, tenant_id -> Integer, manager_id -> Nullable<Integer>, name -> Text, }
    canvases (tenant_id, id) { id -> Integer, tenant_id -> Integer, agent_id -> Integer, title -> Text, score -> Integer, }
    plans (id) { id -> Integer, name -> Text, }
}
diesel::joinable!(canvases -> agents (agent_id));
diesel::joinable!(agents -> plans (manager_id));
diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);

#[derive(Queryable, Selectable, Identifiable, Debug, PartialEq)]
#[diesel(table_name = agents)]
struct Agent { id: i32, tenant_id: i32, name: String }
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = agents)]
struct NewAgent<'a> { id: i32, name: &'a str, manager_id: Option<i32> }

fn sql<T: diesel::query_builder::QueryFragment<diesel::sqlite::Sqlite>>(t: T) -> String {
    diesel::debug_query::<diesel::sqlite::Sqlite, _>(&t).to_string()
}

#[test]
fn shapes() {
    let s = &tenancy_diesel::testing::scope(7);
    let o = &tenancy_diesel::testing::scope(8);
    let mut c = SqliteConnection::establish(":memory:").unwrap();
    diesel::sql_query("create table agents(id int, tenant_id int, manager_id int, name text, unique(tenant_id, id))").execute(&mut c).unwrap();
    diesel::sql_query("create table canvases(id int, tenant_id int, agent_id int, title text, score int, primary key (tenant_id, id))").execute(&mut c).unwrap();
    diesel::sql_query("create table plans(id int, name text)").execute(&mut c).unwrap();
    use tenancy_diesel::{insert_into, update, delete};
    insert_into(agents::table.scoped(s)).values(&NewAgent { id: 1, name: "a", manager_id: None }).execute(&mut c).unwrap();
    insert_into(agents::table.scoped(s)).values(vec![NewAgent { id: 2, name: "b", manager_id: Some(1) }, NewAgent { id: 3, name: "c", manager_id: Some(1) }]).execute(&mut c).unwrap();
    insert_into(agents::table.scoped(o)).values((agents::id.eq(4), agents::name.eq("d"))).execute(&mut c).unwrap();
    let v: Vec<Agent> = agents::table.scoped(s).select(Agent::as_select()).load(&mut c).unwrap();
    println!("{v:?}");
    assert_eq!(v.len(), 3);
    let q = agents::table.scoped(s).left_join(canvases::table.scoped(s)).filter(agents::id.eq(1)).select((agents::name, canvases::title.nullable()));
    println!("{}", sql(&q));
    println!("{:?}", q.load::<(String, Option<String>)>(&mut c).unwrap());
    let q = agents::table.scoped(s).inner_join(plans::table).inner_join(canvases::table.scoped(s)).select((agents::name, plans::name, canvases::title));
    println!("{}", sql(&q));
    println!("{:?}", q.load::<(String, String, String)>(&mut c).unwrap());
    let q = plans::table.inner_join(agents::table.scoped(s).inner_join(canvases::table.scoped(s))).select((agents::name, plans::name, canvases::title));
    println!("{:?}", q.load::<(String, String, String)>(&mut c).unwrap());
    let q = canvases::table.scoped(s).inner_join(agents::table.scoped(s).inner_join(plans::table)).select((agents::name, plans::name, canvases::title));
    println!("{}", sql(&q));
    println!("{:?}", q.load::<(String, String, String)>(&mut c).unwrap());
    let m = tenancy_diesel::alias!(agents as managers);
    let q = agents::table.scoped(s).inner_join(m.scoped(s).on(agents::manager_id.eq(m.field(agents::id).nullable()))).filter(m.field(agents::name).eq("a")).select((agents::name, m.field(agents::name)));
    println!("{}", sql(&q));
    println!("{:?}", q.load::<(String, String)>(&mut c).unwrap());
    let q = agents::table.scoped(s).left_join(m.scoped(s).on(agents::manager_id.eq(m.field(agents::id).nullable()))).left_join(canvases::table.scoped(s)).left_join(plans::table).select((agents::name, m.field(agents::name).nullable()));
    println!("{:?}", q.load::<(String, Option<String>)>(&mut c).unwrap());
    let q = agents::table.scoped(s).filter(agents::id.eq_any(canvases::table.scoped(s).select(canvases::agent_id)));
    println!("{}", sql(&q));
    let q = agents::table.scoped(s).filter(diesel::dsl::exists(canvases::table.scoped(s).filter(canvases::agent_id.eq(agents::id)))).count();
    println!("{}", sql(&q));
    let u = update(agents::table.scoped(s)).find(1).set(agents::name.eq("z"));
    println!("{}", sql(&u));
    assert_eq!(u.execute(&mut c).unwrap(), 1);
    assert_eq!(update(agents::table.scoped(o)).find(1).set(agents::name.eq("z")).execute(&mut c).unwrap(), 0);
    let v: Agent = update(agents::table.scoped(s)).find(1).set(agents::name.eq("y")).returning(Agent::as_returning()).get_result(&mut c).unwrap();
    println!("{v:?}");
    let i = insert_into(agents::table.scoped(s)).values(&NewAgent { id: 1, name: "up", manager_id: None }).on_conflict(agents::id).do_update().set(agents::name.eq(diesel::upsert::excluded(agents::name)));
    println!("{}", sql(&i));
    i.execute(&mut c).unwrap();
    let i = insert_into(canvases::table.scoped(s)).from_select(agents::table.scoped(s).select((agents::id, agents::id, agents::name, agents::id)), (canvases::id, canvases::agent_id, canvases::title, canvases::score)).on_conflict_do_nothing();
    println!("{}", sql(&i));
    assert_eq!(i.execute(&mut c).unwrap(), 3);
    println!("{:?}", canvases::table.scoped(s).find(1).select(canvases::title).first::<String>(&mut c));
    println!("{:?}", canvases::table.scoped(s).group_by(canvases::title).select((canvases::title, diesel::dsl::count_star())).load::<(String, i64)>(&mut c));
    println!("{:?}", canvases::table.scoped(s).select(canvases::id).union(agents::table.scoped(s).select(agents::id)).load::<i32>(&mut c));
    println!("{:?}", agents::table.scoped(s).select(agents::name).into_boxed().filter(agents::id.gt(1)).or_filter(agents::id.lt(9)).load::<String>(&mut c));
    println!("{}", delete(agents::table.scoped(s)).filter(agents::id.gt(1)).execute(&mut c).unwrap());
    let b: agents::BoxedQuery<'_, diesel::sqlite::Sqlite, agents::SqlType, i32> = agents::table.scoped(s).into_boxed();
    println!("{:?}", b.count().get_result::<i64>(&mut c));
    let x = tenancy_diesel::testing::cross_tenant("metrics");
    println!("{:?}", agents::table.across_tenants(&x).count().get_result::<i64>(&mut c));
    insert_into(agents::table.write_across_tenants(&x).of(9)).values((agents::id.eq(9), agents::name.eq("d"))).execute(&mut c).unwrap();
    println!("{:?}", delete(agents::table.write_across_tenants(&x)).execute(&mut c));
}
