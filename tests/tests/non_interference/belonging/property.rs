//! The properties, of a database that runs statements and shows its contents.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::read::{On, Read, SHAPES, reads};
use super::rows::{Part, World, world};
use super::write::{MOVES, Move, VERBS, Write, writes, written_on};
use crate::property::{Answer, Sampler, check};
use crate::rows::{OTHERS, TENANT};

/// Whose the rows are that all share, and the people, who are several tenants'.
const EVERYBODY: i32 = 0;

/// A database that the properties are checked on.
pub(crate) trait Database {
    /// Empties the tables and fills them.
    fn fill(&mut self, statements: &str);

    /// The rows that are some tenants' by their keys, each as one line with all of its columns, in order.
    fn contents(&mut self, whose: &[i32]) -> Vec<String>;

    /// Runs a read for the tenant, for the set, or for a stranger.
    fn read(&mut self, read: &Read) -> Answer;

    /// Runs a write for the tenant.
    fn write(&mut self, write: &Write) -> Answer;

    /// Moves rows of the tenant to the first of the others.
    fn move_rows(&mut self, what: Move, on: &On) -> Answer;

    /// The keys of the presets and labels that a tenant reads beside its own.
    fn shared_keys(&mut self, tenant: i32) -> (Vec<i32>, Vec<i32>);
}

/// What is read is the same whether or not there are rows out of its reach: other tenants', shared ones, hidden ones, people whom
/// only others link.
pub(crate) fn reads_depend_on_their_reach_alone(database: &mut impl Database, cases: u32) {
    for shape in SHAPES {
        check(&format!("{shape:?}"), cases, &(world(), reads(shape)), |(world, read)| {
            database.fill(&world.inserts(&Part::everything()));
            let beside = database.read(&read);
            database.fill(&world.inserts(&read.reaches()));
            let alone = database.read(&read);
            prop_assert_eq!(beside, alone);
            Ok(())
        });
    }
}

/// Whoever asks for them reads all of the shared rows.
pub(crate) fn everybody_reads_what_all_share(database: &mut impl Database, cases: u32) {
    check("shared", cases, &world(), |world| {
        database.fill(&world.inserts(&Part::everything()));
        for tenant in [OTHERS[0], TENANT, OTHERS[1], 99] {
            prop_assert_eq!(database.shared_keys(tenant), world.shared_keys());
        }
        Ok(())
    });
}

/// What the tenant writes changes no other tenant's row and none that all share, and does to its own what it would do without the
/// others.
pub(crate) fn writes_touch_the_tenants_rows_alone(database: &mut impl Database, cases: u32) {
    for verb in VERBS {
        // Some statements before it, for rows that no row generator makes.
        let before = vec(Union::new(VERBS.map(writes)), 0..3);
        check(
            &format!("{verb:?}"),
            cases,
            &(world(), before, writes(verb)),
            |(world, mut statements, last)| {
                statements.push(last);
                let mut run = |part: &Part| {
                    database.fill(&world.inserts(part));
                    let others = [EVERYBODY, OTHERS[0], OTHERS[1]];
                    let before = database.contents(&others);
                    let answers: Vec<_> =
                        statements.iter().map(|statement| database.write(statement)).collect();
                    (answers, database.contents(&[TENANT]), before, database.contents(&others))
                };
                let (beside, own_beside, others_before, others_after) = run(&Part::everything());
                prop_assert_eq!(others_before, others_after);
                let (alone, own_alone, ..) = run(&Part::of(&[TENANT]));
                prop_assert_eq!(beside, alone);
                prop_assert_eq!(own_beside, own_alone);
                Ok(())
            },
        );
    }
}

/// Rows that move are the tenant's that they leave, whoever else there is; and what the one that they come to had is as it was.
pub(crate) fn moves_touch_two_tenants(database: &mut impl Database, cases: u32) {
    for what in MOVES {
        check(&format!("{what:?}"), cases, &(world(), written_on()), |(world, on)| {
            let mut run = |part: &Part| {
                database.fill(&world.inserts(part));
                // By their keys they stay whose they were. Members have none of their own: that they come is what changes.
                let others = if matches!(what, Move::Members) {
                    vec![OTHERS[1]]
                } else {
                    vec![EVERYBODY, OTHERS[0], OTHERS[1]]
                };
                let before = database.contents(&others);
                let answer = database.move_rows(what, &on);
                (answer, database.contents(&[TENANT, OTHERS[0]]), before, database.contents(&others))
            };
            let (beside, both_beside, others_before, others_after) = run(&Part::everything());
            prop_assert_eq!(others_before, others_after);
            let (alone, both_alone, ..) = run(&Part::of(&[TENANT, OTHERS[0]]));
            prop_assert_eq!(beside, alone);
            prop_assert_eq!(both_beside, both_alone);
            Ok(())
        });
    }
}

/// Every shape finds rows now and then, and every verb changes some, but for nobody's.
pub(crate) fn no_kind_is_idle(database: &mut impl Database) {
    // Some verbs need a chain that is whole, and a place for it beside another.
    let mut sample = Sampler::new(512);
    let everything = |world: &World| world.inserts(&Part::everything());
    for shape in SHAPES {
        sample.works(&format!("{shape:?}"), &(world(), reads(shape)), |(world, read)| {
            database.fill(&everything(&world));
            database.read(&read).expect("a read succeeds").iter().any(|row| !row.is_empty())
        });
    }
    for verb in VERBS.into_iter().filter(|verb| !verb.is_nobodys()) {
        sample.works(&format!("{verb:?}"), &(world(), writes(verb)), |(world, write)| {
            database.fill(&everything(&world));
            let before = database.contents(&[TENANT]);
            // One that is refused is a case as well.
            database.write(&write).is_ok() && database.contents(&[TENANT]) != before
        });
    }
    for what in MOVES {
        sample.works(&format!("{what:?}"), &(world(), written_on()), |(world, on)| {
            database.fill(&everything(&world));
            let before = database.contents(&[TENANT, OTHERS[0]]);
            database.move_rows(what, &on).is_ok() && database.contents(&[TENANT, OTHERS[0]]) != before
        });
    }
}
