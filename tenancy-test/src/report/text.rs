//! The report for people.

use std::fmt;

use super::{Finding, Report};

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open: Vec<_> = self.not_covered.iter().filter(|gap| gap.allowed.is_none()).collect();
        writeln!(
            formatter,
            "two-tenant proof: {} found, {} not covered, {} operations tried, {} requests",
            self.findings.len(),
            open.len(),
            self.operations.iter().filter(|operation| !operation.tried.is_empty()).count(),
            self.requests
        )?;
        self.findings.iter().try_for_each(|finding| write!(formatter, "\n{finding}"))?;
        if !open.is_empty() {
            writeln!(formatter, "\nnot covered (seed it, or leave it out with `Proof::skip` and a reason):")?;
        }
        for gap in open {
            writeln!(formatter, "  {}: {}: {}", gap.operation, gap.what, gap.reason)?;
        }
        let left_out: Vec<_> =
            self.not_covered.iter().filter_map(|gap| Some((gap, gap.allowed.as_ref()?))).collect();
        if !left_out.is_empty() || !self.allowed.is_empty() {
            writeln!(formatter, "\nallowed:")?;
        }
        for (gap, reason) in left_out {
            writeln!(formatter, "  {}: {} is not covered: {reason}", gap.operation, gap.what)?;
        }
        for allowed in &self.allowed {
            let Finding { code, operation, position, .. } = &allowed.finding;
            writeln!(formatter, "  {} {operation}, {position}: {}", code.code(), allowed.reason)?;
        }
        if !self.notices.is_empty() {
            writeln!(formatter, "\nworth a look:")?;
        }
        self.notices.iter().try_for_each(|notice| writeln!(formatter, "  {}: {}", notice.about, notice.text))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, operation, position, actor, other, sent, answered, evidence } = self;
        writeln!(formatter, "{}: {operation}: {}", code.code(), code.title())?;
        writeln!(formatter, "  where     {position}; {actor} against {other}")?;
        writeln!(formatter, "  sent      {sent}")?;
        writeln!(formatter, "  answered  {answered}")?;
        evidence.iter().try_for_each(|line| writeln!(formatter, "  evidence  {line}"))?;
        writeln!(formatter, "  why       {}", code.why())?;
        writeln!(formatter, "  fix       {}", code.fix())
    }
}
