//! Non-interference of raw SQL: whatever the statements are, only the attacker's own rows are read and changed.

use std::cell::{Cell, RefCell};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tenancy_tests::fleet::Kind;

use crate::arena::Arena;
use crate::classics::leaves_the_setting_alone;
use crate::grammar::{attack, look};

/// Runs the property; the runtime is driven from here because proptest is synchronous.
fn holds(prefix: &str, kind: Kind, cases: u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let arena = RefCell::new(runtime.block_on(Arena::new(prefix, kind)));
    let (run, answered, refused) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        // A case costs a connection: a failure is shown soon rather than small.
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(&attack(), |(statements, commit)| {
        let mut arena = arena.borrow_mut();
        let named = statements.iter().map(|statement| arena.named(statement));
        let mut sent: Vec<String> =
            named.filter(|statement| kind == Kind::Sealed || leaves_the_setting_alone(statement)).collect();
        sent.extend(look());
        let shown = format!("{}\ncommit: {commit}", sent.join("\n;; "));
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(async {
                let answers = arena.attack(&sent, commit).await;
                arena.unharmed(&answers, &shown).await;
                answers
            })
        }));
        arena.mend();
        let answers = caught.map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            TestCaseError::fail(format!("{shown}\n{text}"))
        })?;
        run.set(run.get() + sent.len());
        let rows = answers.iter().filter(|answer| answer.starts_with("(1,")).count();
        answered.set(answered.get() + rows);
        refused.set(refused.get() + answers.len() - rows);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    // The attacker gets what is its own: the statements are no nonsense that the parser stops.
    let (run, answered) = (run.get(), answered.get());
    assert!(answered > run / 2, "{run} statements read {answered} rows of the attacker's");
    println!("{run} statements, {answered} own rows, {} other answers", refused.get());
}

#[test]
fn behind_a_sealed_wall_for_every_statement() {
    holds("ho_psealed", Kind::Sealed, 150);
}

#[test]
fn behind_a_plain_wall_for_every_statement_that_leaves_the_setting_alone() {
    holds("ho_pplain", Kind::Plain, 100);
}
