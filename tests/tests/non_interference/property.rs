//! The property, of a database that runs statements and shows its contents.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner};

use crate::read::{self, Read};
use crate::rows::{OTHERS, TENANT, World, world};
use crate::write::{self, Write};

/// What a statement answered: its rows in order, its count, or its error.
pub(crate) type Answer = Result<Vec<String>, String>;

/// A database that the property is checked on.
pub(crate) trait Database {
    /// Empties the tables and fills them.
    fn fill(&mut self, statements: &str);

    /// The rows of some tenants, each as one line with all of its columns, in order.
    fn contents(&mut self, tenants: &[i32]) -> Vec<String>;

    /// Runs a read for the tenant.
    fn read(&mut self, read: &Read) -> Answer;

    /// Runs a write for the tenant.
    fn write(&mut self, write: &Write) -> Answer;
}

fn filled(world: &World, tenants: &[i32]) -> String {
    let rows = world.iter().filter(|(tenant, _)| tenants.contains(tenant));
    rows.map(|(tenant, rows)| rows.inserts(*tenant)).collect()
}

fn everything(world: &World) -> String {
    filled(world, &[OTHERS[0], TENANT, OTHERS[1]])
}

/// What the tenant reads is the same whether or not the others have rows.
pub(crate) fn reads_see_no_other_tenant(database: &mut impl Database, cases: u32) {
    for (kind, reads) in read::kinds() {
        check(kind, cases, &(world(), reads), |(world, read)| {
            database.fill(&everything(&world));
            let beside = database.read(&read);
            database.fill(&filled(&world, &[TENANT]));
            let alone = database.read(&read);
            prop_assert_eq!(beside, alone);
            Ok(())
        });
    }
}

/// What the tenant writes changes no other tenant's row, and does to its own what it would do without the others.
pub(crate) fn writes_touch_no_other_tenant(database: &mut impl Database, cases: u32) {
    for (kind, writes) in write::kinds() {
        // Some statements before it, for rows that no row generator makes.
        let before = vec(Union::new(write::kinds().into_iter().map(|(_, writes)| writes)), 0..3);
        check(kind, cases, &(world(), before, writes), |(world, mut statements, last)| {
            statements.push(last);
            let mut run = |rows: &str| {
                database.fill(rows);
                let others = database.contents(&OTHERS);
                let answers: Vec<_> = statements.iter().map(|statement| database.write(statement)).collect();
                (answers, database.contents(&[TENANT]), others, database.contents(&OTHERS))
            };
            let (beside, own_beside, others_before, others_after) = run(&everything(&world));
            prop_assert_eq!(others_before, others_after);
            let (alone, own_alone, ..) = run(&filled(&world, &[TENANT]));
            prop_assert_eq!(beside, alone);
            prop_assert_eq!(own_beside, own_alone);
            Ok(())
        });
    }
}

/// Every kind of read finds rows now and then, and every kind of write changes some: none of them is vacuous.
pub(crate) fn no_kind_is_idle(database: &mut impl Database) {
    let mut sample = Sampler::new(64);
    for (kind, reads) in read::kinds() {
        sample.works(kind, &(world(), reads), |(world, read)| {
            database.fill(&everything(&world));
            database.read(&read).expect("a read succeeds").iter().any(|row| !row.is_empty())
        });
    }
    for (kind, writes) in write::kinds() {
        sample.works(kind, &(world(), writes), |(world, write)| {
            database.fill(&everything(&world));
            let before = database.contents(&[TENANT]);
            // An insert of a key that is there fails, and is a case as well.
            database.write(&write).is_ok() && database.contents(&[TENANT]) != before
        });
    }
}

/// Looks whether cases do something.
pub(crate) struct Sampler {
    runner: TestRunner,
    cases: usize,
}

impl Sampler {
    /// The same cases on every run: this is about the generators, not about what they find.
    pub(crate) fn new(cases: usize) -> Self {
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        Self { runner, cases }
    }

    /// Eight of the cases do, at the least.
    pub(crate) fn works<S: Strategy>(
        &mut self,
        kind: &str,
        strategy: &S,
        mut works: impl FnMut(S::Value) -> bool,
    ) {
        use proptest::strategy::ValueTree as _;

        let mut case = || strategy.new_tree(&mut self.runner).expect("a value").current();
        let working = (0..self.cases).filter(|_| works(case())).take(8).count();
        assert!(working >= 8, "only {working} of {} cases of `{kind}` do something", self.cases);
    }
}

pub(crate) fn check<S: Strategy>(
    kind: &str,
    cases: u32,
    strategy: &S,
    test: impl FnMut(S::Value) -> TestCaseResult,
) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let test = std::cell::RefCell::new(test);
    let result = TestRunner::new(config).run(strategy, |value| (test.borrow_mut())(value));
    if let Err(error) = result {
        panic!("`{kind}`: {error}");
    }
}
