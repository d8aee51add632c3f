//! The names by which a database knows a table's integer key once more, whatever its columns are called.

/// A module with a table whose tenant column is its key, and in whose declaration column `other` goes by `$name`. It says
/// that the key is another one, so the macro cannot know.
macro_rules! table {
    ($name:literal) => {
        use diesel::prelude::*;
        use tenancy_diesel::{insert_into, update};
        use tenancy_tests::fixture::{acme, globex};

        use super::{RunQueryDsl, connect, run};

        tenancy_diesel::table! {
            settings (theme) {
                tenant_id -> Integer,
                #[sql_name = $name]
                other -> Integer,
                theme -> VarChar,
            }
        }
    };
}

/// `$name` is the key once more.
macro_rules! case {
    ($module:ident, $name:literal) => {
        mod $module {
            use diesel::result::Error;
            use tenancy_diesel::{DeclaredTable, SecondName};

            crate::second_names::table!($name);

            fn is_refused<Done>(done: QueryResult<Done>) -> bool {
                let Err(Error::QueryBuilderError(reason)) = done else { return false };
                reason.downcast_ref::<SecondName>().is_some_and(|reason| {
                    (reason.table, reason.column, reason.tenant_column) == ("settings", $name, "tenant_id")
                })
            }

            #[tokio::test]
            async fn no_row_moves_by_it_and_the_rest_is_written() {
                let Some(connection) = &mut connect().await else { return };
                let table = "CREATE TABLE settings (tenant_id INTEGER NOT NULL PRIMARY KEY, theme VARCHAR(20) NOT NULL)";
                run(connection, table).await.unwrap();
                let (mine, theirs) = (settings::table.scoped(&acme()), settings::table.scoped(&globex()));
                insert_into(mine).values(settings::theme.eq("mine")).execute(connection).await.unwrap();
                assert_eq!(<settings::table as DeclaredTable>::COLUMNS[1], $name);

                let moved = update(mine).set(settings::other.eq(2)).execute(connection).await;
                assert!(is_refused(moved), "an update");
                let set = (settings::theme.eq("new"), settings::other.eq(settings::tenant_id + 1));
                assert!(is_refused(update(mine).set(set).execute(connection).await), "among others");
                let row = (settings::theme.eq("planted"), settings::other.eq(2));
                assert!(is_refused(insert_into(mine).values(row).execute(connection).await), "an insert");
                let rows = vec![(settings::theme.eq("planted"), settings::other.eq(2))];
                assert!(is_refused(insert_into(mine).values(rows).execute(connection).await), "a batch");
                let query = mine.select((settings::theme, settings::tenant_id + 1));
                let copied = insert_into(mine).from_select(query, (settings::theme, settings::other));
                assert!(is_refused(copied.execute(connection).await), "a copy");

                let changed = update(mine).set(settings::theme.eq("dark")).execute(connection).await;
                assert_eq!(changed.unwrap(), 1);
                for (source, expected) in [(mine, vec!["dark".to_owned()]), (theirs, vec![])] {
                    let themes: Vec<String> =
                        source.select(settings::theme).load(connection).await.unwrap();
                    assert_eq!(themes, expected);
                }
            }
        }
    };
}

/// `$name` is a column like any other.
macro_rules! no_case {
    ($module:ident, $name:literal, $quote:literal) => {
        mod $module {
            crate::second_names::table!($name);

            #[tokio::test]
            async fn it_is_written_as_any_column() {
                let Some(connection) = &mut connect().await else { return };
                let table = concat!(
                    "CREATE TABLE settings (tenant_id INTEGER NOT NULL PRIMARY KEY, ",
                    $quote,
                    $name,
                    $quote,
                    " INTEGER NOT NULL, theme VARCHAR(20) NOT NULL)"
                );
                run(connection, table).await.unwrap();
                let (mine, theirs) = (settings::table.scoped(&acme()), settings::table.scoped(&globex()));
                let row = (settings::theme.eq("mine"), settings::other.eq(1));
                assert_eq!(insert_into(mine).values(row).execute(connection).await.unwrap(), 1);
                let changed = update(mine).set(settings::other.eq(2)).execute(connection).await;
                assert_eq!(changed.unwrap(), 1);
                let found: Vec<i32> = mine.select(settings::other).load(connection).await.unwrap();
                assert_eq!(found, [2]);
                let found: Vec<i32> = theirs.select(settings::other).load(connection).await.unwrap();
                assert!(found.is_empty());
            }
        }
    };
}

pub(crate) use {case, no_case, table};
