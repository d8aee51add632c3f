//! Each feature of what is released, with each other one: all combinations would be thousands.

use std::collections::BTreeSet;

use crate::Failure;
use crate::shell::{cargo, run as shown};
use crate::workspace::{self, Feature, Package};

pub(super) fn run() -> Result<(), Failure> {
    for package in workspace::published()? {
        for features in combinations(&package) {
            // Clippy takes `-D warnings` for our packages alone; in RUSTFLAGS it would compile every dependency anew.
            shown(&mut cargo(&[
                "clippy",
                "--quiet",
                "--package",
                &package.name,
                "--no-default-features",
                "--features",
                &features.join(","),
                "--",
                "-D",
                "warnings",
            ]))?;
        }
    }
    Ok(())
}

/// None, each one, and each two. Of those that turn on the same of the package's features, one.
fn combinations(package: &Package) -> Vec<Vec<&str>> {
    let names: Vec<&str> = package
        .features
        .iter()
        .map(|feature| feature.name.as_str())
        .filter(|name| *name != "default")
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let alone = names.iter().map(|name| vec![*name]);
    let pairs = names
        .iter()
        .enumerate()
        .flat_map(|(at, one)| names[at + 1..].iter().map(move |other| vec![*one, *other]));
    for features in std::iter::once(Vec::new()).chain(alone).chain(pairs) {
        if seen.insert(closure(&features, &package.features)) {
            found.push(features);
        }
    }
    found
}

/// These features, and those of the package that they turn on.
fn closure<'a>(features: &[&'a str], all: &'a [Feature]) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut left = features.to_vec();
    while let Some(name) = left.pop() {
        if let Some(feature) = all.iter().find(|feature| feature.name == name)
            && found.insert(feature.name.as_str())
        {
            left.extend(feature.enables.iter().map(String::as_str));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_on_the_same_is_compiled_once() {
        let feature = |name: &str, enables: &[&str]| Feature {
            name: name.to_owned(),
            enables: enables.iter().map(|name| (*name).to_owned()).collect(),
        };
        let package = Package {
            name: String::new(),
            version: String::new(),
            folder: Default::default(),
            published: true,
            features: vec![
                feature("default", &["a"]),
                feature("a", &["dep:diesel"]),
                feature("b", &["a", "diesel/b"]),
                feature("c", &["b"]),
                feature("d", &[]),
            ],
            has_binary: false,
        };
        let expected: [&[&str]; 8] =
            [&[], &["a"], &["b"], &["c"], &["d"], &["a", "d"], &["b", "d"], &["c", "d"]];
        assert_eq!(combinations(&package), expected);
    }
}
