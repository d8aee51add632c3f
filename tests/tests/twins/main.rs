//! What has to compile beside each compile-fail case, and what must not either.
//!
//! Each case has a twin, `pass.rs`, which differs only by the fix and compiles. And each case that runs a statement on
//! a connection is played once more on an asynchronous one: that half is derived from the case (`halves.rs`), has to
//! be refused by the same first line, and with the twin's fix it compiles. Only the cases whose two halves differ have
//! a second folder, `…_async`.
//!
//! All of them are modules of three programs that are checked together, so that they cost one check and not a
//! thousand. The programs are written anew each time: a new case is in them as soon as it has its files.
#![allow(clippy::unwrap_used, clippy::panic)] // a file that cannot be read is a failed test

mod halves;
mod project;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tenancy_tests::corpus::{Case, cases, copy_schemas};

use self::project::{Complaint, Project};

#[test]
fn every_twin_compiles_and_the_asynchronous_half_of_a_case_fails_as_it_does() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let project = Project::new(target);
    copy_schemas(&project.directory);
    let cases = cases();
    let halved: Vec<&Case> = cases.iter().filter(|case| halves::has_one(case, &cases)).collect();
    assert!(halved.len() > 150, "the cases that run a statement are found");

    let twins =
        cases.iter().map(|case| (case.module(), fs::canonicalize(case.path.join("pass.rs")).unwrap()));
    project.write_program("twins", twins.collect());
    project.write_program("async_fixed", derived(&project, &halved, "pass.rs"));
    project.write_program("async_failing", derived(&project, &halved, "fail.rs"));

    let mut wrong = Vec::new();
    let mut refused: BTreeMap<String, Vec<Complaint>> = BTreeMap::new();
    let (complaints, compiled) = project.check();
    for complaint in complaints {
        match (complaint.program.as_str(), complaint.module()) {
            ("async_failing", Some(module)) => refused.entry(module).or_default().push(complaint),
            _ => wrong.push(format!("{}: {}", complaint.program, complaint.rendered)),
        }
    }
    for case in halved {
        let errors = refused.remove(&case.module()).unwrap_or_default();
        let expected = &case.headlines()[0];
        let found = errors.first().map(|error| error.headline_without(&case.module()));
        if found.as_ref() != Some(expected) {
            wrong.push(format!(
                "{}: on an asynchronous connection its first error is\n  {}\nand not\n  {expected}\n\
                 Give it a folder of its own, `{0}_async`, if the two have to differ.",
                case.name,
                found.as_deref().unwrap_or("none: it compiles")
            ));
        }
    }
    for program in ["twins", "async_fixed"].into_iter().filter(|program| !compiled.contains(*program)) {
        wrong.push(format!("{program}: it was not compiled"));
    }
    wrong.extend(refused.into_keys().map(|module| format!("{module}: no such case")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_exceptions_are_cases() {
    let cases = cases();
    let exceptions = halves::NO_HALF.iter().chain(&halves::SAME_DATABASE);
    let gone: Vec<_> = exceptions.filter(|name| cases.iter().all(|case| case.name != **name)).collect();
    assert!(gone.is_empty(), "no such cases: {gone:?}");
}

/// The asynchronous halves of one file of each case, written into the project.
fn derived(project: &Project, cases: &[&Case], file: &str) -> Vec<(String, PathBuf)> {
    let folder = project.directory.join(file.trim_end_matches(".rs"));
    let _ = fs::remove_dir_all(&folder); // a half of a case that is no more
    fs::create_dir_all(&folder).unwrap();
    let write = |case: &&Case| {
        let path = folder.join(format!("{}.rs", case.module()));
        fs::write(&path, halves::asynchronous(case, file)).unwrap();
        (case.module(), path)
    };
    cases.iter().map(write).collect()
}
