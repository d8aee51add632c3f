//! What is looked for before Citus is asked for anything.

use tenancy_core::TenantKey;
use tenancy_rls::{Ownership, RowSecurity, Server, Table as Declared};

use super::super::error::{Obstacle, RelocationError};
use super::super::session::Session;
use super::super::sql::{identifier, literal, qualified};
use super::cluster::{Group, Table, value};
use super::compare::on_node;
use super::node::Node;
use super::{NodeMove, Transfer};

/// Everything that is in the way, at once; or the tables that move together.
pub(super) async fn all(session: &Session, move_: &NodeMove, to: &Node) -> Result<Group, RelocationError> {
    let (group, mut obstacles) = group(session, &move_.security, &move_.tenant).await?;
    let Some(group) = group else { return Err(RelocationError::Impossible(obstacles)) };
    role(session, move_.transfer, &group, &mut obstacles).await?;
    node(session, to, &mut obstacles).await?;
    catalog(session, &move_.tenant, &mut obstacles).await?;
    if obstacles.is_empty() && move_.transfer == Transfer::Online {
        logical(session, &group.place(session).await?.0.node, &mut obstacles).await?;
    }
    if obstacles.is_empty() { Ok(group) } else { Err(RelocationError::Impossible(obstacles)) }
}

/// The tables that move together, and what is wrong with them. There are none where this is no cluster.
async fn group(
    session: &Session,
    security: &RowSecurity,
    tenant: &TenantKey,
) -> Result<(Option<Group>, Vec<Obstacle>), RelocationError> {
    let doing = "looking at the cluster";
    let mut obstacles = Vec::new();
    if security.server() != Server::Citus {
        obstacles.push(Obstacle::new(
            "the wall",
            "it is made for PostgreSQL, and policies do not hold on Citus as they do there",
            "make it by `RowSecurity::citus`, and write the manifest anew",
        ));
    }
    let citus = "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'citus'";
    if session.text(doing, citus).await?.is_none() {
        obstacles.push(Obstacle::new(
            "the database",
            "it is none of Citus",
            "move the tenant to a schema, a database or a server",
        ));
        return Ok((None, obstacles));
    }
    if session.text(doing, "SELECT pg_catalog.citus_is_coordinator()").await?.as_deref() != Some("t") {
        obstacles.push(Obstacle::new(
            "the address",
            "it leads to a worker, and only the coordinator moves shards",
            "give the address of the coordinator",
        ));
        return Ok((None, obstacles));
    }
    let tables = security.tables();
    let Some(sql_type) = tables.tenant_type() else {
        obstacles.push(Obstacle::new("the manifest", "no declared table is a tenant's", "write it anew"));
        return Ok((None, obstacles));
    };
    let value = value(tenant, sql_type);
    let canonical = session.text("reading the tenant's id", &format!("SELECT ({value})::text")).await?;
    if canonical.as_deref() != Some(tenant.as_str()) {
        obstacles.push(Obstacle::new(
            format!("the tenant {:?}", tenant.as_str()),
            format!("the database writes it {:?}", canonical.as_deref().unwrap_or_default()),
            "say it as the database does",
        ));
    }
    let mut colocated = None;
    for table in tables.iter() {
        if let Ownership::Column { column, .. } = tables.ownership_of(table) {
            let schema = tables.schema_of(table);
            distributed(session, schema, table, &column, &mut colocated, &mut obstacles).await?;
        }
    }
    let Some(colocated) = colocated else { return Ok((None, obstacles)) };
    let tables = read(session, &colocated).await?;
    Ok((Some(Group { tables, value }), obstacles))
}

/// Whether a declared table is one of the group: distributed by its tenant column, with the others.
async fn distributed(
    session: &Session,
    schema: &str,
    table: &Declared,
    column: &str,
    colocated: &mut Option<String>,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let name = qualified(schema, table.name());
    let query = format!(
        "SELECT p.partmethod, pg_catalog.column_to_column_name(p.logicalrelid, p.partkey), p.colocationid
           FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
           LEFT JOIN pg_catalog.pg_dist_partition AS p ON p.logicalrelid = c.oid
          WHERE n.nspname = {} AND c.relname = {} AND c.relkind IN ('r', 'p')",
        literal(schema),
        literal(table.name())
    );
    let rows = session.texts("looking at the tables", &query).await?;
    let Some(row) = rows.into_iter().next() else {
        obstacles.push(Obstacle::new(
            name,
            "there is no such table",
            "look whether it is the right database, or write the manifest anew",
        ));
        return Ok(());
    };
    let mut texts = row.into_iter().map(Option::unwrap_or_default);
    let (method, by, id) = (
        texts.next().unwrap_or_default(),
        texts.next().unwrap_or_default(),
        texts.next().unwrap_or_default(),
    );
    if method != "h" || by != column {
        let fix = format!("SELECT create_distributed_table({}, {})", literal(&name), literal(column));
        obstacles.push(Obstacle::new(
            name,
            format!("it is not distributed by {}, and does not move with a tenant", identifier(column)),
            fix,
        ));
        return Ok(());
    }
    let first = colocated.get_or_insert_with(|| id.clone());
    if *first != id {
        let fix =
            format!("SELECT update_distributed_table_colocation({}, colocate_with => …)", literal(&name));
        obstacles.push(Obstacle::new(
            name,
            "its shards are not beside those of the other tables, and do not move with them",
            fix,
        ));
    }
    Ok(())
}

