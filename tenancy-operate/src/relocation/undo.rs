//! Taking a move back.

use super::error::RelocationError;
use super::follow::{self, Objects};
use super::journal::{Entry, Step};
use super::options::Event;
use super::session::Part;
use super::stage::Stage;
use super::{Erased, Relocation, erase, failpoint};
use crate::place_in_words::named;

impl Relocation {
    /// Takes back a move that has not switched. The tenant is served where it was, and nothing is left behind but what the journal says. One that was taken
    /// back already is left as it is.
    ///
    /// # Errors
    ///
    /// When there never was one, or the tenant is switched already. Any other: the next call goes on.
    pub async fn undo(&self) -> Result<Erased, RelocationError> {
        let journal = self.journal().await?;
        let catalog = self.open_catalog().await?;
        let Some(mut entry) = self.unended(&journal, Step::Undone).await? else {
            return Ok(Erased { rows: 0, ended_before: true });
        };
        if matches!(entry.step, Step::Switched | Step::Finishing) || self.arrived(&catalog, &entry).await? {
            return Err(self.too_late(&entry));
        }
        let source = self.source_of(&entry.source).await?;
        source.alone(entry.id, Part::Gate, self.options.patience).await?;
        if self.arrived(&catalog, &entry).await? {
            return Err(self.too_late(&entry));
        }
        entry.reach(&journal, Step::Undoing).await?;
        failpoint::reached("undoing").await;
        // The source first: it lets the tenant go on even if the destination is lost.
        follow::remove(&source, &Objects::of(entry.id), &entry.tables, &self.options).await?;
        follow::drop_schema(&source).await?;
        failpoint::reached("released").await;
        drop(source);

        let mut sites = self.sites_of(&entry).await?;
        sites.alone(entry.id, self.options.patience).await?;
        // What is in the way of a move is not in the way of this.
        let prepared = sites.prepare(self, &mut Vec::new()).await?;
        let stage = Stage::of(entry.id);
        self.options.tell(&Event::Erasing);
        stage.drop(&sites.writer, &prepared.tables).await?;
        sites.to_work(&prepared.tables).await?;
        let rows = erase::rows(&sites.writer, &prepared.tables, false).await?;
        sites.writer.as_itself().await?;
        follow::drop_schema(&sites.writer).await?;
        entry.reach(&journal, Step::Undone).await?;
        Ok(Erased { rows, ended_before: false })
    }

    fn too_late(&self, entry: &Entry) -> RelocationError {
        RelocationError::refused(
            format!(
                "the tenant is served at its new place, {}, and may have written there",
                named(&entry.destination)
            ),
            "run the move to its end, finish it, and move the tenant back the same way",
        )
    }
}
