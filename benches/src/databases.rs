//! The three databases: without a wall, behind the plain one, behind the sealed one. The rows are the same.

use std::time::Duration;

use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_pool::{OneSyncConnection, TenantPool, TenantPoolBuilder};
use tenancy_rls::{Binding, Inspection, Roles, RowSecurity, Sealer, SealingKey, Waivers, Wall, tables};

use crate::Failure;
use crate::schema::{self, scoped};
use crate::server::Server;

/// The role of the application: no superuser, owns nothing.
pub(crate) const APPLICATION: &str = "bench_application";

/// The role that spans tenants. Nothing uses it here, but a wall has one.
pub(crate) const ACROSS: &str = "bench_across";

/// Why there is no second wall where there is none.
pub(crate) const NO_WALL: &str = "its cost is measured";

/// The rule that finds servers with known holes.
const OF_THE_SERVER: &str = "R080";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No row-level security.
    Open,
    /// The setting is the tenant.
    Plain,
    /// The setting is the sealed tenant.
    Sealed,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Plain, Self::Sealed];
    pub(crate) const WALLED: [Self; 2] = [Self::Plain, Self::Sealed];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "bench_open",
            Self::Plain => "bench_plain",
            Self::Sealed => "bench_sealed",
        }
    }

    /// What stands in the name of a variant.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Open => "no wall",
            Self::Plain => "plain wall",
            Self::Sealed => "sealed wall",
        }
    }

    /// What the wall is generated from.
    pub(crate) fn security(self) -> Result<RowSecurity, Failure> {
        let roles = Roles::new(APPLICATION, ACROSS)?;
        let plain = RowSecurity::new(tables![scoped::agents, scoped::canvases, scoped::readings], roles)?;
        Ok(if self == Self::Sealed { plain.sealed() } else { plain })
    }
}

/// How the client gets to the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route {
    /// Through the socket.
    Local,
    /// Over TCP, through a proxy at this port that takes its time.
    Network(u16),
}

/// The server with the databases in it.
pub(crate) struct Databases {
    server: Server,
    key: SealingKey,
    waivers: Waivers,
}

