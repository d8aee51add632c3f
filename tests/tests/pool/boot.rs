//! What a pool tries before it serves: the tables themselves, as the application's role.

use tenancy_pool::BuildError;

use super::walled::{APPLICATION, Database};

fn found(refused: Result<impl Sized, BuildError>) -> Vec<String> {
    match refused {
        Ok(_) => Vec::new(),
        Err(BuildError::Holes(report)) => {
            report.refusals().map(|finding| format!("{} {}", finding.code, finding.object)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

/// The catalog is as it should be, and no request would be answered.
#[tokio::test]
async fn a_database_whose_tables_cannot_be_read_is_not_served() {
    for database in [Database::new().await, Database::sealed().await] {
        assert_eq!(found(database.builder().build().await), [""; 0]);
        database.run(&format!("REVOKE EXECUTE ON FUNCTION tenancy.tenant() FROM {APPLICATION}")).await;
        let refused = found(database.builder().build().await);
        assert!(
            ["R095 tenancy.tenant()", r#"R099 "public"."agents""#].contains(&refused[0].as_str()),
            "{refused:?}"
        );
    }
}

/// An equality of the database's own, in the policies of one table.
#[tokio::test]
async fn a_database_that_takes_tenants_for_equal_is_not_served() {
    let database = Database::with(
        "CREATE DOMAIN org AS integer;
         CREATE FUNCTION same(org, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::integer IS NOT NULL AND $2 IS NOT NULL';
         CREATE OPERATOR = (LEFTARG = org, RIGHTARG = integer, FUNCTION = same);
         ALTER TABLE canvases ALTER tenant_id TYPE org",
        |tables| tables,
    )
    .await;
    let refused = found(database.builder().build().await);
    assert_eq!(refused, [r#"R097 "public"."canvases""#, r#"R098 "public"."canvases""#]);
}
