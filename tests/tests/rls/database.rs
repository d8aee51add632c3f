//! A database of a test's own, with an owner, an application and an across role, and tables as an application has them.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use tenancy_rls::{Binding, Mode, Roles, RowSecurity, SealingKey, Tables, tables};
use tenancy_tests::server;

tenancy_diesel::table! {
    #![tenant_global(plans)]

    agents (id) { id -> Integer, tenant_id -> Integer, plan_id -> Nullable<Integer>, name -> Text, }
    canvases (id) { id -> Integer, tenant_id -> Integer, agent_id -> Nullable<Integer>, title -> Text, score -> Integer, }
    plans (id) { id -> Integer, name -> Text, }
}

/// The declared tables.
pub(crate) fn declared() -> Tables {
    tables![agents, canvases, plans]
}

/// The tables, as somebody writes them who does not think of tenants: keys and references without one.
pub(crate) const TABLES: &str = "
CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE agents (
    id serial PRIMARY KEY,
    tenant_id integer NOT NULL,
    plan_id integer REFERENCES plans,
    name text NOT NULL UNIQUE
);
CREATE TABLE canvases (
    id integer PRIMARY KEY,
    tenant_id integer NOT NULL,
    agent_id integer REFERENCES agents ON DELETE SET NULL,
    title text NOT NULL,
    score integer NOT NULL
);
CREATE UNIQUE INDEX canvases_by_title ON canvases (title) WHERE score > 0;
";

/// Two tenants' rows.
pub(crate) const ROWS: &str = "
INSERT INTO plans VALUES (1, 'free'), (2, 'paid');
INSERT INTO agents (id, tenant_id, plan_id, name) VALUES (1, 1, 1, 'ada'), (2, 1, 2, 'bob'), (3, 2, 1, 'zoe'), (4, 2, 2, 'dan');
INSERT INTO canvases VALUES (1, 1, 1, 'sun', 10), (2, 1, 2, 'sea', 20), (3, 2, 3, 'secret', 300), (4, 2, 4, 'hidden', 400);
SELECT setval('agents_id_seq', 10);
";

/// A database and its roles.
pub(crate) struct Database {
    url: String,
    /// Its name, which the names of the roles begin with: roles are the whole server's.
    pub(crate) name: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Database {
    /// An empty one.
    pub(crate) fn empty(prefix: &str) -> Self {
        let url = server::fresh_postgres_database(prefix);
        let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let database = Self { url, name };
        let roles: String = ["owner", "app", "across"]
            .map(|role| format!("CREATE ROLE {}_{role} LOGIN PASSWORD 'tenancy';", database.name))
            .concat();
        let mut superuser = database.superuser();
        superuser.batch_execute(&roles).unwrap();
        superuser.batch_execute(&format!("ALTER DATABASE {0} OWNER TO {0}_owner", database.name)).unwrap();
        database
    }

    /// With the tables and rows, without a wall.
    pub(crate) fn unwalled(prefix: &str) -> Self {
        let database = Self::empty(prefix);
        let mut owner = database.owner();
        owner.batch_execute(TABLES).unwrap();
        owner.batch_execute(ROWS).unwrap();
        database
    }

    /// With the wall that `make` makes of the plain one, and a key where that one is sealed.
    pub(crate) fn walled(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> Self {
        let database = Self::unwalled(prefix);
        let wall = make(database.wall());
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        database.install_key(&wall);
        database
    }

    /// An empty one beside it, of the same owner and for the same roles.
    pub(crate) fn beside(&self, prefix: &str) -> Self {
        let url = server::fresh_postgres_database(prefix);
        let database = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let beside = Self { url, name: self.name.clone() };
        let owner = format!("ALTER DATABASE {database} OWNER TO {}", self.role("owner"));
        beside.superuser().batch_execute(&owner).unwrap();
        beside
    }

    /// Installs the key number 1 where the wall is sealed.
    pub(crate) fn install_key(&self, wall: &RowSecurity) {
        if wall.mode() == Mode::Sealed {
            let key = SealingKey::new(1, [1; 32]).unwrap();
            self.superuser().batch_execute(&key.install(Binding::Any)).unwrap();
        }
    }

    /// The plain wall of its tables and roles.
    pub(crate) fn wall(&self) -> RowSecurity {
        RowSecurity::new(declared(), self.roles()).unwrap()
    }

    /// Its two roles.
    pub(crate) fn roles(&self) -> Roles {
        Roles::new(self.role("app"), self.role("across")).unwrap()
    }

    /// The name of a role.
    pub(crate) fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.name)
    }

    /// The address for a role.
    pub(crate) fn url(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}:tenancy@{host}", self.role(role))
    }

    /// The address for the superuser.
    pub(crate) fn superuser_url(&self) -> &str {
        &self.url
    }

    pub(crate) fn superuser(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    pub(crate) fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.url("owner")).unwrap()
    }

    pub(crate) fn app(&self) -> PgConnection {
        PgConnection::establish(&self.url("app")).unwrap()
    }

    pub(crate) fn across(&self) -> PgConnection {
        PgConnection::establish(&self.url("across")).unwrap()
    }
}

/// Each row of a query, as one text.
pub(crate) fn lines(connection: &mut PgConnection, query: &str) -> diesel::QueryResult<Vec<String>> {
    let lines: Vec<Line> =
        sql_query(format!("SELECT q::text AS line FROM ({query}) AS q")).load(connection)?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}

/// The one value of a query.
pub(crate) fn value(connection: &mut PgConnection, query: &str) -> String {
    let lines = lines(connection, query).unwrap();
    assert_eq!(lines.len(), 1, "{query}: {lines:?}");
    lines[0].trim_matches(['(', ')']).to_owned()
}
