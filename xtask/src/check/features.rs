//! The features of what is released, when it is asked for: none and each by itself, and each with each other one. All combinations would be
//! thousands; all of them together are what clippy looks at.
//!
//! By itself a feature is turned on in one package, so that what it forgets to turn on is missed there. Two are turned
//! on in every package that has one of them, in one run: most of the time goes into Diesel, which is compiled anew for
//! each set of backends, and so once for all packages.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::shell::{cargo, shown};
use crate::workspace::{self, Package};

/// A feature of a package, as `package/feature`.
type Name = String;

pub(super) fn run() -> Result<(), Failure> {
    let packages = workspace::published()?;
    check(runs(&packages).alone)
}

/// Each with each other one.
pub(super) fn pairs() -> Result<(), Failure> {
    let packages = workspace::published()?;
    check(runs(&packages).pairs)
}

fn check(runs: Vec<Run<'_>>) -> Result<(), Failure> {
    let mut failed = 0;
    for Run { packages, features } in runs {
        let mut command = cargo(&["check", "--quiet", "--message-format=json", "--no-default-features"]);
        packages.iter().for_each(|package| {
            command.args(["--package", package]);
        });
        if !features.is_empty() {
            command.arg("--features").arg(features.join(","));
        }
        failed += usize::from(!is_clean(&mut command)?);
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("{failed} combinations of features do not compile cleanly"))
    }
}

/// Whether our packages compile without a word. `-D warnings` in RUSTFLAGS would compile every dependency anew.
fn is_clean(command: &mut Command) -> Result<bool, Failure> {
    let line = shown(command).replace(" --quiet --message-format=json --no-default-features", "");
    eprintln!("$ {line}");
    let output = command.stderr(Stdio::piped()).output();
    let output = output.map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // Dependencies from the registry are compiled without lints, so each message is about one of ours.
    let ours = messages.iter().filter(|message| message["reason"] == "compiler-message");
    let shown: Vec<&str> = ours.filter_map(|message| message["message"]["rendered"].as_str()).collect();
    shown.iter().for_each(|message| eprintln!("{message}"));
    if !output.status.success() && shown.is_empty() {
        // It did not come to compiling.
        let _ = std::io::stderr().write_all(&output.stderr);
    }
    Ok(output.status.success() && shown.is_empty())
}

/// One run of cargo.
#[derive(Debug, PartialEq, Eq)]
struct Run<'a> {
    packages: Vec<&'a str>,
    features: Vec<Name>,
}

struct Runs<'a> {
    /// None and each one of each package.
    alone: Vec<Run<'a>>,
    /// Each two of all. Left out are those that turn on nothing new together: in no package two that it was not yet compiled with.
    pairs: Vec<Run<'a>>,
}

fn runs(packages: &[Package]) -> Runs<'_> {
    let mut found = Runs { alone: Vec::new(), pairs: Vec::new() };
    let mut alone = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for package in packages {
        let each = own(package).map(|name| vec![format!("{}/{name}", package.name)]);
        for features in std::iter::once(Vec::new()).chain(each) {
            let on = turned_on(&features, packages);
            seen.extend(by_package(&on, packages));
            if alone.insert((&package.name, own_of(package, &on))) {
                found.alone.push(Run { packages: vec![&package.name], features });
            }
        }
    }
    let names: Vec<&str> = packages.iter().flat_map(own).collect::<BTreeSet<_>>().into_iter().collect();
    for (at, one) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            let both = |package: &Package| -> Vec<Name> {
                let both = own(package).filter(|name| name == one || name == other);
                both.map(|name| format!("{}/{name}", package.name)).collect()
            };
            let having: Vec<&Package> = packages.iter().filter(|package| !both(package).is_empty()).collect();
            let features: Vec<Name> = having.iter().flat_map(|package| both(package)).collect();
            let new: Vec<_> = by_package(&turned_on(&features, packages), packages)
                .into_iter()
                .filter(|compiled| seen.insert(compiled.clone()))
                .collect();
            if !new.is_empty() {
                found.pairs.push(Run {
                    packages: having.iter().map(|package| package.name.as_str()).collect(),
                    features,
                });
            }
        }
    }
    found
}

/// What each package is compiled with. One of which nothing is turned on was looked at by itself.
fn by_package<'a>(on: &BTreeSet<Name>, packages: &'a [Package]) -> Vec<(&'a str, BTreeSet<Name>)> {
    let with = packages.iter().map(|package| (package.name.as_str(), own_of(package, on)));
    with.filter(|(_, own)| !own.is_empty()).collect()
}

/// Those of one package.
fn own_of(package: &Package, on: &BTreeSet<Name>) -> BTreeSet<Name> {
    let of_it = |name: &&Name| name.split_once('/').is_some_and(|(of, _)| of == package.name);
    on.iter().filter(of_it).cloned().collect()
}

/// The features of a package, but for the list of those that are on by default.
fn own(package: &Package) -> impl Iterator<Item = &str> {
    package.features.iter().map(|feature| feature.name.as_str()).filter(|name| *name != "default")
}

/// These features, and those of the packages that they turn on.
fn turned_on(features: &[Name], packages: &[Package]) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    let mut left = features.to_vec();
    while let Some(name) = left.pop() {
        let Some((package, feature)) = name.split_once('/') else { continue };
        let Some(package) = packages.iter().find(|one| one.name == package) else { continue };
        let Some(feature) = package.features.iter().find(|one| one.name == feature) else { continue };
        if found.insert(name.clone()) {
            // `other/feature` names another package's, a bare word one of its own.
            left.extend(feature.enables.iter().map(|enabled| match enabled.split_once('/') {
                Some(_) => enabled.replace('?', ""),
                None => format!("{}/{enabled}", package.name),
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Feature;

    fn package(name: &str, features: &[(&str, &[&str])]) -> Package {
        let feature = |(name, enables): &(&str, &[&str])| Feature {
            name: (*name).to_owned(),
            enables: enables.iter().map(|name| (*name).to_owned()).collect(),
        };
        Package {
            name: name.to_owned(),
            version: String::new(),
            folder: Default::default(),
            published: true,
            features: features.iter().map(feature).collect(),
            has_binary: false,
        }
    }

    #[test]
    fn what_turns_on_the_same_is_compiled_once() {
        let core = package("core", &[("default", &["a"]), ("a", &["dep:x"]), ("b", &["a"]), ("d", &[])]);
        let pool = package("pool", &[("b", &["core/b"]), ("c", &["dep:y"])]);
        let packages = [core, pool];
        let Runs { alone, pairs } = runs(&packages);
        let lines = |runs: &[Run<'_>]| -> Vec<String> {
            runs.iter().map(|run| format!("{}: {}", run.packages.join(" "), run.features.join(" "))).collect()
        };
        assert_eq!(
            lines(&alone),
            [
                "core: ",
                "core: core/a",
                "core: core/b",
                "core: core/d",
                "pool: ",
                "pool: pool/b",
                "pool: pool/c",
            ]
        );
        assert_eq!(
            lines(&pairs),
            ["core: core/a core/d", "core pool: core/b pool/b pool/c", "core pool: core/b core/d pool/b",]
        );
    }
}
