//! The inventory: the places that were reviewed, in a file that is committed and read by people.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::place::{Key, Place};
use crate::failure::Failure;

/// Where it is, from the root.
pub(crate) const NAME: &str = "tenancy-inventory.toml";

const HEAD: &str = "\
# What goes round the types of tenancy, as it was reviewed. `tenancy check` compares the source with it, and `tenancy check --update`
# writes it anew: review the difference. A place may have a `note` of yours, which is kept.

";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inventory {
    version: Version,
    /// Files that are not read, as in `.gitignore`.
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    /// Whether what only tests compile is looked at as well.
    #[serde(default)]
    pub(super) tests: bool,
    #[serde(default, rename = "place", skip_serializing_if = "Vec::is_empty")]
    places: Vec<Entry>,
}

/// The first and only one. Another is a newer tool's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == 1 {
            Ok(Self)
        } else {
            Err(format!("version {version} is a newer tool's; this one knows version 1"))
        }
    }
}

impl From<Version> for u32 {
    fn from(Version: Version) -> Self {
        1
    }
}

/// A place that was reviewed, and how many there are that look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    file: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    item: String,
    excerpt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: NonZeroUsize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_one(count: &NonZeroUsize) -> bool {
    count.get() == 1
}

impl Entry {
    fn key(&self) -> Key {
        Key {
            file: self.file.clone(),
            item: self.item.clone(),
            kind: self.kind,
            excerpt: self.excerpt.clone(),
        }
    }
}

impl Default for Inventory {
    fn default() -> Self {
        Self { version: Version, exclude: Vec::new(), tests: false, places: Vec::new() }
    }
}

impl Inventory {
    /// The one at `path`, or `None` where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(
                    Failure::new(format!("the inventory {} cannot be read", path.display())).because(error)
                );
            }
        };
        let read = toml::from_str(&text).map_err(|error| {
            Failure::new(format!("the inventory {} is not one", path.display()))
                .because(error)
                .fix("take back what was changed by hand, or remove the file and write it anew: `tenancy check --update`")
        })?;
        Ok(Some(read))
    }

    /// How often each place was reviewed.
    pub(super) fn counts(&self) -> BTreeMap<Key, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.places {
            *counts.entry(entry.key()).or_insert(0) += entry.count.get();
        }
        counts
    }

    /// The inventory of `places`, with this one's settings and notes. Of a file that `kept` says it keeps its entries.
    pub(super) fn updated(&self, places: &[&Place], kept: impl Fn(&str) -> bool) -> Self {
        let notes: BTreeMap<Key, &str> =
            self.places.iter().filter_map(|entry| Some((entry.key(), entry.note.as_deref()?))).collect();
        let mut entries: BTreeMap<Key, Entry> = (self.places.iter())
            .filter(|entry| kept(&entry.file))
            .map(|entry| (entry.key(), entry.clone()))
            .collect();
        for place in places {
            let Key { file, item, kind, excerpt } = place.key.clone();
            let note = notes.get(&place.key).map(|note| (*note).to_owned());
            entries
                .entry(place.key.clone())
                .and_modify(|entry| entry.count = entry.count.saturating_add(1))
                .or_insert(Entry {
                    kind,
                    file,
                    item,
                    excerpt,
                    reason: place.reason.clone(),
                    count: one(),
                    note,
                });
        }
        Self { places: entries.into_values().collect(), ..self.clone() }
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let failed = || Failure::new(format!("the inventory {} cannot be written", path.display()));
        let text = toml::to_string(self).map_err(|error| failed().because(error))?;
        let beside = path.with_extension("toml.new");
        std::fs::write(&beside, format!("{HEAD}{text}"))
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|error| failed().because(error))
    }

    /// The files that it has places of.
    pub(super) fn files(&self) -> BTreeSet<&str> {
        self.places.iter().map(|entry| entry.file.as_str()).collect()
    }
}