impl Databases {
    /// Fills them.
    pub(crate) async fn fill(server: Server, tenants: u64) -> Result<Self, Failure> {
        // Of no secret: it protects rows that are made here.
        let mut databases = Self { server, key: SealingKey::new(1, [7; 32])?, waivers: Waivers::new() };
        let first = databases.superuser_at("postgres").await;
        let mut first = first?;
        for role in [APPLICATION, ACROSS] {
            first.batch_execute(&format!("CREATE ROLE {role} LOGIN")).await?;
        }
        first.batch_execute(&format!("CREATE DATABASE {} TEMPLATE template0", Kind::Open.name())).await?;
        {
            let mut open = databases.superuser(Kind::Open).await?;
            open.batch_execute(schema::TABLES).await?;
            for statement in schema::rows(tenants).split_terminator(';') {
                open.batch_execute(statement).await?;
            }
        }
        for kind in [Kind::Plain, Kind::Sealed] {
            let create = format!("CREATE DATABASE {} TEMPLATE {}", kind.name(), Kind::Open.name());
            // The backend of the connection above may take a moment to end.
            while first.batch_execute(&create).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let mut walled = databases.superuser(kind).await?;
            walled.batch_execute(&kind.security()?.migration().up()).await?;
            if kind == Kind::Sealed {
                walled.batch_execute(&databases.install_key()).await?;
            }
        }
        let grants =
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION}");
        databases.superuser(Kind::Open).await?.batch_execute(&grants).await?;
        databases.waivers = databases.holes_of_the_server().await?;
        first.batch_execute("CHECKPOINT").await?;
        Ok(databases)
    }

    /// A connection of the superuser's.
    pub(crate) async fn superuser(&self, kind: Kind) -> Result<AsyncPgConnection, Failure> {
        self.superuser_at(kind.name()).await
    }

    /// The same to any database.
    pub(crate) async fn superuser_at(&self, database: &str) -> Result<AsyncPgConnection, Failure> {
        Ok(AsyncPgConnection::establish(&self.server.socket("postgres", database)).await?)
    }

    /// The address of any database for a role, through the socket.
    pub(crate) fn socket(&self, role: &str, database: &str) -> String {
        self.server.socket(role, database)
    }

    /// The statement that installs the key of the seals.
    pub(crate) fn install_key(&self) -> String {
        self.key.install(Binding::Backend)
    }

    /// The address for the application.
    pub(crate) fn address(&self, kind: Kind, route: Route) -> String {
        match route {
            Route::Local => self.server.socket(APPLICATION, kind.name()),
            Route::Network(port) => Server::tcp(APPLICATION, kind.name(), port),
        }
    }

    /// A connection of the application's.
    pub(crate) async fn connection(&self, kind: Kind, route: Route) -> Result<AsyncPgConnection, Failure> {
        Ok(AsyncPgConnection::establish(&self.address(kind, route)).await?)
    }

    /// Starts to build a `TenantPool`.
    pub(crate) fn builder(
        &self,
        kind: Kind,
        route: Route,
    ) -> Result<TenantPoolBuilder<AsyncPgConnection>, Failure> {
        let builder = TenantPool::builder(self.address(kind, route));
        Ok(match self.wall(kind)? {
            None => builder.without_wall(NO_WALL),
            Some(wall) => builder.wall(wall).waive(self.waivers()),
        })
    }

    /// What an inspection has to accept of the server: whichever version is installed is measured.
    pub(crate) fn waivers(&self) -> Waivers {
        self.waivers.clone()
    }

    async fn holes_of_the_server(&self) -> Result<Waivers, Failure> {
        let wall = Kind::Plain.security()?;
        let inspection = Inspection::new(&wall).from_elsewhere();
        let report = inspection.run(&mut self.superuser(Kind::Plain).await?).await?;
        let holes = report.findings.iter().filter(|finding| finding.code == OF_THE_SERVER);
        holes.into_iter().try_fold(Waivers::new(), |waivers, hole| {
            Ok(waivers.waive(OF_THE_SERVER, &hole.object, "its rows are made here")?)
        })
    }

    /// What opens the wall of a database that has one.
    pub(crate) fn wall(&self, kind: Kind) -> Result<Option<Wall>, Failure> {
        Ok(match kind {
            Kind::Open => None,
            Kind::Plain => Some(Wall::plain(kind.security()?)),
            Kind::Sealed => Some(Wall::sealed(kind.security()?, self.sealer())),
        })
    }

    /// A `TenantPool` of one connection.
    pub(crate) async fn tenants(
        &self,
        kind: Kind,
        route: Route,
    ) -> Result<TenantPool<AsyncPgConnection>, Failure> {
        Ok(self.builder(kind, route)?.max_connections(1).build().await?)
    }

    /// The same on the connection of our own.
    pub(crate) async fn tenants_one_sync(
        &self,
        kind: Kind,
        route: Route,
    ) -> Result<TenantPool<OneSyncConnection>, Failure> {
        let builder = TenantPool::builder(self.address(kind, route)).max_connections(1);
        let builder = match self.wall(kind)? {
            None => builder.without_wall(NO_WALL),
            Some(wall) => builder.wall(wall).waive(self.waivers()),
        };
        Ok(builder.build().await?)
    }

    /// What makes seals.
    pub(crate) fn sealer(&self) -> Sealer {
        Sealer::new(self.key.clone())
    }

    /// Removes what updates have left behind: the planner would take the tables for larger than they are, and choose other plans the later
    /// it is asked.
    pub(crate) async fn clean_up(&self) -> Result<(), Failure> {
        for kind in Kind::ALL {
            self.superuser(kind).await?.batch_execute("VACUUM agents").await?;
        }
        Ok(())
    }

    /// What the server calls its version.
    pub(crate) async fn server_version(&self) -> Result<String, Failure> {
        let version = diesel::select(diesel::dsl::sql::<Text>("current_setting('server_version')"));
        Ok(version.get_result(&mut self.superuser(Kind::Open).await?).await?)
    }

    /// Where the server listens, for a proxy.
    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }
}
