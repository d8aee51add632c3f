//! What most have, and what the others have instead.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Alike, Contents, Difference, Drifted, Kind};
use crate::migrations::target::Target;

type Objects = BTreeMap<(Kind, String), String>;

/// Targets by what is in them, which is kept once.
#[derive(Debug, Default)]
pub(super) struct Group(HashMap<[u8; 32], (Contents, BTreeSet<Target>)>);

impl Group {
    pub(super) fn add(&mut self, target: Target, contents: Contents) {
        self.0.entry(contents.fingerprint()).or_insert_with(|| (contents, BTreeSet::new())).1.insert(target);
    }

    /// What they are compared by is what most have; of as many, what the first target has. `None` where there are none.
    pub(super) fn alike(self) -> Option<(Alike, Contents)> {
        let mut kinds: Vec<_> = self.0.into_values().collect();
        kinds.sort_by(|(_, one), (_, other)| {
            other.len().cmp(&one.len()).then_with(|| one.first().cmp(&other.first()))
        });
        let mut kinds = kinds.into_iter();
        let (right, most) = kinds.next()?;
        let mut drifted: Vec<_> = kinds
            .map(|(contents, targets)| Drifted {
                targets: targets.into_iter().collect(),
                differences: differences(&contents.0, &right.0),
            })
            .collect();
        drifted.sort_by(|one, other| one.targets.first().cmp(&other.targets.first()));
        let alike = Alike {
            targets: most.len() + drifted.iter().map(|one| one.targets.len()).sum::<usize>(),
            as_most: most.len(),
            like: most.into_iter().next()?,
            drifted,
        };
        Some((alike, right))
    }
}

/// Where a table is missing, its columns and whatever else is part of it are not listed one by one.
fn differences(here: &Objects, elsewhere: &Objects) -> Vec<Difference> {
    let keys: BTreeSet<_> = here.keys().chain(elsewhere.keys()).collect();
    let whole: BTreeSet<&str> = keys
        .iter()
        .filter(|(kind, _)| *kind == Kind::Table)
        .filter(|key| here.contains_key(**key) != elsewhere.contains_key(**key))
        .map(|(_, name)| name.as_str())
        .collect();
    keys.into_iter()
        .filter(|key| here.get(*key) != elsewhere.get(*key))
        .filter(|(kind, name)| {
            *kind == Kind::Table || !whole.contains(name.split('.').next().unwrap_or(name))
        })
        .map(|key| Difference {
            kind: key.0,
            name: key.1.clone(),
            here: here.get(key).cloned(),
            elsewhere: elsewhere.get(key).cloned(),
        })
        .collect()
}
