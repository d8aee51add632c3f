//! What was measured at each count: a table with the times, one with the ratios to the hand-written statement, and the lines.

use std::fmt::Write as _;

use crate::chart::{self, Picture};
use crate::measure::Measured;

/// A variant at one count.
pub(super) struct Point {
    pub(super) name: String,
    /// The median, in microseconds.
    pub(super) time: f64,
    /// To the hand-written one at the same count: the quartiles and the median of the paired ratios.
    pub(super) ratio: [f64; 3],
}

impl Point {
    /// The points of variants that were measured together, the first of which is the hand-written one.
    pub(super) fn of(measured: &[Measured]) -> Vec<Self> {
        let Some(base) = measured.first() else { return Vec::new() };
        measured
            .iter()
            .map(|measured| Self {
                name: measured.name.clone(),
                time: measured.median(),
                ratio: measured.ratio(base),
            })
            .collect()
    }
}

/// The points of the same variants at each count.
pub(super) struct Curve {
    /// What was counted.
    pub(super) of: &'static str,
    pub(super) counts: Vec<usize>,
    pub(super) points: Vec<Vec<Point>>,
}

impl Curve {
    /// None yet.
    pub(super) fn new(of: &'static str) -> Self {
        Self { of, counts: Vec::new(), points: Vec::new() }
    }

    pub(super) fn push(&mut self, count: usize, points: Vec<Point>) {
        self.counts.push(count);
        self.points.push(points);
    }

    /// The two tables.
    pub(super) fn write(&self, title: &str, text: &mut String) -> std::fmt::Result {
        let Some(first) = self.points.first() else { return Ok(()) };
        let names: Vec<_> = first.iter().map(|point| point.name.as_str()).collect();
        let head = format!("| {} | {} |\n|--:|{}", self.of, names.join(" | "), "--:|".repeat(names.len()));
        writeln!(
            text,
            "\n### {title}\n\nMicroseconds, and in brackets the ratio to the smallest count.\n\n{head}"
        )?;
        for (count, points) in self.counts.iter().zip(&self.points) {
            let cells: Vec<_> = points
                .iter()
                .zip(first)
                .map(|(point, first)| format!("{:.1} (**{:.2}**)", point.time, point.time / first.time))
                .collect();
            writeln!(text, "| {count} | {} |", cells.join(" | "))?;
        }
        writeln!(text, "\nThe ratio to `{}` at the same count.\n\n{head}", names.first().unwrap_or(&""))?;
        for (count, points) in self.counts.iter().zip(&self.points) {
            let cells: Vec<_> = points
                .iter()
                .map(|Point { ratio: [low, middle, high], .. }| {
                    format!("**{middle:.2}** ({low:.2}–{high:.2})")
                })
                .collect();
            writeln!(text, "| {count} | {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    /// The lines.
    pub(super) fn picture(&self, title: &str) -> Picture {
        let series: Vec<_> = (0..self.points.first().map_or(0, Vec::len))
            .map(|index| {
                let times = self.points.iter().map(|points| points[index].time).collect();
                (self.points[0][index].name.clone(), times)
            })
            .collect();
        chart::lines(title, &self.counts, "microseconds", &series)
    }
}
