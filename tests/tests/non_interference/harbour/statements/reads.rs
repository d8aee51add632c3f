//! Runs the reads.

use diesel::dsl::{count, count_star, exists, max, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::super::statements::rows;
use super::super::{Backend, Connection, RunQueryDsl};
use super::Scopes;
use crate::harbour::property::Read;
use crate::harbour::schema::{State, berths, r#match, sheets, stops, types, vessel_stops, vessels, voyages};
use crate::property::Answer;

pub(super) async fn run(read: Read, scopes: &Scopes, connection: &mut Connection) -> Answer {
    let (fleet, port) = (&scopes.fleet, &scopes.port);
    let (vessels, voyages, stops) =
        (vessels::table.scoped(fleet), voyages::table.scoped(fleet), stops::table.scoped(fleet));
    let (berths, types) = (berths::table.scoped(port), types::table.scoped(fleet));
    let of_vessel = voyages::vessel_id.eq(vessels::id);
    let of_voyage = stops::voyage_id.eq(voyages::id);
    match read {
        Read::Mothers => {
            let mothers = tenancy_diesel::alias!(vessels as mothers);
            let mother = vessels::mother_id.eq(mothers.field(vessels::id).nullable());
            let query = vessels.left_join(mothers.scoped(fleet).on(mother));
            let query = query.select((vessels::id, mothers.field(vessels::name).nullable()));
            rows(query.load::<(String, Option<String>)>(connection).await)
        }
        Read::Chain => {
            let query = vessels.inner_join(voyages.on(of_vessel)).left_join(stops.on(of_voyage));
            let query = query.select((vessels::id, voyages::state, stops::place.nullable()));
            rows(query.load::<(String, State, Option<i32>)>(connection).await)
        }
        Read::StopsOr => {
            let query = stops.filter(stops::place.eq(1)).or_filter(stops::note.is_null());
            rows(query.load::<(String, i32, Option<String>)>(connection).await)
        }
        Read::StopsRaw => {
            let query = stops.filter(sql::<Bool>("1=1 OR 1=1")).or_filter(sql::<Bool>("true) OR (true"));
            rows(query.load::<(String, i32, Option<String>)>(connection).await)
        }
        Read::StopsBoxed => {
            let query = stops.into_boxed::<Backend>().filter(stops::place.gt(5));
            let query = query.or_filter(stops::note.is_null()).or_filter(stops::place.ge(0));
            rows(
                query
                    .order(stops::place.desc())
                    .limit(9)
                    .load::<(String, i32, Option<String>)>(connection)
                    .await,
            )
        }
        Read::StopsOnEachVoyage => {
            let query = stops.select((stops::place, count_star().partition_by(stops::voyage_id)));
            rows(query.load::<(i32, i64)>(connection).await)
        }
        Read::PlacesCounted => {
            rows(stops.select(count(stops::place).aggregate_distinct()).load::<i64>(connection).await)
        }
        Read::VesselsThatStop => {
            let voyage_stops = exists(stops.filter(of_voyage));
            let query = vessels.filter(exists(voyages.filter(of_vessel).filter(voyage_stops)));
            rows(query.select(vessels::id).load::<String>(connection).await)
        }
        Read::VesselsWithoutVoyages => {
            let query = vessels.filter(vessels::id.ne_all(voyages.select(voyages::vessel_id)));
            rows(query.select(vessels::id).load::<String>(connection).await)
        }
        Read::VesselsAndTheirs => {
            let query = vessels.select(vessels::id).union_all(voyages.select(voyages::vessel_id));
            rows(query.load::<String>(connection).await)
        }
        Read::VoyagesByTheirStops => {
            let last = stops.filter(of_voyage).select(max(stops::place)).single_value();
            let query = voyages.order((last, voyages::id.desc())).limit(2).select(voyages::id);
            rows(query.load::<String>(connection).await)
        }
        Read::StatesCounted => {
            let query = voyages.group_by(voyages::state).having(count_star().ge(1));
            rows(query.select((voyages::state, count_star())).load::<(State, i64)>(connection).await)
        }
        Read::Papers => {
            let query = vessels.filter(vessels::retired_at.is_null()).select((vessels::id, vessels::papers));
            rows(query.load::<(String, serde_json::Value)>(connection).await)
        }
        Read::VoyagesWithBerths => {
            let query = voyages.left_join(berths.on(berths::id.eq(voyages::berth_id)));
            let query = query.select((voyages::id, berths::name.nullable()));
            rows(query.load::<(String, Option<String>)>(connection).await)
        }
        Read::VoyagesOfBerths => {
            let moored = voyages.filter(voyages::state.eq(State::Moored)).select(voyages::berth_id);
            rows(berths.filter(berths::id.eq_any(moored)).load::<(i32, i32, String)>(connection).await)
        }
        Read::Types => rows(types.load::<(i32, Option<String>, String)>(connection).await),
        Read::TypesOrShared => {
            rows(types.or_shared().load::<(i32, Option<String>, String)>(connection).await)
        }
        Read::TypesOverShared => {
            let query = types.over_shared(types::name);
            rows(query.load::<(i32, Option<String>, String)>(connection).await)
        }
        Read::Matches => {
            let query = r#match::table.scoped(fleet).filter(r#match::r#type.ne("x"));
            rows(query.load::<(i32, String, String)>(connection).await)
        }
        Read::View => {
            let query = vessel_stops::table.scoped(fleet).filter(vessel_stops::stops.gt(0));
            rows(query.load::<(String, String, i64)>(connection).await)
        }
        Read::VesselsBesideTheView => {
            let counted = vessel_stops::table.scoped(fleet).on(vessel_stops::vessel_id.eq(vessels::id));
            let query = vessels.left_join(counted);
            let query = query.select((vessels::name, vessel_stops::stops.nullable()));
            rows(query.load::<(String, Option<i64>)>(connection).await)
        }
        Read::Sheets => {
            let query = sheets::table.scoped(fleet).filter(sheets::c30.eq(7).or(sheets::c01.is_not_null()));
            rows(
                query
                    .select((sheets::id, sheets::c01, sheets::c30))
                    .load::<(i32, Option<i32>, Option<i32>)>(connection)
                    .await,
            )
        }
    }
}
