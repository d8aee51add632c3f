//! What Citus' catalog says of a tenant's shards.

use tenancy_core::TenantKey;

use super::super::error::{Obstacle, RelocationError};
use super::super::session::Session;
use super::super::sql::literal;
use super::node::Node;

/// Where a tenant's rows are.
pub(super) struct Place {
    pub(super) node: Node,
    /// Whether no other tenant has rows in its shards, but for one whose id has the same hash.
    pub(super) is_isolated: bool,
}

/// The tables that move together.
pub(super) struct Group {
    pub(super) tables: Vec<Table>,
    /// The tenant, as a value of its columns' type.
    pub(super) value: String,
}

/// A table of the group.
pub(super) struct Table {
    pub(super) oid: String,
    /// Quoted and qualified.
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// One shard of each table of the group, in their order, with the hashes that they are for.
pub(super) struct Shards {
    pub(super) first: u64,
    pub(super) names: Vec<String>,
    lowest: String,
    highest: String,
}

impl Group {
    /// The tenant's place, and its shards.
    pub(super) async fn place(&self, session: &Session) -> Result<(Place, Shards), RelocationError> {
        let query = format!(
            "SELECT s.shardminvalue, s.shardmaxvalue, p.shardid, n.nodename, n.nodeport
               FROM pg_catalog.pg_dist_shard AS s JOIN pg_catalog.pg_dist_placement AS p USING (shardid)
               JOIN pg_catalog.pg_dist_node AS n ON n.groupid = p.groupid AND n.noderole = 'primary'
              WHERE s.shardid = pg_catalog.get_shard_id_for_distribution_column({}::oid::regclass, {})",
            self.tables.first().map_or("0", |table| &table.oid),
            self.value,
        );
        let rows = session.texts("looking for the tenant's shard", &query).await?;
        if rows.len() != 1 {
            return Err(RelocationError::Impossible(vec![Obstacle::new(
                "the tenant's shard",
                format!("it has {} placements, and Citus moves a shard that has one", rows.len()),
                "distribute the tables without replicas of shards (citus.shard_replication_factor = 1)",
            )]));
        }
        let mut texts = rows.into_iter().flatten().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (lowest, highest, first, name, port) = (next(), next(), next(), next(), next());
        let place = Place {
            node: Node { name, port: port.parse().unwrap_or_default() },
            is_isolated: lowest == highest,
        };
        let names = self.names(session, &lowest, &highest).await?;
        let shards = Shards {
            first: first.parse().unwrap_or_default(),
            names: names.into_iter().flatten().collect(),
            lowest,
            highest,
        };
        Ok((place, shards))
    }

    /// The shards that are for these hashes now, of each table: those that one was split into.
    pub(super) async fn parts(
        &self,
        session: &Session,
        shards: &Shards,
    ) -> Result<Vec<Vec<String>>, RelocationError> {
        self.names(session, &shards.lowest, &shards.highest).await
    }

    async fn names(
        &self,
        session: &Session,
        lowest: &str,
        highest: &str,
    ) -> Result<Vec<Vec<String>>, RelocationError> {
        let mut names = Vec::with_capacity(self.tables.len());
        for table in &self.tables {
            let query = format!(
                "SELECT pg_catalog.shard_name(logicalrelid, shardid, false) FROM pg_catalog.pg_dist_shard
                  WHERE logicalrelid = {} AND shardminvalue::integer >= {lowest} AND shardmaxvalue::integer <= {highest} ORDER BY shardid",
                table.oid
            );
            let rows = session.texts("reading the names of shards", &query).await?;
            names.push(rows.into_iter().flatten().flatten().collect());
        }
        Ok(names)
    }
}

/// The tenant, as a value of that type.
pub(super) fn value(tenant: &TenantKey, sql_type: &str) -> String {
    format!("{}::{sql_type}", literal(tenant.as_str()))
}
