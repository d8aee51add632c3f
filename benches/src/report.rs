//! The report, as Markdown.

use std::fmt::Write as _;
use std::fs;

use crate::Failure;
use crate::chapter::Chapter;
use crate::databases::Databases;
use crate::goals;
use crate::measure::Measured;
use crate::overview;
use crate::pinning::Pinned;
use crate::server;

/// The lock file, which the versions are read from.
const LOCK: &str = include_str!("../Cargo.lock");

/// The crates whose versions matter.
const CRATES: [&str; 9] = [
    "tenancy-diesel",
    "diesel",
    "diesel-async",
    "bb8",
    "tokio-postgres",
    "tokio",
    "sqlx",
    "sea-orm",
    "cf-gears-toolkit-db",
];

/// One group, measured both ways.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) local: Vec<Measured>,
    pub(crate) network: Vec<Measured>,
}

/// What was measured, and where.
pub(crate) struct Report {
    /// The kinds of statements.
    pub(crate) sections: Vec<Section>,
    /// The other parts.
    pub(crate) chapters: Vec<Chapter>,
    quick: bool,
    pinned: Result<Pinned, String>,
    postgres: String,
    load_before: String,
    load_after: String,
}

impl Report {
    /// Notes what the figures depend on.
    pub(crate) async fn begin(
        databases: &Databases,
        quick: bool,
        pinned: Result<Pinned, String>,
    ) -> Result<Self, Failure> {
        let postgres = databases.server_version().await?;
        Ok(Self {
            sections: Vec::new(),
            chapters: Vec::new(),
            quick,
            pinned,
            postgres,
            load_before: load(),
            load_after: String::new(),
        })
    }

    /// Notes how busy the machine was.
    pub(crate) fn end(&mut self) {
        self.load_after = load();
    }

    /// The whole of it.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::from("# What the guarantee costs\n\n");
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "- Machine: {}. PostgreSQL {}. {}.", server::processor(), self.postgres, versions())?;
        match &self.pinned {
            Ok(Pinned { core, of }) => {
                writeln!(text, "- Client, server and proxy are pinned to core {core} of {of}.")?;
            }
            Err(reason) => {
                writeln!(text, "- **Nothing is pinned ({reason}): the ratios are of little use.**")?
            }
        }
        writeln!(
            text,
            "- Load (1, 5 and 15 minutes): {} before, {} after.",
            self.load_before, self.load_after
        )?;
        writeln!(
            text,
            "- Local: through a Unix socket. Network: TCP through a proxy; the first line of a group has the real delay."
        )?;
        if self.quick {
            writeln!(text, "- **A quick run: too few rounds to quote.**")?;
        }
        writeln!(
            text,
            "- A ratio is the median of those of each round to the group's first line, in brackets its quartiles.\n"
        )?;
        self.write_goals(text)?;
        overview::write(&self.sections, text)?;
        for section in &self.sections {
            write_section(section, text)?;
        }
        self.write_sealed(text)?;
        for Chapter { title, text: own, .. } in &self.chapters {
            writeln!(text, "\n## {title}\n\n{}", own.trim_end())?;
        }
        Ok(())
    }

    fn write_goals(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "## Goals\n\n| goal | route | at most | measured | |\n|---|---|--:|--:|---|")?;
        let of_chapters = self.chapters.iter().flat_map(|chapter| &chapter.outcomes);
        for outcome in goals::outcomes(&self.sections).iter().chain(of_chapters) {
            let met = if outcome.is_met() { "met" } else { "**missed**" };
            let goals::Outcome { words, route, limit, ratio } = outcome;
            writeln!(text, "| {words} | {route} | {limit:.2} | {ratio:.3} | {met} |")?;
        }
        writeln!(text)
    }

    /// What a seal costs, once a transaction and for each statement.
    fn write_sealed(&self, text: &mut String) -> std::fmt::Result {
        if self.sections.is_empty() {
            return Ok(());
        }
        let more = |operation: &str| {
            let median = |wall: &str| {
                let name = format!("{operation}, {wall}");
                let mut all = self.sections.iter().flat_map(|section| &section.local);
                all.find(|measured| measured.name == name).map_or(f64::NAN, Measured::median)
            };
            median("sealed wall") - median("plain wall")
        };
        let (one, ten) = (more("tenants.get_result"), more("tenants.transaction(ten reads)"));
        writeln!(
            text,
            "## What a seal costs, local\n\nA read: {one:.1} us more than the plain wall; a transaction of ten: {ten:.1} us \
             more. So a statement costs {:.1} us more, and a transaction {:.1} us once.",
            (ten - one) / 9.0,
            one - (ten - one) / 9.0,
        )
    }
}

fn write_section(section: &Section, text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "## {}\n\n| | round trips | local, us | local, ratio | network, us | network, ratio | allocations |\n\
         |---|--:|--:|--:|--:|--:|--:|",
        section.title
    )?;
    let (Some(local_base), Some(network_base)) = (section.local.first(), section.network.first()) else {
        return Ok(());
    };
    for (local, network) in section.local.iter().zip(&section.network) {
        let ratio = |[low, middle, high]: [f64; 3]| format!("**{middle:.2}** ({low:.2}–{high:.2})");
        writeln!(
            text,
            "| {} | {} | {:.1} | {} | {:.0} | {} | {} |",
            local.name,
            local.round_trips,
            local.median(),
            ratio(local.ratio(local_base)),
            network.median(),
            ratio(network.ratio(network_base)),
            local.allocations,
        )?;
    }
    writeln!(text)
}

/// The versions of the crates, from the lock file.
fn versions() -> String {
    let version = |name: &str| {
        let (_, rest) = LOCK.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        rest.split_once('"').map(|(version, _)| version)
    };
    let known: Vec<_> =
        CRATES.iter().map(|name| format!("{name} {}", version(name).unwrap_or("unknown"))).collect();
    known.join(", ")
}

/// What the kernel says of its load.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let parts: Vec<_> = text.split(' ').take(3).collect();
    if parts.len() == 3 { parts.join(" ") } else { "unknown".to_owned() }
}
