//! Rows and size.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use tenancy_operate::activity::{Stock, rows};
use tenancy_pool::placement::CatalogMigration;

use crate::database::declared;
use crate::load::{database, session};

fn of<'a>(stock: &'a Stock, tenant: &str) -> (u64, u64) {
    let found: &'a _ = stock.tenants.iter().find(|stock| stock.tenant == tenant).unwrap();
    (found.rows, found.bytes)
}

#[tokio::test]
async fn rows_are_counted_by_their_tenant_and_size_is_shared_out() {
    let database = database("top_stock");
    let mut superuser = database.superuser();
    // Tenant 1 has 3,000 boards more, tenant 2 a thousand notes of its board.
    superuser
        .batch_execute(
            "INSERT INTO boards SELECT n, 1, repeat('x', 100) FROM generate_series(100, 3099) AS n;
             INSERT INTO notes SELECT n, 2, 'note' FROM generate_series(100, 1099) AS n;
             CREATE SCHEMA of_nine; CREATE TABLE of_nine.boards (LIKE boards); CREATE TABLE of_nine.notes (LIKE notes);
             CREATE TABLE of_nine.presets (LIKE presets); INSERT INTO of_nine.boards VALUES (1, 9, 'own'), (2, 9, 'own')",
        )
        .unwrap();
    superuser.batch_execute(&CatalogMigration::new().up()).unwrap();
    superuser
        .batch_execute("INSERT INTO tenancy.tenant_placements (tenant, status, kind, schema_name) VALUES ('9', 'active', 'schema', 'of_nine')")
        .unwrap();
    let session = session(&database).await;
    let stock = rows(&session, &declared(), Duration::from_secs(30)).await.unwrap();
    // Boards, notes and presets of each; the preset of everybody is nobody's.
    assert_eq!(of(&stock, "1").0, 3_001 + 1);
    assert_eq!(of(&stock, "2").0, 1 + 1_001 + 1);
    assert_eq!((of(&stock, "3").0, of(&stock, "4").0, of(&stock, "9").0), (1, 1, 2));
    assert_eq!((stock.tenants[0].tenant.as_str(), stock.not_counted.as_slice()), ("1", [].as_slice()));
    let size = |table: &str| format!("SELECT pg_total_relation_size('{table}')::float8 AS size");
    let size = |table: &str| {
        use diesel::RunQueryDsl as _;
        let found: Size = diesel::sql_query(size(table)).get_result(&mut database.superuser()).unwrap();
        found.size
    };
    // Nearly all boards are tenant 1's; a schema's tables are its own to the byte.
    let share = of(&stock, "1").1 as f64 / size("boards");
    assert!((0.99..1.1).contains(&share), "{share}");
    let own =
        ["boards", "notes", "presets"].map(|table| size(&format!("of_nine.{table}"))).iter().sum::<f64>();
    // Tables without a row have nobody's size.
    assert!(of(&stock, "9").1 as f64 <= own && of(&stock, "9").1 > 0, "{stock:?}");
    // A table that takes too long is left out, and said to be.
    superuser.batch_execute("BEGIN; LOCK TABLE notes").unwrap();
    let stock = rows(&session, &declared(), Duration::from_millis(200)).await.unwrap();
    assert_eq!(of(&stock, "2").0, 2, "{stock:?}");
    assert!(
        stock.not_counted.iter().any(|left| left.table.contains("notes") && left.because.contains("longer")),
        "{stock:?}"
    );
}

#[derive(diesel::QueryableByName)]
struct Size {
    #[diesel(sql_type = diesel::sql_types::Double)]
    size: f64,
}
