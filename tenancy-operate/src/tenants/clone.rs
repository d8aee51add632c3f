//! A sandbox of a tenant: its rows, as another tenant's.

use std::path::Path;

use tenancy_core::TenantKey;
use tenancy_rls::Tables;
use tokio::fs;

use super::error::{OperateError, storage};
use super::export::{self, Export, IfThere};
use super::hooks::Hooks;
use super::journal::{Operation, OperationKind};
use super::progress::Progress;
use super::restore::{self, Restore, Restored, Work};
use super::session::Session;

/// Copies a tenant's rows to another tenant: an export into a folder below `workplace`, which is removed when it has ended, and a
/// [restore](super::restore) from it.
///
/// # Errors
///
/// As those of [`export`](super::export) and [`restore`](super::restore).
///
/// # Cancellation
///
/// As theirs.
#[allow(clippy::too_many_arguments, reason = "what an export and a restore take")]
pub async fn clone(
    session: &Session,
    tables: &Tables,
    from: &TenantKey,
    into: &TenantKey,
    how: &Restore,
    workplace: &Path,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Restored, OperateError> {
    let request = how.request("from", from.as_str());
    let mut operation = Operation::begin(session, into, OperationKind::Clone, &request).await?;
    let folder = workplace.join(format!("tenancy-clone-{}", operation.id));
    let cloned = async {
        if let Some(done) =
            restore::done_before(session, tables, OperationKind::Clone, &request, &operation).await?
        {
            return Ok(done);
        }
        let restored = match restore::rows_done(&operation)? {
            Some(restored) => restored,
            None => {
                removed(&folder).await?;
                export::export(session, tables, from, &folder, IfThere::Refuse, progress).await?;
                let export = Export::open(&folder, progress).await?;
                let how = how.clone().into_tenant(into.clone());
                let (export, restore, request) = (&export, &how, &request);
                let work =
                    Work { tables, export, restore, kind: OperationKind::Clone, request, hooks, progress };
                work.write_rows(session, &mut operation).await?
            }
        };
        restore::conclude(session, restored, how.afterwards, &mut operation, hooks).await
    }
    .await;
    let cloned = operation.ended(session, cloned).await;
    // Personal data stay nowhere but in the database, whatever became of it.
    let cleared = removed(&folder).await;
    cloned.and_then(|cloned| cleared.map(|()| cloned))
}

async fn removed(folder: &Path) -> Result<(), OperateError> {
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    for folder in [folder, Path::new(&partial)] {
        match fs::remove_dir_all(folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(storage(format!(
                    "the folder {} with a tenant's rows cannot be removed",
                    folder.display()
                ))(error));
            }
            _ => {}
        }
    }
    Ok(())
}
