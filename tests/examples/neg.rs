#![allow(warnings)]
use diesel::prelude::*;
use tenancy_tests::schema::*;
#[derive(Queryable, Selectable, Identifiable, AsChangeset, Insertable, Clone)]
#[diesel(table_name = agents)]
struct Agent { id: i32, name: String }

fn a0(c: &mut SqliteConnection) -> QueryResult<Vec<Agent>> { let v: Vec<Agent> = agents::table.load(c)?; let w: Vec<Agent> = agents::table.load::<Agent>(c)?; Ok(v) }
fn a(c: &mut SqliteConnection) { let _ = agents::table.load::<(i32, String)>(c).unwrap(); }
fn a2(c: &mut SqliteConnection) -> QueryResult<Vec<Agent>> { agents::table.filter(agents::id.eq(1)).select(Agent::as_select()).load(c) }
fn a3(c: &mut SqliteConnection) -> QueryResult<Vec<Agent>> { let v: Vec<Agent> = agents::table.select(Agent::as_select()).order(agents::id).limit(1).load(c)?; Ok(v) }
fn b(c: &mut SqliteConnection) { let n: i64 = agents::table.count().get_result(c).unwrap(); }
fn d(c: &mut SqliteConnection) { let _ = agents::table.find(1).first::<Agent>(c).optional(); }
fn e(c: &mut SqliteConnection) { let q = agents::table.into_boxed::<diesel::sqlite::Sqlite>(); let _: Vec<Agent> = q.load(c).unwrap(); }
fn f(c: &mut SqliteConnection) { let _ = plans::table.filter(diesel::dsl::exists(agents::table.filter(agents::id.eq(plans::id)))).load::<(i32, String)>(c); }
fn f2(c: &mut SqliteConnection) { let _ = plans::table.filter(diesel::dsl::exists(agents::table)).load::<(i32, String)>(c); }
fn g(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { let _ = agents::table.scoped(s).inner_join(canvases::table).count().get_result::<i64>(c); }
fn h(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { let _ = agents::table.scoped(s).inner_join(canvases::table.on(canvases::agent_id.eq(agents::id))).count().get_result::<i64>(c); }
fn h2(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { let _ = plans::table.inner_join(agents::table).count().get_result::<i64>(c); }
fn i(c: &mut SqliteConnection) { diesel::insert_into(agents::table).values(agents::name.eq("x")).execute(c).unwrap(); }
fn j(c: &mut SqliteConnection) { diesel::update(agents::table).set(agents::name.eq("x")).execute(c).unwrap(); }
fn k(c: &mut SqliteConnection) { diesel::delete(agents::table).execute(c).unwrap(); }
fn k2(c: &mut SqliteConnection) { diesel::delete(agents::table.find(1)).execute(c).unwrap(); }
fn l(c: &mut SqliteConnection, a: Agent) { diesel::update(&a).set(agents::name.eq("x")).execute(c).unwrap(); }
fn l2(c: &mut SqliteConnection, a: Agent) { let _: Agent = a.save_changes(c).unwrap(); }
fn m(c: &mut SqliteConnection) { let a2 = diesel::alias!(agents as a2); let _ = a2.count().get_result::<i64>(c); }
fn n(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { let _ = agents::table.scoped(s).filter(agents::id.eq_any(canvases::table)).count().get_result::<i64>(c); }
fn o(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { let _ = agents::table.scoped(s).select(agents::id).union(canvases::table.select(canvases::id)).load::<i32>(c); }
fn p(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { tenancy_diesel::insert_into(agents::table.scoped(s)).values((agents::id.eq(1), agents::tenant_id.eq(9))).execute(c).unwrap(); }
fn q(c: &mut SqliteConnection, s: &tenancy_diesel::Scoped<i32>) { tenancy_diesel::update(agents::table.scoped(s)).set(agents::tenant_id.eq(9)).execute(c).unwrap(); }
fn r(c: &mut SqliteConnection) { let _ = diesel::QueryDsl::filter(agents::table, agents::id.eq(1)); }
fn r2(c: &mut SqliteConnection) { let _: Vec<Agent> = diesel::RunQueryDsl::load(agents::table, c).unwrap(); }
fn r3(c: &mut SqliteConnection) { let _ = diesel::QueryDsl::into_boxed::<diesel::sqlite::Sqlite>(agents::table); }
fn r4(c: &mut SqliteConnection) { let _ = diesel::QueryDsl::distinct(agents::table); }
fn r5(c: &mut SqliteConnection) { let _ = diesel::QueryDsl::inner_join(agents::table, canvases::table); }
fn t(c: &mut SqliteConnection, s: tenancy_diesel::Claimed<i32>) { let _ = agents::table.scoped(&s).count().get_result::<i64>(c); }
fn t2(c: &mut SqliteConnection, s: Option<tenancy_diesel::Scoped<i32>>) { let _ = agents::table.scoped(s.as_ref()).count().get_result::<i64>(c); }
fn t3(c: &mut SqliteConnection, s: tenancy_diesel::Scoped<String>) { let _ = agents::table.scoped(&s).count().get_result::<i64>(c); }
fn all<T: Table>(t: T, c: &mut SqliteConnection) -> QueryResult<i64> where T: diesel::query_dsl::methods::SelectDsl<diesel::dsl::CountStar>, diesel::dsl::Select<T, diesel::dsl::CountStar>: diesel::query_dsl::methods::LoadQuery<'static, SqliteConnection, i64> { t.count().get_result(c) }
fn u(c: &mut SqliteConnection) { all(agents::table, c); }
fn main() {}
