//! Ids of several types, told to the database's setting and read back by its policies.

/// A module with a table `notes` whose tenants are of one type, and the test that they do not meet in it, statement by
/// statement and in raw SQL.
macro_rules! case {
    ($name:ident, $sql_type:ident, $column:literal, $id:ty: [$($tenant:expr),+ $(,)?]) => {
        mod $name {
            use diesel::prelude::*;
            use tenancy_diesel::{insert_into, testing};
            use tenancy_pool::RunQueryDsl;
            #[allow(unused_imports, reason = "some ids are of the prelude's types")]
            use tenancy_diesel::TenantId;

            use super::super::walled::{Database, Line};

            tenancy_diesel::table! {
                notes (tenant_id, id) {
                    id -> Integer,
                    tenant_id -> $sql_type,
                    words -> Text,
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn tenants_do_not_meet() {
                let table = concat!(
                    "CREATE TABLE notes (id INTEGER NOT NULL, words TEXT NOT NULL, tenant_id ",
                    $column,
                    " NOT NULL, PRIMARY KEY (tenant_id, id))",
                );
                let database = Database::with(table, |tables| tables.table::<notes::table>()).await;
                let tenants = database.tenants(1).await;
                let ids: Vec<$id> = vec![$($tenant),+];
                let scopes: Vec<_> = ids.into_iter().map(testing::scope).collect();
                for (number, scope) in scopes.iter().enumerate() {
                    let row = (notes::id.eq(1), notes::words.eq(format!("of {number}")));
                    let written = insert_into(notes::table.scoped(scope)).values(row);
                    assert_eq!(tenants.execute(scope, written).await.unwrap(), 1);
                }
                for (number, scope) in scopes.iter().enumerate() {
                    let expected = format!("of {number}");
                    let words: Vec<String> =
                        tenants.load(scope, notes::table.scoped(scope).select(notes::words)).await.unwrap();
                    assert_eq!(words, std::slice::from_ref(&expected));
                    let mut tx = tenants.begin(scope).await.unwrap();
                    let raw = tx.raw("a test", "SELECT words AS line FROM notes").unwrap();
                    let raw: Vec<Line> = raw.load().await.unwrap();
                    assert_eq!(raw.iter().map(|row| &*row.line).collect::<Vec<_>>(), [expected]);
                    let count: i64 = notes::table.scoped(scope).count().get_result(&mut tx).await.unwrap();
                    assert_eq!(count, 1);
                }
            }
        }
    };
}

case!(uuids, Uuid, "UUID", TenantId: [TenantId::new(), TenantId::new()]);
case!(integers, Integer, "INTEGER", i32: [1, -1, i32::MIN, i32::MAX]);
case!(big_integers, BigInt, "BIGINT", i64: [1, 0, i64::MIN, i64::MAX]);
case!(
    texts, Text, "TEXT", String: [
        "acme".into(),
        "ACME".into(),
        "it's".into(),
        "''".into(),
        r"back\slash".into(),
        r"\".into(),
        r"\'".into(),
        "\"quoted\"".into(),
        "'; SET tenancy.tenant = 'acme'; --".into(),
        r"\'; SET tenancy.tenant = 'acme'; --".into(),
        "$$ $1 %s".into(),
        "line\nbreak".into(),
        "größe 🦀 \u{202e}".into(),
        "x".repeat(255),
    ]
);

mod refused {
    use tenancy_diesel::testing;
    use tenancy_pool::PoolError;

    use super::super::walled::Database;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_no_setting_can_hold() {
        let database = Database::new().await;
        let tenants = database.tenants(1).await;
        let long = "x".repeat(256);
        let refusals = [
            ("", "empty"),
            ("\0", "NUL"),
            ("acme\0x", "NUL"),
            // Databases that pad would take them for others.
            ("acme ", "white space"),
            ("\tacme", "white space"),
            (&*long, "256 bytes"),
        ];
        for (id, reason) in refusals {
            let refused = tenants.begin(&testing::scope(id.to_owned())).await.map(drop).unwrap_err();
            assert!(matches!(&refused, PoolError::InvalidTenant(_)));
            assert!(refused.to_string().contains(reason), "{refused}");
        }
    }
}
