//! What CI runs beside the tests. All of it is in the one target folder of the workspace: a dependency is compiled
//! once for all parts that look at it in the same way.

mod benches;
mod deny;
mod features;
mod packages;

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::case::cases;
use crate::shell::{cargo, run as shown};
use crate::workspace::{self, entries, root};

/// A part that may be asked for by itself.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: fn() -> Result<(), Failure>,
    /// Whether it is run only when it is named.
    when_named: bool,
}

impl Part {
    const fn new(name: &'static str, about: &'static str, run: fn() -> Result<(), Failure>) -> Self {
        Self { name, about, run, when_named: false }
    }
}

/// In an order in which what one compiles serves the next.
pub(crate) const PARTS: [Part; 14] = [
    Part::new("fmt", "rustfmt, also of the benches and of the compile-fail cases", fmt),
    Part::new("deny", "licences, sources, versions twice, advisories (deny.toml)", deny::run),
    Part::new("clippy", "clippy over everything, with all features", clippy),
    Part::new("docs", "rustdoc of everything", docs),
    Part::new("packages", "what is released is packaged, and has every file it includes", packages::run),
    Part::new(
        "examples",
        "the examples run to their end, and those that one runs first compile by themselves",
        examples,
    ),
    Part::new("benches", "the benches compile, without their peers", benches::run),
    // Some fifty runs, for each set of backends one of Diesel.
    Part {
        when_named: true,
        ..Part::new(
            "features",
            "what is released without features and with each by itself, and each example by itself; only when it is named, after a change of features",
            each_feature,
        )
    },
    // Everything is compiled once more, with the optimised parts of it.
    Part {
        when_named: true,
        ..Part::new(
            "rounds",
            "the benches run, without their peers, and no time is taken; only when it is named, after a change of benches/",
            benches::rounds,
        )
    },
    // Some fifty runs, most of which compile Diesel for another set of backends.
    Part {
        when_named: true,
        ..Part::new(
            "pairs",
            "each feature with each other one; only when it is named, after a change of features",
            features::pairs,
        )
    },
    // Hundreds of crates that nothing else of ours is built on.
    Part {
        when_named: true,
        ..Part::new(
            "peers",
            "the benches' peers compile; only when it is named, after a change of benches/",
            benches::peers,
        )
    },
    // Chromium is larger than all else that the tests need.
    Part {
        when_named: true,
        ..Part::new(
            "browser",
            "the product to copy in Chromium, whose packages are `chromium` and `chromium-driver`; only when it is named, after a change of its pages",
            browser,
        )
    },
    // The compile-fail cases are compiled once more.
    Part {
        when_named: true,
        ..Part::new(
            "explained",
            "`tenancy explain` on each compile-fail case; only when it is named, after a change of errors",
            explained,
        )
    },
    // Diesel with rows of 128 columns, which takes longer than all else that is compiled.
    Part {
        when_named: true,
        ..Part::new(
            "wide",
            "a table of a hundred columns; only when it is named, after a change of how rows are written",
            wide,
        )
    },
];

/// Runs the parts of these names, all that are for everybody if there are none, and says what each took.
pub(crate) fn run(names: &[&str]) -> Result<(), Failure> {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        let known: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        return Err(format!("`{unknown}` is no part of the check; the parts are {}", known.join(", ")));
    }
    let mut taken = Vec::new();
    for part in PARTS
        .iter()
        .filter(|part| if names.is_empty() { !part.when_named } else { names.contains(&part.name) })
    {
        eprintln!("\n== {}", part.name);
        let started = Instant::now();
        let result = (part.run)();
        // Now and not at the end only: it stands below what the part has printed.
        if let Err(failure) = &result {
            eprintln!("{}: {failure}", part.name);
        }
        taken.push((part.name, started.elapsed(), result.is_ok()));
    }
    println!("\n{}", report(&taken));
    let failed: Vec<_> = taken.iter().filter(|(.., passed)| !passed).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: cargo xtask check {}", failed.join(" "))) }
}

