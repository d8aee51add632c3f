//! A tenant's rows, all of them and nobody else's, as files.

mod check;
mod folder;
mod format;
mod left_out;
mod records;

use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tenancy_core::TenantKey;
use tenancy_rls::{Ownership, Tables};

pub use self::check::Export;
use self::folder::Unfinished;
pub(crate) use self::folder::hex;
pub(crate) use self::format::MANIFEST;
pub use self::format::{
    Belongs, ExportManifest, ExportedColumn, ExportedTable, FORMAT, LeftOut, LeftOutPart, VERSION,
};
use self::records::Records;
use super::error::{OperateError, OperateErrorKind, database};
use super::failpoint;
use super::journal;
use super::layout::LaidTable;
use super::lifecycle::status;
use super::progress::Progress;
use super::residence::Residence;
use super::session::Session;
use super::sql;

/// What was exported.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Exported {
    /// Where it is.
    pub folder: PathBuf,
    /// The SHA-256 of its manifest, in hexadecimal: it stands for the whole export.
    pub sha256: String,
    /// It was there already, whole, and nothing was written.
    pub was_there: bool,
    /// What is in it.
    pub manifest: ExportManifest,
}

/// What to do where an export of the tenant is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfThere {
    /// It is an error: what is there may be old.
    #[default]
    Refuse,
    /// It is read and compared with its hashes, and is good if it is the tenant's.
    Keep,
}

/// Writes every row of `tenant` into the folder `place`, in [the format](super#the-format-of-an-export).
///
/// All tables are of one snapshot (REPEATABLE READ, READ ONLY). A file holds rows as they come from the server, so that memory does not
/// grow with the table. The folder appears under its name when everything is in it and on the disk; until then it is `place.partial`.
///
/// An export that was interrupted is begun anew: its snapshot ended with its connection, and files of two snapshots would not fit each
/// other.
///
/// # Errors
///
/// When `place` is there; when a declared table is not, or this role does not see all of its rows; when the connection is lost, and when
/// the disk is full. Then there is no export.
///
/// # Cancellation
///
/// When the future is dropped there is no export, and the connection is left in a transaction: drop it too.
pub async fn export(
    session: &Session,
    tables: &Tables,
    tenant: &TenantKey,
    place: &Path,
    if_there: IfThere,
    progress: &dyn Progress,
) -> Result<Exported, OperateError> {
    if place.symlink_metadata().is_ok() {
        return there(tenant, place, if_there, progress).await;
    }
    let residence = Residence::of(session, tables, tenant).await?;
    if residence.elsewhere().is_some() {
        journal::nothing_half_done(session, tenant).await?;
    }
    let unfinished = Unfinished::begin(place).await?;
    let there = residence.session();
    there.run("the snapshot cannot be taken", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let written = write(session, &residence, tenant, &unfinished, progress).await;
    there.roll_back().await;
    let manifest = written?;
    // A move that switched meanwhile has left an older state behind.
    residence.is_still_there(tenant).await?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(|error| {
        OperateError::new(OperateErrorKind::Storage, "the manifest of the export cannot be written")
            .because(error)
    })?;
    let sha256 = hex(&Sha256::digest(&text));
    let sums: String =
        manifest.tables.iter().map(|table| format!("{}  {}\n", table.sha256, table.file)).collect();
    failpoint::reached("export.finish").await;
    unfinished.finish(&text, &format!("{sums}{sha256}  {MANIFEST}\n")).await?;
    Ok(Exported { folder: place.to_owned(), sha256, was_there: false, manifest })
}

/// An export is there.
async fn there(
    tenant: &TenantKey,
    place: &Path,
    if_there: IfThere,
    progress: &dyn Progress,
) -> Result<Exported, OperateError> {
    if if_there == IfThere::Refuse {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("{} is there already", place.display()),
        )
        .fix("name another folder, or ask for what is there to be kept if it is whole"));
    }
    let export = Export::open(place, progress).await?;
    if export.manifest().tenant != *tenant {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("{} is an export of the tenant {:?}", place.display(), export.manifest().tenant.as_str()),
        )
        .fix("name another folder"));
    }
    let (sha256, manifest) = export.into_parts();
    Ok(Exported { folder: place.to_owned(), sha256, was_there: true, manifest })
}

async fn write(
    home: &Session,
    residence: &Residence<'_>,
    tenant: &TenantKey,
    unfinished: &Unfinished,
    progress: &dyn Progress,
) -> Result<ExportManifest, OperateError> {
    let layout = residence.layout(tenant).await?;
    status::known(home, tenant).await?;
    let session = residence.session();
    let taken = "SELECT to_char(transaction_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, current_setting('server_version') AS server";
    let rows = session.rows("the snapshot's time cannot be asked", taken).await?;
    let (at, server) = rows.first().map(|row| (row.get("at"), row.get("server"))).unwrap_or_default();
    let mut exported = Vec::new();
    let of_tenants = layout.tables.iter().filter(|table| table.own.is_some());
    for (number, table) in of_tenants.enumerate() {
        progress.part(&table.label());
        exported.push(copy(session, table, number, unfinished, progress).await?);
        failpoint::reached("export.table").await;
    }
    Ok(ExportManifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        tenant: tenant.clone(),
        tenant_type: layout.tenant_type.clone(),
        taken_at: at,
        server,
        tables: exported,
        left_out: left_out::left_out(&layout),
    })
}

/// Copies one table's rows into its file.
async fn copy(
    session: &Session,
    table: &LaidTable,
    number: usize,
    unfinished: &Unfinished,
    progress: &dyn Progress,
) -> Result<ExportedTable, OperateError> {
    let columns = sql::list("r.", table.columns.iter().map(|column| column.name.as_str()));
    let copy = format!(
        "COPY (SELECT {columns} {} ORDER BY {}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')",
        table.own_rows(),
        table.order()
    );
    let file = format!("{}/{number:04}-{}.csv", format::TABLES, plain(&table.label()));
    let mut writing = unfinished.file(&file).await?;
    let mut records = Records::default();
    let failed =
        || database(format!("the rows of {} cannot be read, and the export is not done", table.label()));
    let mut stream = Box::pin(session.client().copy_out(&copy).await.map_err(failed())?);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(failed())?;
        records.pass(&chunk);
        writing.write(&chunk).await?;
        progress.bytes(chunk.len() as u64);
        failpoint::reached("export.rows").await;
    }
    let written = writing.end().await?;
    Ok(ExportedTable {
        schema: table.schema.clone(),
        table: table.name.clone(),
        belongs: match table.ownership {
            Ownership::Parent(_) => Belongs::Parent,
            Ownership::Link(_) => Belongs::Link,
            _ => Belongs::Column,
        },
        file,
        rows: records.rows(),
        bytes: written.bytes,
        sha256: written.sha256,
        order: table.order_key().unwrap_or_default().into_iter().map(|column| column.name.clone()).collect(),
        columns: table
            .columns
            .iter()
            .map(|column| ExportedColumn {
                name: column.name.clone(),
                sql_type: column.sql_type.clone(),
                nullable: !column.not_null,
                generated: column.generated,
            })
            .collect(),
    })
}

/// A name of a file, whatever the table's is. The number before it tells tables apart.
fn plain(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    name.chars().map(|c| if allowed(c) { c } else { '_' }).take(100).collect()
}
