//! How long an application compiles: the same one by hand and within tenants.

mod cargo;
mod crates;
mod rustc;
mod source;

use std::fmt::Write as _;
use std::path::Path;

use self::cargo::{Mode, Taken};
use self::crates::Crates;
use self::source::Style;
use crate::chapter::Chapter;
use crate::goals::Outcome;
use crate::measure::Measured;
use crate::{Context, Failure};

pub(crate) use self::rustc::stand_in_for_rustc;

/// How much longer the library's application may compile.
const LIMIT: f64 = 1.20;

/// The size that the goal is about.
const LARGE: usize = 50;

/// How the crate is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Build {
    /// `cargo check` of a crate of which nothing is kept.
    ColdCheck,
    /// `cargo build --release` of such a crate.
    ColdRelease,
    /// `cargo check` after a change in one query's body.
    IncrementalCheck,
}

impl Build {
    const ALL: [Self; 3] = [Self::ColdCheck, Self::ColdRelease, Self::IncrementalCheck];

    fn name(self) -> &'static str {
        match self {
            Self::ColdCheck => "cold check",
            Self::ColdRelease => "cold release build",
            Self::IncrementalCheck => "incremental check",
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::ColdCheck | Self::IncrementalCheck => Mode::Check,
            Self::ColdRelease => Mode::Release,
        }
    }
}

/// One size, built in one way: by hand and within tenants.
struct Row {
    models: usize,
    build: Build,
    /// The time of each repetition, and its most memory in MiB.
    taken: [Vec<Taken>; 2],
}

impl Row {
    fn ratio(&self, of: impl Fn(&Taken) -> f64) -> [f64; 3] {
        let [plain, scoped] = self.measured(of);
        scoped.ratio(&plain)
    }

    /// The repetitions as rounds.
    fn measured(&self, of: impl Fn(&Taken) -> f64) -> [Measured; 2] {
        self.taken.each_ref().map(|taken| Measured {
            name: String::new(),
            round_trips: 0,
            rounds: taken.iter().map(&of).collect(),
            allocations: 0,
        })
    }
}

/// Writes the crates and builds them in turns.
pub(crate) fn measure(context: &Context<'_>) -> Result<Chapter, Failure> {
    let (sizes, builds, repetitions): (&[usize], &[Build], usize) =
        if context.quick { (&[2], &[Build::ColdCheck], 1) } else { (&[10, LARGE], &Build::ALL, 3) };
    // Beside the sources, as the report is.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/compile");
    let crates = Crates::write(folder, sizes)?;
    let mut rows = Vec::new();
    for &models in sizes {
        for &build in builds {
            eprintln!("{}, {models} models …", build.name());
            rows.push(measure_row(&crates, models, build, repetitions)?);
        }
    }
    let outcomes = rows
        .iter()
        .filter(|row| row.models == LARGE)
        .map(|row| Outcome {
            words: "compile time at 50 models, to plain Diesel's".into(),
            route: row.build.name(),
            limit: LIMIT,
            ratio: row.ratio(|taken| taken.seconds)[1],
        })
        .collect();
    Ok(Chapter { title: "Compile time", text: text(&rows)?, outcomes, pictures: Vec::new() })
}

fn measure_row(crates: &Crates, models: usize, build: Build, repetitions: usize) -> Result<Row, Failure> {
    let mode = build.mode();
    // What they depend on is built now, and the state is there that an incremental build goes on from.
    let names: Vec<_> = Style::ALL.map(|style| crates::name(style, models)).into();
    cargo::prepare(crates, mode, &names)?;
    let mut taken = [Vec::new(), Vec::new()];
    for repetition in 0..repetitions {
        for turn in 0..2 {
            let index = (repetition + turn) % 2;
            let (style, name) = (Style::ALL[index], &names[index]);
            match build {
                Build::ColdCheck | Build::ColdRelease => cargo::forget(crates, mode, name)?,
                // Another limit each time, in the first model's first query.
                Build::IncrementalCheck => crates.write_model(style, models, 0, 11 + repetition)?,
            }
            taken[index].push(cargo::build(crates, mode, name)?);
        }
    }
    Ok(Row { models, build, taken })
}

fn text(rows: &[Row]) -> Result<String, Failure> {
    let mut text = String::from(
        "Crates of models with eight columns each, Diesel's five derives on three structs, and five async queries: by hand with \
         Diesel and diesel-async, and the same with tables of tenants and `derive(TenantScoped)`. What they depend on is built \
         before. On every core; the ratio is the median of those of interleaved builds, in brackets its quartiles.\n\n\
         | build | models | plain, s | scoped, s | ratio | memory of rustc, MiB | ratio |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for row in rows {
        let [plain, scoped] = row.measured(|taken| taken.seconds);
        let [plain_memory, scoped_memory] = row.measured(|taken| taken.memory);
        let [low, middle, high] = scoped.ratio(&plain);
        writeln!(
            text,
            "| {} | {} | {:.2} | {:.2} | **{middle:.2}** ({low:.2}–{high:.2}) | {:.0} / {:.0} | {:.2} |",
            row.build.name(),
            row.models,
            plain.median(),
            scoped.median(),
            plain_memory.median(),
            scoped_memory.median(),
            row.ratio(|taken| taken.memory)[1],
        )?;
    }
    Ok(text)
}
