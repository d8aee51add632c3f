//! Runs the writes.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{delete, insert_into, update};

use super::super::statements::{count, rows};
use super::super::{Connection, RunQueryDsl};
use super::Scopes;
use crate::harbour::property::{OWN, Write, id};
use crate::harbour::schema::{State, berths, r#match, sheets, stops, types, vessels, voyages};
use crate::property::Answer;

/// Somebody else.
const OTHER: i32 = 1;

macro_rules! run {
    ($statement:expr, $connection:expr) => {
        count($statement.execute($connection).await)
    };
}

#[derive(Insertable)]
#[diesel(table_name = vessels)]
struct NewVessel {
    id: String,
    name: &'static str,
    number: i32,
    papers: serde_json::Value,
}

#[derive(Insertable)]
#[diesel(table_name = voyages)]
struct NewVoyage {
    id: String,
    vessel_id: String,
    berth_id: i32,
    state: State,
}

fn vessel(key: i32, number: i32) -> NewVessel {
    NewVessel { id: id(OWN, key), name: "new", number, papers: serde_json::json!([key]) }
}

fn voyage(key: i32, whose: i32) -> NewVoyage {
    NewVoyage { id: id(OWN, key), vessel_id: id(whose, 1), berth_id: 21, state: State::Due }
}

pub(super) async fn run(write: Write, scopes: &Scopes, connection: &mut Connection) -> Answer {
    let (fleet, port) = (&scopes.fleet, &scopes.port);
    let (vessels, voyages, stops) =
        (vessels::table.scoped(fleet), voyages::table.scoped(fleet), stops::table.scoped(fleet));
    let (types, matches) = (types::table.scoped(fleet), r#match::table.scoped(fleet));
    let of_vessel = voyages::vessel_id.eq(vessels::id);
    match write {
        Write::InsertVessel => run!(insert_into(vessels).values(vessel(5, 9)), connection),
        Write::UpsertVessel => {
            let insert = insert_into(vessels).values(vessel(1, 9)).on_conflict(vessels::id);
            run!(insert.do_update().set(vessels::name.eq(excluded(vessels::name))), connection)
        }
        Write::UpsertByNumber => {
            let insert = insert_into(vessels).values(vessel(6, 1)).on_conflict(vessels::number);
            let insert = insert.filter_target(vessels::retired_at.is_null()).do_update();
            run!(insert.set(vessels::name.eq(excluded(vessels::name))), connection)
        }
        Write::MotherOfTheirs => {
            let update = update(vessels).filter(vessels::name.eq("sun"));
            run!(update.set(vessels::mother_id.eq(id(OTHER, 1))), connection)
        }
        Write::PapersOfThoseThatStop => {
            let update = update(vessels).filter(exists(voyages.filter(of_vessel)));
            run!(update.set(vessels::papers.eq(serde_json::json!({ "seen": true }))), connection)
        }
        Write::InsertVoyage => run!(insert_into(voyages).values(voyage(9, OWN)), connection),
        Write::InsertVoyageOnTheirs => run!(insert_into(voyages).values(voyage(9, OTHER)), connection),
        Write::InsertVoyagesOnBoth => {
            run!(insert_into(voyages).values(vec![voyage(8, OWN), voyage(9, OTHER)]), connection)
        }
        Write::UpdateStates => {
            let update = update(voyages).filter(voyages::state.eq(State::Due));
            run!(update.set(voyages::state.eq(State::Gone)), connection)
        }
        Write::VoyagesOnAnother => {
            let update = update(voyages).filter(voyages::state.eq(State::Moored));
            run!(update.under(id(OWN, 2)), connection)
        }
        Write::VoyagesOnTheirs => {
            let update = update(voyages).filter(voyages::state.eq(State::Moored));
            run!(update.under(id(OTHER, 2)), connection)
        }
        Write::StopsOnAnother => {
            let update = update(stops).filter(stops::place.le(2));
            run!(update.set(stops::note.eq("moved")).under(id(OWN, 2)), connection)
        }
        Write::StopsOnTheirs => {
            run!(update(stops).filter(stops::place.le(2)).under(id(OTHER, 2)), connection)
        }
        Write::UpdateStopsOfTheMoored => {
            let moored = voyages.filter(voyages::state.eq(State::Moored)).select(voyages::id);
            let update = update(stops).filter(stops::voyage_id.eq_any(moored));
            run!(update.set(stops::note.eq("seen")), connection)
        }
        Write::DeleteStopsReturning => {
            let delete = delete(stops).filter(stops::place.ge(0));
            rows(delete.returning((stops::voyage_id, stops::place)).load::<(String, i32)>(connection).await)
        }
        Write::DeleteVesselsThatStop => {
            let stopping = exists(stops.filter(stops::voyage_id.eq(voyages::id)));
            run!(delete(vessels).filter(exists(voyages.filter(of_vessel).filter(stopping))), connection)
        }
        Write::UpdateBerths => {
            let taken = voyages.select(voyages::berth_id);
            let update = update(berths::table.scoped(port)).filter(berths::id.eq_any(taken));
            run!(update.set(berths::name.eq("taken")), connection)
        }
        Write::InsertType => {
            run!(insert_into(types).values((types::id.eq(25), types::name.eq("new"))), connection)
        }
        Write::UpdateTypes => run!(update(types).set(types::name.eq("new")), connection),
        Write::DeleteTypes => run!(delete(types).filter(types::name.ne("x")), connection),
        Write::MatchesFromTypes => {
            let named = types.select((types::id + 2, types::name));
            run!(insert_into(matches).from_select(named, (r#match::id, r#match::r#type)), connection)
        }
        Write::UpsertMatch => {
            let insert = insert_into(matches).values((r#match::id.eq(21), r#match::r#type.eq("new")));
            let insert = insert.on_conflict(r#match::id).do_update();
            run!(insert.set(r#match::r#type.eq(excluded(r#match::r#type))), connection)
        }
        Write::DeleteMatchesOr => {
            let either = r#match::r#type.eq("sun").or(r#match::id.ge(0));
            run!(delete(matches).filter(either), connection)
        }
        Write::UpsertSheet => {
            let row = (sheets::id.eq(21), sheets::c01.eq(40), sheets::c30.eq(50));
            let insert = insert_into(sheets::table.scoped(fleet)).values(row).on_conflict(sheets::id);
            let set = (sheets::c01.eq(excluded(sheets::c01)), sheets::c30.eq(excluded(sheets::c30)));
            run!(insert.do_update().set(set), connection)
        }
    }
}
