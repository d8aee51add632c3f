//! Whether an action is allowed.

use tenancy_core::testing::{self, RecordedEvent, RecordingSink};
use tenancy_policies::{
    Asked, ConcurrencyLimit, Flag, Governance, Held, Period, PlanLimit, Quota, Rate, RateLimit, Refusal,
    Rule, Rules, SpendError, Store,
};

#[derive(Debug, PartialEq, Eq, Hash)]
enum Action {
    Export,
    Read,
    Import,
}

#[derive(Clone, Copy)]
struct Plan {
    exports: u64,
    exporting: bool,
}

/// A rule of the application's.
struct NotOnSundays(bool);

impl<D: Send + Sync + 'static> Rule<u32, D> for NotOnSundays {
    async fn check(&self, asked: &Asked<'_, u32, D>) -> Result<Held, Refusal> {
        assert_eq!(asked.scope().admitted().principal(), "testing");
        if self.0 { Err(Refusal::denied("sunday", "it is closed")) } else { Ok(Held::nothing()) }
    }
}

fn quota(store: &Store) -> Quota<Plan> {
    Quota::new(store, "exports", Period::Day, |plan: &Plan| plan.exports)
}

fn rules(store: &Store, sunday: bool) -> Rules<u32, Plan> {
    let exporting: Flag<Plan> = Flag::new("exporting").on_for(|plan| plan.exporting);
    Rules::new()
        .and(exporting)
        .and(PlanLimit::new("exports", |plan: &Plan| plan.exports))
        .and(RateLimit::fixed(store, "calls", Rate::per_hour(100)))
        .and(ConcurrencyLimit::fixed("exports", 1).waiting(0, std::time::Duration::ZERO))
        .and(quota(store).spending(1))
        .and(NotOnSundays(sunday))
}

const PRO: Plan = Plan { exports: 2, exporting: true };

/// F14: what nobody has named is not allowed, and each refusal is in the audit trail with its reason.
#[tokio::test]
async fn f14_an_action_without_a_rule_is_refused_and_audited() {
    let store = Store::in_process("shop");
    let sink = RecordingSink::new();
    let governance = Governance::new()
        .with_audit_sink(sink.clone())
        .action(Action::Export, rules(&store, false))
        .action(Action::Import, Rules::new())
        .unrestricted(Action::Read);
    let acme = testing::admitted(1, Plan { exports: 0, ..PRO });
    governance.check(&acme, &Action::Read).await.unwrap().commit().await.unwrap();
    assert!(sink.events().is_empty());
    // To name it without a rule is not to allow it.
    assert!(
        matches!(governance.check(&acme, &Action::Import).await, Err(Refusal::NoRule { what }) if what == "Import")
    );
    assert!(matches!(governance.check(&acme, &Action::Export).await, Err(Refusal::NotInPlan { .. })));
    let off = testing::admitted(2, Plan { exporting: false, ..PRO });
    assert!(matches!(
        governance.check(&off, &Action::Export).await,
        Err(Refusal::TurnedOff { what: "exporting" })
    ));
    let told: Vec<_> = sink
        .take()
        .into_iter()
        .map(|event| match event {
            RecordedEvent::ActionRefused { principal, tenant, action, reason } => {
                assert_eq!(principal, "testing");
                format!("{tenant} {action}: {reason}")
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(told[0].starts_with("1 Import: no rule says whether `Import` is allowed"), "{told:?}");
    assert_eq!(told[1..], ["1 Export: `exports` is not in this plan", "2 Export: `exporting` is turned off"]);
}

/// F14: what the rules before have reserved is given back when a later one refuses.
#[tokio::test]
async fn f14_a_refusal_gives_back_what_was_reserved() {
    let store = Store::in_process("shop");
    let governance = Governance::new().action(Action::Export, rules(&store, true));
    let acme = testing::admitted(1, PRO);
    for _ in 0..5 {
        let refused = governance.check(&acme, &Action::Export).await.unwrap_err();
        assert_eq!(refused.to_string(), "`sunday` is not allowed: it is closed");
    }
    assert_eq!(quota(&store).used(&acme).await.unwrap(), 0);
}

/// F14: units are used when the action succeeds; permits are held while it runs.
#[tokio::test]
async fn f14_asking_and_acting_are_one_step() {
    let store = Store::in_process("shop");
    let governance = Governance::new().action(Action::Export, rules(&store, false));
    let (acme, globex) = (testing::admitted(1, PRO), testing::admitted(2, PRO));

    let permission = governance.check(&acme, &Action::Export).await.unwrap();
    assert!(matches!(governance.check(&acme, &Action::Export).await, Err(Refusal::Busy { limit: 1, .. })));
    governance.check(&globex, &Action::Export).await.unwrap().cancel().await;
    drop(permission);
    assert_eq!(quota(&store).used(&acme).await.unwrap(), 0);

    let failed = governance.act(&acme, &Action::Export, async { Err::<(), _>("disk") }).await;
    assert!(matches!(failed, Err(SpendError::Action("disk"))));
    for _ in 0..2 {
        governance.act(&acme, &Action::Export, async { Ok::<_, ()>(()) }).await.unwrap();
    }
    let refused = governance.act(&acme, &Action::Export, async { Ok::<_, ()>(()) }).await;
    assert!(matches!(refused, Err(SpendError::Refused(Refusal::UsedUp { used: 2, .. }))), "{refused:?}");
    assert_eq!(quota(&store).used(&globex).await.unwrap(), 0);
}

/// A check is one that a server may spawn.
#[tokio::test]
async fn a_check_is_spawned() {
    let store = Store::in_process("shop");
    let governance = std::sync::Arc::new(Governance::new().action(Action::Export, rules(&store, false)));
    let acme = testing::admitted(1, PRO);
    let spawned =
        tokio::spawn(async move { governance.act(&acme, &Action::Export, async { Ok::<_, ()>(7) }).await });
    assert_eq!(spawned.await.unwrap().unwrap(), 7);
}
