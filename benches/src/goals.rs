//! What was promised: each is a ratio of two variants, and a limit.

use crate::report::Section;

/// A ratio that must not be exceeded.
pub(crate) struct Goal {
    words: &'static str,
    variant: &'static str,
    base: &'static str,
    local: Option<f64>,
    network: Option<f64>,
}

const GOALS: [Goal; 7] = [
    Goal {
        words: "scoped statement without a wall",
        variant: "scoped select, plain connection",
        base: "select by hand",
        local: Some(1.02),
        network: Some(1.02),
    },
    Goal {
        words: "read under the wall",
        variant: "tenants.get_result, plain wall",
        base: "select by hand",
        local: Some(1.9),
        network: Some(1.10),
    },
    Goal {
        words: "sealed read, to unsealed",
        variant: "tenants.get_result, sealed wall",
        base: "tenants.get_result, plain wall",
        local: Some(1.35),
        network: Some(1.05),
    },
    Goal {
        words: "sealed write, to unsealed",
        variant: "tenants.execute(update), sealed wall",
        base: "tenants.execute(update), plain wall",
        local: Some(1.35),
        network: Some(1.05),
    },
    Goal {
        words: "bulk insert, to `values(vec)`",
        variant: "bulk(rows), plain connection",
        base: "values(vec) by hand",
        local: Some(0.6),
        network: None,
    },
    Goal {
        words: "bulk insert under the wall, to `values(vec)` without one",
        variant: "tenants.execute(bulk), plain wall",
        base: "values(vec) by hand",
        local: Some(0.6),
        network: None,
    },
    Goal {
        words: "bulk insert under the wall, to `values(vec)` under it",
        variant: "tenants.execute(bulk), plain wall",
        base: "BEGIN, set_config, values(vec), COMMIT by hand, plain wall",
        local: Some(0.6),
        network: None,
    },
];

/// How it went: one row of the table for each goal and route.
pub(crate) struct Outcome {
    pub(crate) words: &'static str,
    pub(crate) route: &'static str,
    pub(crate) limit: f64,
    pub(crate) ratio: f64,
}

impl Outcome {
    /// Whether the goal is met.
    pub(crate) fn is_met(&self) -> bool {
        self.ratio <= self.limit
    }
}

/// How the statements' goals went: none if no statement was measured. One whose variants are not measured is not met: its ratio
/// is not a number.
pub(crate) fn outcomes(sections: &[Section]) -> Vec<Outcome> {
    if sections.is_empty() {
        return Vec::new();
    }
    let ratio = |goal: &Goal, network: bool| {
        let find = |name| {
            sections
                .iter()
                .flat_map(|section| if network { &section.network } else { &section.local })
                .find(|measured| measured.name == name)
        };
        match (find(goal.variant), find(goal.base)) {
            (Some(variant), Some(base)) => variant.ratio(base)[1],
            _ => f64::NAN,
        }
    };
    GOALS
        .iter()
        .flat_map(|goal| {
            [("local", goal.local, false), ("network", goal.network, true)].into_iter().filter_map(
                move |(route, limit, network)| {
                    let (words, limit) = (goal.words, limit?);
                    Some(Outcome { words, route, limit, ratio: ratio(goal, network) })
                },
            )
        })
        .collect()
}