fn report(taken: &[(&str, Duration, bool)]) -> String {
    let line = |name: &str, time: Duration, passed: bool| {
        let (minutes, seconds) = (time.as_secs() / 60, time.as_secs() % 60);
        format!("{name:<10} {minutes:>3} min {seconds:>2} s{}", if passed { "" } else { "  FAILED" })
    };
    let mut lines: Vec<_> = taken.iter().map(|(name, time, passed)| line(name, *time, *passed)).collect();
    let all = taken.iter().map(|(_, time, _)| *time).sum();
    lines.push(line("together", all, true));
    lines.join("\n")
}

fn fmt() -> Result<(), Failure> {
    shown(&mut cargo(&["fmt", "--all", "--check"]))?;
    shown(&mut cargo(&["fmt", "--manifest-path", "benches/Cargo.toml", "--check"]))?;
    // No target of cargo's has the cases as modules.
    let mut files = Vec::new();
    for folder in entries(&cases())?.into_iter().filter(|path| path.is_dir()) {
        for case in entries(&folder)? {
            files.extend(
                ["fail.rs", "pass.rs"].map(|file| case.join(file)).into_iter().filter(|path| path.is_file()),
            );
        }
    }
    eprintln!("$ rustfmt --check tests/tests/compile_fail/*/*/{{fail,pass}}.rs");
    let mut rustfmt = std::process::Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]).args(files).current_dir(root());
    match rustfmt.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("cases are not formatted: run rustfmt on them, then `cargo xtask bless`".to_owned()),
        Err(error) => {
            Err(format!("`rustfmt` cannot be run: {error}. `rustup component add rustfmt` installs it"))
        }
    }
}

fn clippy() -> Result<(), Failure> {
    let features = workspace::all_features()?;
    let mut command = cargo(&["clippy", "--workspace", "--all-targets", "--features", &features]);
    shown(command.args(["--", "-D", "warnings"]))
}

fn docs() -> Result<(), Failure> {
    let mut command = cargo(&["doc", "--workspace", "--features", &workspace::all_features()?, "--no-deps"]);
    shown(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn explained() -> Result<(), Failure> {
    let test = ["test", "--quiet", "--package", "cargo-tenancy", "--test", "explain", "--", "--ignored"];
    shown(&mut cargo(&test))
}

fn browser() -> Result<(), Failure> {
    let test = ["test", "--package", "saas", "--test", "browser", "--", "--ignored"];
    shown(&mut cargo(&test))
}

fn wide() -> Result<(), Failure> {
    let features = ["--features", "128-column-tables"];
    shown(cargo(&["test", "--quiet", "--package", "tenancy-schemas", "--test", "atelier"]).args(features))
}

/// Those that whoever looks around runs first. The others are looked at by themselves with the features.
const RUN_FIRST: [&str; 2] = ["quickstart", "saas"];

/// As `cargo test --workspace` has compiled them. By itself an example has fewer features, and may lack one: that is only looked at.
fn examples() -> Result<(), Failure> {
    shown(&mut cargo(&["build", "--quiet", "--workspace", "--bins", "--tests"]))?;
    for example in workspace::examples()? {
        if RUN_FIRST.contains(&example.name.as_str()) {
            alone(&example)?;
        }
        let mut command = Command::new(workspace::target()?.join("debug").join(&example.name));
        if example.name == "saas" {
            // It serves until it is ended, otherwise, and keeps what it has.
            command.arg("--once");
            command.env("SAAS_DATA", root().join("target/saas")).env("SAAS_ADDRESS", "127.0.0.1:0");
        }
        shown(command.current_dir(root()).stdout(std::process::Stdio::null()))?;
    }
    Ok(())
}

/// Each set of features has a Diesel of its own, which takes longer than the example.
fn alone(example: &workspace::Package) -> Result<(), Failure> {
    shown(&mut cargo(&["check", "--quiet", "--package", &example.name]))
}

fn each_feature() -> Result<(), Failure> {
    for example in workspace::examples()? {
        alone(&example)?;
    }
    features::run()
}
