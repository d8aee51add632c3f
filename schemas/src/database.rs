//! A database with its roles, before and behind the wall.

use std::time::SystemTime;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl as _, sql_query};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Inspection, Report, Roles, RowSecurity, Waivers, Wall};

use crate::server;

/// A database of a test's own.
pub struct Database {
    url: String,
    name: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Database {
    /// One with the schema of the migration `up`, run by the owner of its tables.
    pub fn migrated(prefix: &str, up: &str) -> Self {
        let url = server::fresh_database(prefix);
        let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let database = Self { url, name };
        let mut superuser = database.superuser();
        let owner = database.role("owner");
        let make = format!(
            "CREATE ROLE {owner} LOGIN PASSWORD 'tenancy'; ALTER DATABASE {} OWNER TO {owner}",
            database.name
        );
        superuser.batch_execute(&make).unwrap();
        // Extensions that only a superuser makes are made beforehand on a real server.
        superuser.batch_execute("CREATE EXTENSION citext; CREATE EXTENSION btree_gist").unwrap();
        let up = up.replace("CREATE EXTENSION ", "CREATE EXTENSION IF NOT EXISTS ");
        database.login("owner").batch_execute(&up).unwrap_or_else(|error| panic!("{error}"));
        database
    }

    /// The application's role and the one across tenants, made for the walls of `kind`.
    pub fn roles(&self, kind: &str) -> Roles {
        let [app, across] = ["app", "across"].map(|role| self.role(&format!("{kind}_{role}")));
        let make =
            [&app, &across].map(|role| format!("CREATE ROLE {role} LOGIN PASSWORD 'tenancy';")).concat();
        self.superuser().batch_execute(&make).unwrap();
        Roles::new(app, across).unwrap()
    }

    fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.name)
    }

    /// A connection that no policy holds for.
    pub fn superuser(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// A connection of one of the roles: `owner`, or `app` or `across` after a kind's name.
    pub fn login(&self, role: &str) -> PgConnection {
        PgConnection::establish(&self.url_of(role)).unwrap()
    }

    fn url_of(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}:tenancy@{host}", self.role(role))
    }

    /// What the wall's inspection finds as the application of `kind`, but for the server's version.
    pub fn inspected(&self, kind: &str, wall: &RowSecurity, waivers: Waivers) -> Report {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection =
                AsyncPgConnection::establish(&self.url_of(&format!("{kind}_app"))).await.unwrap();
            let mut report = Inspection::new(wall).waivers(waivers).run(&mut connection).await.unwrap();
            report.findings.retain(|finding| finding.code != "R080");
            report
        })
    }
}

/// What opens a transaction of a tenant behind a plain wall.
pub(crate) fn opening(wall: &RowSecurity, tenant: &str) -> String {
    format!("BEGIN; {}", Wall::plain(wall.clone()).set_local(tenant, None, SystemTime::now()))
}

/// The texts that a query gives in its column `line`.
pub(crate) fn lines(connection: &mut PgConnection, query: &str) -> QueryResult<Vec<String>> {
    Ok(sql_query(query).load(connection)?.into_iter().map(|Line { line }| line).collect())
}
