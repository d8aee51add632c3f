//! Groups by day: a function with a bound value in it.

use std::time::{Duration, SystemTime};

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use tenancy_tests::fixture::{acme, globex};

use super::{RunQueryDsl, connect, run};

tenancy_diesel::table! {
    visits (id) { id -> Integer, tenant_id -> Integer, at -> Timestamp, }
}
diesel::define_sql_function! { fn date_trunc(unit: Text, at: Timestamp) -> Timestamp; }

#[tokio::test]
async fn rows_are_counted_by_day() {
    let Some(connection) = &mut connect().await else { return };
    let visits = "
        CREATE TABLE visits (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, at TIMESTAMP NOT NULL);
        INSERT INTO visits VALUES (1, 1, '1970-01-01 08:00'), (2, 1, '1970-01-02 09:00'), (3, 1, '1970-01-02 10:00'),
            (4, 2, '1970-01-02 11:00');
    ";
    run(connection, visits).await.unwrap();
    let day = || date_trunc("day", visits::at);
    for (scope, expected) in [(acme(), vec![(0, 1), (1, 2)]), (globex(), vec![(1, 1)])] {
        let days =
            visits::table.scoped(&scope).group_by(day()).select((min(day()), count_star())).order(min(day()));
        let days: Vec<(Option<SystemTime>, i64)> = days.load(connection).await.unwrap();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(day, count)| (Some(SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400)), count))
            .collect();
        assert_eq!(days, expected);
    }
}
