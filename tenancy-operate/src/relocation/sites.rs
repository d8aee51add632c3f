//! The two places of a move, and the sessions that lead there.

use std::sync::Arc;
use std::time::Duration;

use tenancy_core::TenantKey;
use tenancy_core::placement::{DatabaseAddress, Placement};
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::{RowSecurity, Server};

use super::error::{Obstacle, RelocationError};
use super::journal::Entry;
use super::options::ExpectedServer;
use super::sequences::{self, Sequence};
use super::session::{Part, Session};
use super::sql::literal;
use super::tables::{self, Moved};
use super::verify::{self, ForeignKey};
use super::{Relocation, conflicts, preflight};
use crate::which_database::WhichDatabase;

/// What the declared tables are called at a place.
pub(super) fn security_at(security: &RowSecurity, placement: &Placement<DatabaseName>) -> RowSecurity {
    match placement.schema() {
        Some(schema) => security.in_tenant_schema(schema),
        None => security.clone(),
    }
}

/// Three sessions: one that owns the source's tables, one that reads there, one that writes at the destination.
pub(super) struct Sites {
    pub(super) gate: Session,
    pub(super) reader: Session,
    pub(super) writer: Session,
    at_source: RowSecurity,
    at_destination: RowSecurity,
    /// The databases of the source and of the destination.
    pub(super) databases: [WhichDatabase; 2],
    same_database: bool,
}

/// What was read at both places.
pub(super) struct Prepared {
    pub(super) tables: Vec<Moved>,
    pub(super) keys: Vec<ForeignKey>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) across: Option<String>,
    pub(super) across_at_destination: Option<String>,
}

impl Relocation {
    /// Opens the sessions of a move that has begun: in the databases that it began in, whatever their names lead to by now. Rows are erased there.
    pub(super) async fn sites_of(&self, entry: &Entry) -> Result<Sites, RelocationError> {
        let sites = self.sites(&entry.source, &entry.destination).await?;
        entry.is_between(&sites.databases)?;
        Ok(sites)
    }

    /// The same the other way round: what is written is the source.
    pub(super) async fn reversed(&self, entry: &Entry) -> Result<Sites, RelocationError> {
        let sites = self.open((&entry.destination, "destination"), (&entry.source, "source")).await?;
        let [read, written] = &sites.databases;
        entry.is_between(&[written.clone(), read.clone()])?;
        Ok(sites)
    }

    /// Opens the sessions.
    pub(super) async fn sites(
        &self,
        source: &Placement<DatabaseName>,
        destination: &Placement<DatabaseName>,
    ) -> Result<Sites, RelocationError> {
        self.open((source, "source"), (destination, "destination")).await
    }

