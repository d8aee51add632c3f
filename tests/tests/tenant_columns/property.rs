//! The property, for each column of each database.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tenancy_pool::BuildError;

use crate::databases::{Column, Met, mariadb, notes, postgres, sqlite};
use crate::ids::pair;

/// Columns that tell apart what Rust does, once what has white space around it is refused.
const POSTGRES: [&str; 5] = ["text", "varchar(64)", "varchar(8)", "char(8)", "text COLLATE \"C\""];
const MARIADB: [&str; 7] = [
    "varchar(64) COLLATE utf8mb4_bin",
    "varchar(64) COLLATE utf8mb4_nopad_bin",
    "varchar(8) COLLATE utf8mb4_nopad_bin",
    "char(16) COLLATE utf8mb4_bin",
    "varbinary(64)",
    "varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin",
    "varchar(64) CHARACTER SET latin1 COLLATE latin1_bin",
];
const SQLITE: [&str; 5] = ["text", "varchar(8)", "text COLLATE RTRIM", "char(8) COLLATE BINARY", "blob"];

/// Columns that take two ids for one.
const COARSE_POSTGRES: [&str; 3] = ["citext", "text COLLATE coarse", "varchar(64) COLLATE coarse"];
const COARSE_MARIADB: [&str; 6] = [
    "bigint",
    "varchar(64) COLLATE utf8mb4_general_ci",
    "varchar(64) COLLATE utf8mb4_unicode_ci",
    "varchar(64) COLLATE utf8mb4_unicode_nopad_ci",
    "varchar(64) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
    "char(36) COLLATE utf8mb4_general_ci",
];
const COARSE_SQLITE: [&str; 4] = ["integer", "numeric", "text COLLATE NOCASE", "varchar(8) COLLATE NOCASE"];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn kept_apart(runtime: &tokio::runtime::Runtime, shown: &str, column: &impl Column) {
    let config = ProptestConfig {
        cases: 150,
        failure_persistence: None,
        max_shrink_iters: 50,
        ..ProptestConfig::default()
    };
    let answered = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(&pair(), |(one, other)| {
        match runtime.block_on(column.meet(&one, &other)) {
            Met::KeptApart => answered.set(answered.get() + 1),
            Met::Refused => {}
            Met::Reached(how) => {
                return Err(TestCaseError::fail(format!("{other:?} has {how} the row of {one:?}")));
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{shown}: {error}");
    }
    // The ids are not all refused.
    assert!(answered.get() > 10, "{shown}: {} pairs were stored", answered.get());
}

fn refused<Pool>(shown: &str, built: Result<Pool, BuildError>) {
    match built.err().unwrap_or_else(|| panic!("{shown} is taken for fine")) {
        BuildError::CoarseColumns(columns) => assert_eq!(columns[0].column, "notes.tenant_id", "{shown}"),
        other => panic!("{shown}: {other}"),
    }
}

#[test]
fn postgres_keeps_tenants_apart() {
    let runtime = runtime();
    for column in POSTGRES {
        kept_apart(&runtime, column, &runtime.block_on(postgres::<notes::table>(column)).unwrap());
    }
}

#[test]
fn mariadb_keeps_tenants_apart() {
    let runtime = runtime();
    for column in MARIADB {
        let Some(built) = runtime.block_on(mariadb::<notes::table>(column)) else { return };
        kept_apart(&runtime, column, &built.unwrap());
    }
}

#[test]
fn sqlite_keeps_tenants_apart() {
    let runtime = runtime();
    for column in SQLITE {
        kept_apart(&runtime, column, &runtime.block_on(sqlite::<notes::table>(column)).unwrap());
    }
}

#[test]
fn a_column_that_takes_two_tenants_for_one_is_not_served_from() {
    let runtime = runtime();
    for column in COARSE_POSTGRES {
        refused(column, runtime.block_on(postgres::<notes::table>(column)));
    }
    for column in COARSE_SQLITE {
        refused(column, runtime.block_on(sqlite::<notes::table>(column)));
    }
    for column in COARSE_MARIADB {
        let Some(built) = runtime.block_on(mariadb::<notes::table>(column)) else { return };
        refused(column, built);
    }
}
