//! What was promised: each is a ratio of two variants, and a limit.

use std::borrow::Cow;

use crate::databases::Kind;
use crate::groups::{COMPARED, Compared};
use crate::measure::Measured;
use crate::report::Section;
use crate::{overview, peers};

/// A ratio that must not be exceeded.
pub(crate) struct Goal {
    words: &'static str,
    variant: &'static str,
    base: &'static str,
    local: Option<f64>,
    network: Option<f64>,
}

const GOALS: [Goal; 13] = [
    Goal {
        words: "read under the wall, of the tenant before",
        variant: "tenants.get_result, plain wall, one tenant",
        base: "select by hand, one tenant",
        local: Some(1.10),
        network: Some(1.03),
    },
    Goal {
        words: "read under the wall, of another tenant each time",
        variant: "tenants.get_result, plain wall",
        base: "select by hand",
        local: Some(1.6),
        network: Some(1.03),
    },
    Goal {
        words: "sealed read, of the tenant before",
        variant: "tenants.get_result, sealed wall, one tenant",
        base: "select by hand, one tenant",
        local: Some(1.7),
        network: Some(1.08),
    },
    Goal {
        words: "sealed read, of another tenant each time",
        variant: "tenants.get_result, sealed wall",
        base: "select by hand",
        local: Some(2.3),
        network: Some(1.08),
    },
    Goal {
        words: "write under the wall, of the tenant before",
        variant: "tenants.execute(update), plain wall, one tenant",
        base: "scoped update, plain connection, one tenant",
        local: None,
        network: Some(1.10),
    },
    Goal {
        words: "scoped read without a wall, on `OneSyncConnection`",
        variant: "tenants.get_result on OneSyncConnection, no wall",
        base: "select by hand",
        local: Some(0.8),
        network: None,
    },
    Goal {
        words: "the same under the wall, of the tenant before",
        variant: "tenants.get_result on OneSyncConnection, plain wall, one tenant",
        base: "select by hand",
        local: Some(1.0),
        network: None,
    },
    Goal {
        words: "the same under the wall, of another tenant each time",
        variant: "tenants.get_result on OneSyncConnection, plain wall",
        base: "select by hand",
        local: Some(1.0),
        network: None,
    },
    Goal {
        words: "the same sealed, of the tenant before",
        variant: "tenants.get_result on OneSyncConnection, sealed wall, one tenant",
        base: "select by hand",
        local: Some(1.6),
        network: None,
    },
    Goal {
        words: "the same sealed, of another tenant each time",
        variant: "tenants.get_result on OneSyncConnection, sealed wall",
        base: "select by hand",
        local: Some(1.6),
        network: None,
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

/// A ratio that must not be exceeded in any of the groups that have peers. It is to be met by the worst of them.
struct EveryGroup {
    words: &'static str,
    /// What is compared.
    variant: Side,
    /// With what.
    base: Side,
    limit: f64,
}

/// What is compared in each group.
enum Side {
    /// The statement by hand.
    ByHand,
    /// The scoped one, on a connection.
    Scoped,
    /// The best way that the library has on a connection.
    Best,
    /// What goes through the pool, behind a wall: on our own connection, or not.
    Pool { kind: Kind, one_sync: bool },
    /// A peer, behind a wall.
    Peer { name: &'static str, kind: Kind },
}

impl Side {
    fn is(&self, compared: &Compared, name: &str) -> bool {
        match self {
            Self::ByHand => name == compared.by_hand,
            Self::Scoped => name == compared.scoped,
            Self::Best => name == compared.best,
            Self::Pool { kind, one_sync } => overview::is_through_pool(name, *kind, *one_sync),
            Self::Peer { name: peer, kind } => name == overview::peer_behind(peer, *kind),
        }
    }
}

const fn than_peer(words: &'static str, variant: Side, name: &'static str, kind: Kind) -> EveryGroup {
    EveryGroup { words, variant, base: Side::Peer { name, kind }, limit: 1.0 }
}

const fn pool(kind: Kind, one_sync: bool) -> Side {
    Side::Pool { kind, one_sync }
}

const EVERY_GROUP: [EveryGroup; 10] = [
    EveryGroup {
        words: "scoped statement without a wall",
        variant: Side::Scoped,
        base: Side::ByHand,
        limit: 1.02,
    },
    than_peer("faster than SeaORM, in every row", Side::Best, peers::SEA_ORM, Kind::Open),
    than_peer("faster than gears, in every row", Side::Best, peers::GEARS, Kind::Open),
    than_peer("faster than sqlx, in every row", Side::Best, peers::SQLX, Kind::Open),
    than_peer("faster than SeaORM under the wall", pool(Kind::Plain, false), peers::SEA_ORM, Kind::Plain),
    than_peer("faster than sqlx under the wall", pool(Kind::Plain, false), peers::SQLX, Kind::Plain),
    than_peer("faster than sqlx, sealed", pool(Kind::Sealed, false), peers::SQLX, Kind::Sealed),
    than_peer("faster than sqlx, on `OneSyncConnection`", pool(Kind::Open, true), peers::SQLX, Kind::Open),
    than_peer(
        "faster than sqlx under the wall, on `OneSyncConnection`",
        pool(Kind::Plain, true),
        peers::SQLX,
        Kind::Plain,
    ),
    than_peer(
        "faster than sqlx, sealed, on `OneSyncConnection`",
        pool(Kind::Sealed, true),
        peers::SQLX,
        Kind::Sealed,
    ),
];

/// How it went: one row of the table for each goal and route.
pub(crate) struct Outcome {
    pub(crate) words: Cow<'static, str>,
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

/// How a section was measured.
type Ways = [(&'static str, fn(&Section) -> &[Measured]); 2];

const WAYS: Ways = [("local", |section| &section.local), ("network", |section| &section.network)];

/// How the statements' goals went: none if no statement was measured. One whose variants are not measured is not met: its ratio
/// is not a number.
pub(crate) fn outcomes(sections: &[Section]) -> Vec<Outcome> {
    if sections.is_empty() {
        return Vec::new();
    }
    let every_group = EVERY_GROUP.iter().flat_map(|goal| {
        WAYS.map(|(route, measured)| {
            let (group, ratio) = worst(goal, sections, measured);
            Outcome {
                words: format!("{} (worst: {group})", goal.words).into(),
                route,
                limit: goal.limit,
                ratio,
            }
        })
    });
    let single = GOALS.iter().flat_map(|goal| {
        let [local, network] = WAYS.map(|(route, measured)| (route, ratio(goal, sections, measured)));
        [(local, goal.local), (network, goal.network)].into_iter().filter_map(|((route, ratio), limit)| {
            Some(Outcome { words: goal.words.into(), route, limit: limit?, ratio })
        })
    });
    every_group.chain(single).collect()
}

/// The group in which `goal` is worst met, and its ratio there.
fn worst(
    goal: &EveryGroup,
    sections: &[Section],
    measured: fn(&Section) -> &[Measured],
) -> (&'static str, f64) {
    let in_group = |compared: &Compared| {
        let section = sections.iter().find(|section| section.title == compared.group);
        let measured = section.map(measured).unwrap_or_default();
        // Where there are two ways, the better one stands last.
        let find = |side: &Side| measured.iter().rfind(|one| side.is(compared, &one.name));
        (compared.group, ratio_of(find(&goal.variant), find(&goal.base)))
    };
    // Not a number is greater than any.
    COMPARED
        .iter()
        .map(in_group)
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .unwrap_or(("no group", f64::NAN))
}

fn ratio(goal: &Goal, sections: &[Section], measured: fn(&Section) -> &[Measured]) -> f64 {
    // The names of variants that goals are about are those of one group each.
    let section =
        sections.iter().find(|section| measured(section).iter().any(|one| one.name == goal.variant));
    between(section.map(measured).unwrap_or_default(), goal.variant, goal.base)
}

/// The ratio of two variants of a group.
fn between(measured: &[Measured], variant: &str, base: &str) -> f64 {
    let find = |name| measured.iter().find(|one| one.name == name);
    ratio_of(find(variant), find(base))
}

fn ratio_of(variant: Option<&Measured>, base: Option<&Measured>) -> f64 {
    match (variant, base) {
        (Some(variant), Some(base)) => variant.ratio(base)[1],
        _ => f64::NAN,
    }
}