/// Every table whose shards move together, declared or not.
async fn read(session: &Session, colocated: &str) -> Result<Vec<Table>, RelocationError> {
    let query = format!(
        "SELECT c.oid, n.nspname, c.relname,
                (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
           FROM pg_catalog.pg_dist_partition AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.logicalrelid
           JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE p.colocationid = {colocated} ORDER BY n.nspname, c.relname"
    );
    let rows = session.texts("reading which tables move together", &query).await?;
    let table = |row: Vec<Option<String>>| {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (oid, schema, name, columns) = (next(), next(), next(), next());
        Table {
            oid,
            name: qualified(&schema, &name),
            columns: serde_json::from_str(&columns).unwrap_or_default(),
        }
    };
    Ok(rows.into_iter().map(table).collect())
}

/// A role that would see a part of the rows would compare that part.
async fn role(
    session: &Session,
    transfer: Transfer,
    group: &Group,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let oids: Vec<_> = group.tables.iter().map(|table| table.oid.as_str()).collect();
    let query = format!(
        "SELECT r.rolname, r.rolsuper, r.rolbypassrls,
                (SELECT bool_and(pg_has_role(c.relowner, 'USAGE')) FROM pg_catalog.pg_class AS c WHERE c.oid IN ({}))
           FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user",
        oids.join(", ")
    );
    let rows = session.texts("asking what the role may do", &query).await?;
    let mut texts = rows.into_iter().flatten().map(Option::unwrap_or_default);
    let mut next = || texts.next().unwrap_or_default();
    let (name, is_super, passes, owns) = (identifier(&next()), next() == "t", next() == "t", next() == "t");
    if is_super {
        return Ok(());
    }
    if transfer == Transfer::Online {
        obstacles.push(Obstacle::new(
            format!("the role {name}"),
            "it is no superuser, and only one lets changes through the wall while rows are copied",
            "have a superuser do it, or let writes wait for the whole of the copy (`--block-writes`)",
        ));
    }
    if !passes || !owns {
        obstacles.push(Obstacle::new(
            format!("the role {name}"),
            "it does not see every row of the tables that move, or does not own them all",
            format!("ALTER ROLE {name} BYPASSRLS, on each node, and grant it the role that owns the tables; or use a superuser"),
        ));
    }
    Ok(())
}

/// The destination is a node that takes shards.
async fn node(session: &Session, to: &Node, obstacles: &mut Vec<Obstacle>) -> Result<(), RelocationError> {
    let query = "SELECT nodename, nodeport, isactive AND noderole = 'primary' AND shouldhaveshards FROM pg_catalog.pg_dist_node ORDER BY nodeid";
    let rows = session.texts("looking at the nodes", query).await?;
    let mut good = Vec::new();
    let mut is_known = false;
    for row in rows {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let (name, port) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        let node = Node { name, port: port.parse().unwrap_or_default() };
        is_known |= node == *to;
        if texts.next().as_deref() == Some("t") {
            good.push(node);
        }
    }
    if good.contains(to) {
        return Ok(());
    }
    let good = good.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    obstacles.push(Obstacle::new(
        format!("the node {to}"),
        if is_known { "it takes no shards (pg_dist_node)" } else { "the cluster has no such node" },
        format!(
            "name one of {good}; or add it by citus_add_node, and inspect its wall before shards move there"
        ),
    ));
    Ok(())
}

/// A tenant that the catalog has elsewhere has no rows here.
async fn catalog(
    session: &Session,
    tenant: &TenantKey,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let doing = "asking the catalog for the tenant";
    if session.text(doing, "SELECT to_regclass('tenancy.tenant_placements')").await?.is_none() {
        return Ok(());
    }
    let object = || format!("the tenant {:?}", tenant.as_str());
    let query =
        format!("SELECT kind FROM tenancy.tenant_placements WHERE tenant = {}", literal(tenant.as_str()));
    match session.text(doing, &query).await?.as_deref() {
        Some("shared") => {}
        None => obstacles.push(Obstacle::new(
            object(),
            "the catalog does not have it",
            "`tenancy tenants list` has those that there are",
        )),
        Some(kind) => obstacles.push(Obstacle::new(
            object(),
            format!("the catalog has it in a {kind} of its own, and not in the distributed tables"),
            "a schema of a tenant is moved by citus_schema_move",
        )),
    }
    Ok(())
}

/// Changes are followed in the log of the node where the rows are.
async fn logical(
    session: &Session,
    from: &Node,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let level = on_node(session, from, "SELECT current_setting('wal_level')", "asking for wal_level").await?;
    if level != "logical" {
        obstacles.push(Obstacle::new(
            format!("the node {from}"),
            format!("its wal_level is {level}, and changes cannot be followed"),
            "set wal_level = logical and restart it, or let writes wait for the whole of the copy (`--block-writes`)",
        ));
    }
    Ok(())
}
