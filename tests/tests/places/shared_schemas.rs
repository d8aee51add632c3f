//! What extensions bring along, and an enum that all use, in a schema that is on every tenant's path: the same query finds the
//! same rows wherever the tenant lives.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::AsyncPgConnection;
use tenancy_diesel::testing;
use tenancy_pool::{BuildError, PoolError, TenantPool, TenantPoolBuilder};
use tenancy_rls::{Roles, RowSecurity, Wall, tables};
use tenancy_tests::fleet::{Fleet, Kind};
use tenancy_tests::server::known_holes;

use shared_types::{Busy, people};

#[allow(unreachable_pub, reason = "what a table's columns are of has to be public")]
mod shared_types {
    //! A table of an extension's type and of a shared enum, which are looked up by the search path.

    use diesel::sql_types::SqlType;

    #[derive(SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "shared_mood"))]
    pub struct SharedMood;

    tenancy_diesel::table! {
        people (tenant_id, id) {
            tenant_id -> Integer,
            id -> Integer,
            email -> diesel::sql_types::Citext,
            name -> Text,
            mood -> crate::shared_schemas::shared_types::SharedMood,
        }
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::expression::AsExpression)]
    #[diesel(sql_type = SharedMood)]
    pub struct Busy;

    impl diesel::serialize::ToSql<SharedMood, diesel::pg::Pg> for Busy {
        fn to_sql<'b>(
            &'b self,
            out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
        ) -> diesel::serialize::Result {
            std::io::Write::write_all(out, b"busy")?;
            Ok(diesel::serialize::IsNull::No)
        }
    }
}

diesel::infix_operator!(Similar, " % ", diesel::sql_types::Bool, backend: diesel::pg::Pg);

diesel::define_sql_function!(fn pg_backend_pid() -> Integer);

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The table in the shared tables' schema and in two of tenants' own, and what it is made of in a shared one.
fn prepare(prefix: &str) -> (Fleet, RowSecurity) {
    let fleet = Fleet::at_home(prefix, Kind::Plain);
    let roles =
        || Roles::new(fleet.role("app"), fleet.role("across")).unwrap().owner(fleet.role("owner")).unwrap();
    let security = RowSecurity::new(tables![people], roles()).unwrap();
    let (app, owner) = (fleet.role("app"), fleet.role("owner"));
    fleet.run(
        "home",
        &format!(
            "CREATE SCHEMA extensions;
             CREATE EXTENSION citext SCHEMA extensions;
             CREATE EXTENSION pg_trgm SCHEMA extensions;
             CREATE TYPE extensions.shared_mood AS ENUM ('calm', 'busy');
             GRANT USAGE ON SCHEMA extensions TO {app}, {owner}"
        ),
    );
    for schema in ["public", "tenant_3", "tenant_4"] {
        fleet.run_as_owner(
            "home",
            &format!(
                "CREATE TABLE {schema}.people (tenant_id integer NOT NULL, id integer NOT NULL, email extensions.citext NOT NULL, name text NOT NULL, mood extensions.shared_mood NOT NULL, PRIMARY KEY (tenant_id, id));
                 INSERT INTO {schema}.people SELECT tenant, 1, 'Ada@Example.com', 'Ada Lovelace', 'busy' FROM generate_series(1, 4) AS tenant"
            ),
        );
        let wall = if schema == "public" {
            security.clone()
        } else {
            security.in_tenant_schema(&schema.parse().unwrap())
        };
        fleet.run_as_owner("home", &wall.tables_migration().up());
    }
    let all = fleet.security().tables().clone().table::<people::table>();
    let security = RowSecurity::new(all, roles()).unwrap();
    (fleet, security)
}

fn builder(fleet: &Fleet, security: &RowSecurity) -> TenantPoolBuilder<AsyncPgConnection> {
    TenantPool::builder(fleet.url("home", "app"))
        .wall(Wall::plain(security.clone()))
        .waive(known_holes())
        .catalog(fleet.book())
        .max_connections(1)
}

