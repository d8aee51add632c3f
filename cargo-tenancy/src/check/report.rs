//! What was found, beside what was reviewed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::inventory::Inventory;
use super::kind::Kind;
use super::place::{Key, Place, Status};

/// The answer, in the form that `--json` has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// How many files were read.
    pub(crate) files: usize,
    /// How many the inventory leaves out.
    pub(crate) excluded: usize,
    /// Whether there was an inventory.
    pub(crate) inventory: bool,
    pub(crate) new: usize,
    pub(crate) known: usize,
    /// How many are in code that only tests compile, and not counted.
    pub(crate) left_out: usize,
    pub(crate) places: Vec<Shown>,
    /// What the inventory has and the source has not.
    pub(crate) stale: Vec<Stale>,
}

/// A place, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    pub(crate) status: Status,
    pub(crate) kind: Kind,
    pub(crate) title: &'static str,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) item: String,
    pub(crate) excerpt: String,
    pub(crate) reason: Option<String>,
    pub(crate) in_test: bool,
    /// The same as long as the place is the same, whatever line it is in.
    pub(crate) fingerprint: String,
}

/// An entry of the inventory that stands for nothing any more, or for less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Stale {
    pub(crate) kind: Kind,
    pub(crate) file: String,
    pub(crate) item: String,
    pub(crate) excerpt: String,
    /// How many are gone.
    pub(crate) gone: usize,
    #[serde(skip)]
    pub(super) fingerprint: String,
}

impl Report {
    pub(super) fn new(files: usize, excluded: usize, inventory: bool) -> Self {
        Self {
            files,
            excluded,
            inventory,
            new: 0,
            known: 0,
            left_out: 0,
            places: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// Whether source and inventory say the same.
    pub(crate) fn is_clean(&self) -> bool {
        self.new == 0 && self.stale.is_empty()
    }

    /// The places of this status, by file and line.
    pub(crate) fn of(&self, status: Status) -> impl Iterator<Item = &Shown> {
        self.places.iter().filter(move |place| place.status == status)
    }

    /// Takes up places, in their order, and what the inventory has of the files that are asked for. Of places that look the same, the
    /// last ones are new.
    pub(super) fn compare(
        &mut self,
        places: &[&Place],
        inventory: &Inventory,
        is_asked: impl Fn(&str) -> bool,
    ) {
        let mut left: BTreeMap<Key, usize> = inventory.counts();
        for place in places {
            let status = match left.get_mut(&place.key) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    self.known += 1;
                    Status::Known
                }
                _ => {
                    self.new += 1;
                    Status::New
                }
            };
            self.places.push(Shown::new(place, status));
        }
        self.stale = left
            .into_iter()
            .filter(|(key, gone)| *gone > 0 && is_asked(&key.file))
            .map(|(key, gone)| {
                let fingerprint = key.fingerprint();
                let Key { file, item, kind, excerpt } = key;
                Stale { kind, file, item, excerpt, gone, fingerprint }
            })
            .collect();
    }
}

impl Shown {
    fn new(place: &Place, status: Status) -> Self {
        let Key { file, item, kind, excerpt } = place.key.clone();
        Self {
            status,
            kind,
            title: kind.title(),
            file,
            line: place.line,
            column: place.column,
            item,
            excerpt,
            reason: place.reason.clone(),
            in_test: place.in_test,
            fingerprint: place.key.fingerprint(),
        }
    }

    /// It in one sentence.
    pub(super) fn message(&self) -> String {
        let reason = self.reason.as_ref().map(|why| format!(" Reason: {why}")).unwrap_or_default();
        let item = if self.item.is_empty() { String::new() } else { format!(" in {}", self.item) };
        format!("{}{item}: {}.{reason}", capital(self.kind.title()), self.excerpt)
    }
}

impl Stale {
    pub(super) fn message(&self) -> String {
        let count = if self.gone > 1 { format!("{} times ", self.gone) } else { String::new() };
        format!(
            "The inventory has {count}a place that is gone: {} in {}: {}. Remove it: `tenancy check --update`.",
            self.kind, self.file, self.excerpt
        )
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
