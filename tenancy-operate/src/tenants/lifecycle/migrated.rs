//! Whether a place has the migrations that the others of its kind have.

use tenancy_core::placement::SchemaName;
use tenancy_pool::placement::DatabaseName;

use crate::tenants::error::{OperateError, database};
use crate::tenants::residence::Residence;
use crate::tenants::session::Session;
use crate::tenants::sql;

/// What each other target of the kind has, schemas among themselves and databases among themselves: they may have migrations of their own. A
/// canary's next version is not asked of everybody.
const EXPECTED: &str = "
WITH others AS (
    SELECT s.database_name, s.schema_name, s.version, s.name FROM tenancy.migration_steps AS s
     WHERE s.state = 'applied' AND (s.schema_name <> '') = ($2::text <> '') AND (s.database_name, s.schema_name) <> ($1::text, $2::text)
       AND (s.schema_name = '' OR EXISTS (SELECT FROM tenancy.tenant_placements AS p
             WHERE p.status <> 'deleted' AND coalesce(p.database_name, '') = s.database_name AND p.schema_name = s.schema_name))
)
SELECT version, max(name) AS name FROM others GROUP BY version
HAVING count(*) = (SELECT count(DISTINCT (database_name, schema_name)) FROM others) ORDER BY version";

const FAILED: &str = "the status of migrations (tenancy.migration_steps) cannot be read";

/// What the place lacks, in words. Nothing where no run of `tenancy migrate` has left a status.
pub(super) async fn behind(
    home: &Session,
    residence: &Residence<'_>,
) -> Result<Option<String>, OperateError> {
    let there = home.rows(
        "the status of migrations cannot be looked for",
        "SELECT to_regclass('tenancy.migration_steps') IS NOT NULL",
    );
    if !there.await?.first().is_some_and(|row| row.get(0)) {
        return Ok(None);
    }
    let place = residence.placement();
    let schema = place.schema().map_or("", SchemaName::as_str);
    let name = place.database().map_or("", DatabaseName::as_str);
    let begun = "SELECT name, state FROM tenancy.migration_steps
                  WHERE database_name = $1 AND schema_name = $2 AND state <> 'applied' ORDER BY version LIMIT 1";
    let begun = home.client().query_opt(begun, &[&name, &schema]).await.map_err(database(FAILED))?;
    if let Some(row) = begun {
        let (name, state): (&str, &str) = (row.get(0), row.get(1));
        return Ok(Some(format!("the migration {name} is {state} there")));
    }
    let applied = applied(residence).await?;
    let expected = home.client().query(EXPECTED, &[&name, &schema]).await.map_err(database(FAILED))?;
    let lacking: Vec<String> = expected
        .iter()
        .map(|row| (row.get::<_, String>("version"), row.get::<_, String>("name")))
        .filter(|(version, _)| !applied.contains(version))
        .map(|(_, name)| name)
        .collect();
    Ok((!lacking.is_empty()).then(|| format!("the others have {}, and it has not", lacking.join(", "))))
}

/// The versions in Diesel's own table there, which is the truth.
async fn applied(residence: &Residence<'_>) -> Result<Vec<String>, OperateError> {
    const FAILED: &str = "the applied migrations cannot be read";
    let tables = residence.tables();
    let mut schemas: Vec<&str> = match residence.placement().schema() {
        Some(schema) => vec![schema.as_str()],
        None => tables.iter().map(|table| tables.schema_of(table)).collect(),
    };
    schemas.sort_unstable();
    schemas.dedup();
    let session = residence.session();
    let mut versions = Vec::new();
    for schema in schemas {
        let record = sql::qualified(schema, "__diesel_schema_migrations");
        let there = format!("SELECT to_regclass({}) IS NOT NULL", sql::literal(&record));
        if !session.rows(FAILED, &there).await?.first().is_some_and(|row| row.get(0)) {
            continue;
        }
        let rows = session.rows(FAILED, &format!("SELECT version::text FROM {record}")).await?;
        versions.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    Ok(versions)
}
