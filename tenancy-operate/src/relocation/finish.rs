//! Ending a move after the switch.

use std::time::Duration;

use tenancy_pool::placement::PgCatalog;

use super::error::RelocationError;
use super::follow::{self, Objects};
use super::journal::{Entry, Step};
use super::options::Event;
use super::session::{Part, Session};
use super::{Erased, Relocation, erase, failpoint, preflight};
use crate::place_in_words::named;

impl Relocation {
    /// Ends a move that has switched: erases what is left at the source, and then takes away what keeps writes out there. Before `grace` has passed since the
    /// switch it is refused: by then every pool has to have heard of it, and every transaction from before has to have ended. A move that is finished already
    /// is left as it is.
    ///
    /// # Errors
    ///
    /// When there never was one, or it was taken back, or the tenant is not switched, or the grace has not passed. Any other: the next call goes on.
    pub async fn finish(&self, grace: Duration) -> Result<Erased, RelocationError> {
        let journal = self.journal().await?;
        let catalog = self.open_catalog().await?;
        let Some(mut entry) = self.unended(&journal, Step::Finished).await? else {
            return Ok(Erased { rows: 0, ended_before: true });
        };
        if !matches!(entry.step, Step::Switched | Step::Finishing) {
            return Err(RelocationError::refused(
                "the tenant is not switched yet, and its rows at the source are the ones that are served",
                "run the move to its end first, or take it back with --undo",
            ));
        }
        self.still_there(&catalog, &entry).await?;
        let left = grace.as_secs().saturating_sub(entry.switched_for.unwrap_or_default());
        if left > 0 {
            return Err(RelocationError::refused(
                format!("the tenant was switched too short a time ago: {left} s are left of the grace"),
                "wait, or name a shorter grace if every pool has heard of the switch and every transaction from before has ended",
            ));
        }
        entry.reach(&journal, Step::Finishing).await?;
        failpoint::reached("finishing").await;
        let rows = self.erase_source(&journal, &mut entry).await?;
        let source = self.source_of(&entry.source).await?;
        source.alone(entry.id, Part::Gate, self.options.patience).await?;
        follow::remove(&source, &Objects::of(entry.id), &entry.tables, &self.options).await?;
        follow::drop_schema(&source).await?;
        entry.reach(&journal, Step::Finished).await?;
        Ok(Erased { rows, ended_before: false })
    }

    pub(super) async fn erase_source(
        &self,
        journal: &Session,
        entry: &mut Entry,
    ) -> Result<u64, RelocationError> {
        if entry.erased {
            return Ok(0);
        }
        self.options.tell(&Event::Erasing);
        let mut sites = self.reversed(entry).await?;
        sites.alone(entry.id, self.options.patience).await?;
        let prepared = sites.prepare(self, &mut Vec::new()).await?;
        let mut obstacles = Vec::new();
        preflight::undeclared(&sites.writer, &prepared.tables, false, &mut obstacles).await?;
        if !obstacles.is_empty() {
            return Err(RelocationError::Impossible(obstacles));
        }
        sites.to_work(&prepared.tables).await?;
        preflight::referred_by_others(&sites.writer, &prepared.tables, false, &mut obstacles).await?;
        if !obstacles.is_empty() {
            return Err(RelocationError::Impossible(obstacles));
        }
        let rows = erase::rows(&sites.writer, &prepared.tables, false).await?;
        entry.erased(journal).await?;
        Ok(rows)
    }

    async fn still_there(&self, catalog: &PgCatalog, entry: &Entry) -> Result<(), RelocationError> {
        let (status, placement) = self.found(catalog).await?;
        if placement == entry.destination {
            return Ok(());
        }
        Err(RelocationError::refused(
            format!(
                "the catalog has the tenant as {status}, in {}, and not where it was moved",
                named(&placement)
            ),
            "nothing is erased as long as it is not known which rows are served: mend the catalog's entry",
        ))
    }
}