    async fn open(
        &self,
        (source, from): (&Placement<DatabaseName>, &'static str),
        (destination, to): (&Placement<DatabaseName>, &'static str),
    ) -> Result<Sites, RelocationError> {
        let (one, other) = (self.address_of(source).await?, self.address_of(destination).await?);
        let gate = Session::open(&self.connect, &one, from).await?;
        let reader = Session::open(&self.connect, &one, from).await?;
        let writer = Session::open(&self.connect, &other, to).await?;
        let databases = [preflight::which(&gate).await?, preflight::which(&writer).await?];
        Ok(Sites {
            gate,
            reader,
            writer,
            at_source: security_at(&self.security, source),
            at_destination: security_at(&self.security, destination),
            same_database: databases[0] == databases[1],
            databases,
        })
    }

    /// One session to the source alone.
    pub(super) async fn source_of(
        &self,
        source: &Placement<DatabaseName>,
    ) -> Result<Session, RelocationError> {
        Session::open(&self.connect, &self.address_of(source).await?, "source").await
    }

    async fn address_of(
        &self,
        placement: &Placement<DatabaseName>,
    ) -> Result<DatabaseAddress, RelocationError> {
        let Some(name) = placement.database() else { return Ok(self.home.clone()) };
        let addresses = Arc::clone(&self.addresses);
        match addresses.address(name).await {
            Ok(Some(address)) => Ok(address),
            Ok(None) => Err(RelocationError::NoAddress { name: name.as_str().to_owned() }),
            Err(source) => Err(RelocationError::Connect { place: format!("database {name}"), source }),
        }
    }
}

impl Sites {
    /// Takes the locks of the sessions, once no session of another process has them.
    pub(super) async fn alone(&self, id: i32, patience: Duration) -> Result<(), RelocationError> {
        self.gate.alone(id, Part::Gate, patience).await?;
        self.reader.alone(id, Part::Reader, patience).await?;
        self.writer.alone(id, Part::Writer, patience).await
    }

    /// Reads the tables, and who may do what. What is in the way is added to `obstacles`.
    pub(super) async fn prepare(
        &mut self,
        relocation: &Relocation,
        obstacles: &mut Vec<Obstacle>,
    ) -> Result<Prepared, RelocationError> {
        if relocation.security.server() == Server::Citus {
            obstacles.push(Obstacle::new(
                "the wall",
                "it is one of Citus, where this is not to be had",
                "move it to another node by Citus' own moves (`tenancy move TENANT --to node --node HOST:PORT`)",
            ));
        }
        let across = relocation.security.across_tenants_role().as_str();
        let at_source = preflight::role(&self.gate, across, obstacles).await?;
        let at_destination = if self.same_database {
            at_source.clone()
        } else {
            preflight::role(&self.writer, across, obstacles).await?
        };
        self.reader.acting_as(at_source.clone());
        self.writer.acting_as(at_destination.clone());
        let tables = tables::read(
            (&self.gate, &self.at_source),
            (&self.writer, &self.at_destination),
            self.same_database,
            relocation.tenant.as_str(),
            obstacles,
        )
        .await?;
        let keys = verify::foreign_keys(&self.writer, &tables).await?;
        let sequences =
            sequences::read(&self.gate, &self.writer, &tables, self.same_database, obstacles).await?;
        Ok(Prepared { tables, keys, sequences, across: at_source, across_at_destination: at_destination })
    }

    /// Looks at the rows, for what would be in the way later.
    pub(super) async fn look(
        &self,
        prepared: &Prepared,
        obstacles: &mut Vec<Obstacle>,
    ) -> Result<(), RelocationError> {
        let Prepared { tables, keys, .. } = prepared;
        preflight::undeclared(&self.gate, tables, true, obstacles).await?;
        preflight::triggers(&self.writer, tables, obstacles).await?;
        // Whoever may not see the rows, or finds other columns, is told of that first.
        if !obstacles.is_empty() {
            return Ok(());
        }
        self.reader.across_tenants().await?;
        self.writer.across_tenants().await?;
        obstacles.extend(self.part_of_the_rows(tables).await?);
        if !obstacles.is_empty() {
            return Ok(());
        }
        preflight::referred_by_others(&self.reader, tables, true, obstacles).await?;
        preflight::empty(&self.writer, tables, obstacles).await?;
        preflight::referred_to(&self.reader, &self.writer, tables, keys, obstacles).await?;
        conflicts::find(&self.reader, &self.writer, tables, obstacles).await
    }

    /// From here on rows are read and written, and nothing else happens for their sake.
    pub(super) async fn to_work(&self, tables: &[Moved]) -> Result<(), RelocationError> {
        self.writer.run("becoming a replica", "SET session_replication_role = replica").await?;
        self.reader.across_tenants().await?;
        self.writer.across_tenants().await?;
        let hidden = self.part_of_the_rows(tables).await?;
        if hidden.is_empty() { Ok(()) } else { Err(RelocationError::Impossible(hidden)) }
    }

    /// Tables of which one of the sessions would see a part of the rows.
    async fn part_of_the_rows(&self, tables: &[Moved]) -> Result<Vec<Obstacle>, RelocationError> {
        let mut hidden =
            preflight::every_row(&self.reader, tables.iter().map(|table| table.source.oid.as_str())).await?;
        let there = tables.iter().map(|table| table.destination.oid.as_str());
        hidden.extend(preflight::every_row(&self.writer, there).await?);
        Ok(hidden)
    }

    /// Whether the destination is on the server that was meant.
    pub(super) async fn expected(
        &self,
        home: &Session,
        server: Option<ExpectedServer>,
        obstacles: &mut Vec<Obstacle>,
    ) -> Result<(), RelocationError> {
        let Some(server) = server else { return Ok(()) };
        let is_beside = preflight::which(home).await?.is_beside(&self.databases[1]);
        match server {
            ExpectedServer::Same if !is_beside => obstacles.push(Obstacle::new(
                "the destination",
                "it is on another server than the catalog",
                "say that a server is meant, if it is",
            )),
            ExpectedServer::Other if is_beside => obstacles.push(Obstacle::new(
                "the destination",
                "it is on the same server as the catalog",
                "say that a database is meant, if it is; or look at the address",
            )),
            _ => {}
        }
        Ok(())
    }
}

/// Whether another tenant has the schema.
pub(super) async fn taken(
    home: &Session,
    tenant: &TenantKey,
    destination: &Placement<DatabaseName>,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let Some(schema) = destination.schema() else { return Ok(()) };
    let database = destination.database().map_or("", DatabaseName::as_str);
    let query = format!(
        "SELECT count(*) FROM tenancy.tenant_placements WHERE schema_name = {} AND coalesce(database_name, '') = {} AND tenant <> {}",
        literal(schema.as_str()),
        literal(database),
        literal(tenant.as_str()),
    );
    if home.number("asking the catalog whose the schema is", &query).await? > 0 {
        obstacles.push(Obstacle::new(
            format!("the schema {schema}"),
            "another tenant has or had it",
            "give the tenant a schema of its own",
        ));
    }
    Ok(())
}
