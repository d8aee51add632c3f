//! One table for each type of tenant id: written once, declared by each backend for the columns that it has.

/// A module with a table `notes` whose tenant column is of Diesel's `$sql_type` and the database's `$column`, and the
/// test that two tenants with the same keys do not meet in it.
///
/// `RunQueryDsl`, `connect` and `run` are those of the module that calls it.
macro_rules! case {
    ($name:ident, $sql_type:ident, $column:literal, $id:ty: [$one:expr, $other:expr]) => {
        mod $name {
            use diesel::prelude::*;
            use tenancy_diesel::{delete, insert_into, testing, update};

            use super::RunQueryDsl;
            #[allow(unused_imports, reason = "some ids are of the prelude's types")]
            use super::*;

            tenancy_diesel::table! {
                notes (tenant_id, id) {
                    id -> Integer,
                    tenant_id -> $sql_type,
                    words -> Text,
                }
            }

            #[tokio::test]
            async fn tenants_do_not_meet() {
                let Some(connection) = &mut connect().await else { return };
                let table = concat!(
                    "CREATE TABLE notes (id INTEGER NOT NULL, words VARCHAR(60) NOT NULL, tenant_id ",
                    $column,
                    " NOT NULL, PRIMARY KEY (tenant_id, id))",
                );
                run(connection, table).await.unwrap();
                let (one, other) = (testing::scope($one), testing::scope($other));
                for (scope, words) in [(&one, "one"), (&other, "other")] {
                    let rows = [1, 2].map(|id| (notes::id.eq(id), notes::words.eq(words)));
                    let statement = insert_into(notes::table.scoped(scope)).values(&rows);
                    assert_eq!(statement.execute(connection).await.unwrap(), 2);
                }
                let statement = update(notes::table.scoped(&one)).find(1).set(notes::words.eq("new"));
                assert_eq!(statement.execute(connection).await.unwrap(), 1);
                let statement = delete(notes::table.scoped(&other)).filter(notes::id.eq(2));
                assert_eq!(statement.execute(connection).await.unwrap(), 1);
                for (scope, expected) in [(&one, vec!["new", "one"]), (&other, vec!["other"])] {
                    let query = notes::table.scoped(scope).or_filter(notes::id.ge(0)).order(notes::id);
                    assert_eq!(
                        query.clone().select(notes::words).load::<String>(connection).await.unwrap(),
                        expected
                    );
                    // The column is read as the type that the scope has.
                    let mut tenants: Vec<$id> =
                        query.select(notes::tenant_id).load(connection).await.unwrap();
                    tenants.dedup();
                    assert_eq!(tenants, std::slice::from_ref(scope.tenant()));
                }
            }
        }
    };
}

pub(crate) use case;