#[tokio::test]
async fn l43_an_extension_and_an_enum_are_every_tenants() {
    let (fleet, security) = prepare("pl_shared");
    let pool = builder(&fleet, &security)
        .shared_schemas(["extensions"])
        .harmless_functions(["%"])
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let mut backends = Vec::new();
    // In both orders, on one connection.
    for tenant in [1, 3, 4, 2, 4, 3, 1] {
        let scope = &testing::scope(tenant);
        let scoped = || people::table.scoped(scope);
        let by_address = scoped().filter(people::email.eq("ada@example.com")).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(scope, by_address).await.unwrap(), 1, "{tenant}");
        let by_mood = scoped().filter(people::mood.eq(Busy)).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(scope, by_mood).await.unwrap(), 1, "{tenant}");
        let alike = Similar::new(people::name, "Ada Lovelac".into_sql::<Text>());
        let alike = scoped().filter(alike).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(scope, alike).await.unwrap(), 1, "{tenant}");
        backends
            .push(pool.get_result::<_, _, _, _, i32>(scope, diesel::select(pg_backend_pid())).await.unwrap());
    }
    backends.dedup();
    assert_eq!(backends.len(), 1, "one connection serves them all");
    for tenant in [3, 1] {
        let scope = &testing::scope(tenant);
        let counted: Result<Count, PoolError> = pool
            .transaction(scope, async |tx| {
                let same = "SELECT count(*) AS count FROM people WHERE email = 'ada@example.com'";
                Ok(tx.raw("the same comparison in raw SQL", same)?.get_result().await?)
            })
            .await;
        assert_eq!(counted.unwrap().count, 1, "{tenant}");
    }
}

async fn refused(fleet: &Fleet, security: &RowSecurity, schemas: &[&str]) -> String {
    let built = builder(fleet, security).shared_schemas(schemas.iter().copied()).build().await;
    match built.map(drop).unwrap_err() {
        BuildError::SharedSchemas(faults) => faults.join("\n"),
        BuildError::SharedSchemaName(name) => name.to_string(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn l43_a_shared_schema_has_no_rows_of_anybodys() {
    let (fleet, security) = prepare("pl_unshared");
    let app = fleet.role("app");
    let says = |text: String, part: &str| assert!(text.contains(part), "{part}: {text}");
    says(refused(&fleet, &security, &["nowhere"]).await, "schema nowhere does not exist");
    says(refused(&fleet, &security, &["pg_temp"]).await, "pg_temp");
    says(refused(&fleet, &security, &["public"]).await, "public.people would be read by every tenant");
    for (make, unmake, fault) in [
        (
            "CREATE TABLE extensions.left_over (x int)",
            "DROP TABLE extensions.left_over",
            "extensions.left_over would be read",
        ),
        (
            "CREATE VIEW extensions.people AS SELECT * FROM public.people",
            "DROP VIEW extensions.people",
            "extensions.people would be read",
        ),
        // Of an extension, and called as a declared table.
        (
            "CREATE TABLE extensions.people (x int); ALTER EXTENSION citext ADD TABLE extensions.people",
            "ALTER EXTENSION citext DROP TABLE extensions.people; DROP TABLE extensions.people",
            "extensions.people would be read",
        ),
        (
            "GRANT CREATE ON SCHEMA extensions TO PUBLIC",
            "REVOKE CREATE ON SCHEMA extensions FROM PUBLIC",
            "may create in schema extensions",
        ),
        (
            &format!("REVOKE USAGE ON SCHEMA extensions FROM {app}"),
            &format!("GRANT USAGE ON SCHEMA extensions TO {app}"),
            "may not use schema extensions",
        ),
    ] {
        fleet.run("home", make);
        says(refused(&fleet, &security, &["extensions"]).await, fault);
        fleet.run("home", unmake);
    }
    // What an extension keeps for itself is nobody's rows.
    fleet.run("home", "CREATE EXTENSION pg_stat_statements SCHEMA extensions");
    builder(&fleet, &security)
        .shared_schemas(["extensions"])
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}
