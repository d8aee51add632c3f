//! Settings, kept and forgotten.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenancy_core::{Scoped, testing};
use tenancy_policies::{
    Flag, Flags, OnInvalid, OverlaySource, Refusal, Settings, SettingsError, SettingsOptions,
};
use tokio::sync::Semaphore;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Shop {
    title: String,
    a_day: u32,
    flags: BTreeMap<String, bool>,
}

impl Default for Shop {
    fn default() -> Self {
        Self { title: "Shop".into(), a_day: 10, flags: BTreeMap::new() }
    }
}

/// What tenants have set, and how often it was asked for. A reader waits where there is a gate.
#[derive(Clone, Default)]
struct Kept {
    overlays: Arc<Mutex<HashMap<u32, Value>>>,
    asked: Arc<AtomicUsize>,
    broken: Arc<AtomicUsize>,
    gate: Option<Arc<Semaphore>>,
}

impl Kept {
    fn set(&self, tenant: u32, overlay: Value) {
        self.overlays.lock().unwrap().insert(tenant, overlay);
    }
}

impl OverlaySource for Kept {
    type TenantId = u32;
    type Error = std::io::Error;

    async fn overlay<B: 'static>(&self, scope: &Scoped<u32, B>) -> Result<Option<Value>, std::io::Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let overlay = self.overlays.lock().unwrap().get(scope.tenant()).cloned();
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        if self.broken.load(Ordering::SeqCst) > 0 { Err(std::io::Error::other("disk")) } else { Ok(overlay) }
    }
}

/// F13: each tenant has its own, read once while they are kept, and anew when it is said that they changed.
#[tokio::test]
async fn f13_settings_are_kept_by_tenant_until_they_are_forgotten() {
    let kept = Kept::default();
    kept.set(1, json!({"title": "Acme"}));
    let settings = Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new()).unwrap();
    let (acme, globex) = (testing::scope(1), testing::scope(2));
    for _ in 0..3 {
        assert_eq!(settings.get(&acme).await.unwrap().title, "Acme");
        assert_eq!(*settings.get(&globex).await.unwrap(), Shop::default());
    }
    assert_eq!(kept.asked.load(Ordering::SeqCst), 2);
    kept.set(1, json!({"title": "Acme & Sons"}));
    assert_eq!(settings.get(&acme).await.unwrap().title, "Acme");
    settings.forget(&acme).unwrap();
    assert_eq!(settings.get(&acme).await.unwrap().title, "Acme & Sons");
    kept.set(2, json!({"a_day": 1}));
    settings.forget_all();
    assert_eq!(settings.get(&globex).await.unwrap().a_day, 1);
}

/// F13: an answer from before a change is not kept, though it arrives after it.
#[tokio::test]
async fn f13_what_was_on_its_way_when_it_changed_is_not_kept() {
    let gate = Arc::new(Semaphore::new(0));
    let kept = Kept { gate: Some(gate.clone()), ..Kept::default() };
    let settings = Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new()).unwrap();
    let acme = testing::scope(1);
    let reading = tokio::spawn({
        let (settings, acme) = (settings.clone(), acme.clone());
        async move { settings.get(&acme).await.unwrap() }
    });
    while kept.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    kept.set(1, json!({"title": "Acme"}));
    settings.forget(&acme).unwrap();
    gate.add_permits(10);
    assert_eq!(reading.await.unwrap().title, "Acme");
    assert_eq!(settings.get(&acme).await.unwrap().title, "Acme");
}

/// F13: what cannot be used is an error that names it, or the default, by choice; what cannot be read is never the default.
#[tokio::test]
async fn f13_what_cannot_be_used_is_an_error_or_the_default_by_choice() {
    let kept = Kept::default();
    kept.set(1, json!({"title": "Acme", "a_day": "many", "colour": "red"}));
    let acme = testing::scope(1);
    let strict = Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new()).unwrap();
    let error = strict.get(&acme).await.unwrap_err().to_string();
    assert!(error.contains("`a_day`: invalid type: string \"many\", expected u32"), "{error}");
    assert!(error.contains("`colour`: there is no such setting; there are a_day, flags, title"), "{error}");
    assert!(strict.validate(&json!({"a_day": -1})).is_err());
    strict.validate(&json!({"a_day": 1})).unwrap();

    let lenient =
        Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new().on_invalid(OnInvalid::UseDefault))
            .unwrap();
    let shop = lenient.get(&acme).await.unwrap();
    assert_eq!((shop.title.as_str(), shop.a_day), ("Acme", 10));

    kept.set(1, json!({"colour": "red"}));
    let retiring =
        Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new().retired(&["colour"])).unwrap();
    assert_eq!(*retiring.get(&acme).await.unwrap(), Shop::default());

    kept.broken.store(1, Ordering::SeqCst);
    let failed = lenient.get(&testing::scope(3)).await.unwrap_err();
    assert!(matches!(failed, SettingsError::Source(_)), "{failed:?}");
    kept.broken.store(0, Ordering::SeqCst);
    lenient.get(&testing::scope(3)).await.expect("an error is not kept");
}

#[test]
fn f13_defaults_that_are_no_settings_are_refused_at_the_start() {
    #[derive(Default, Serialize, Deserialize)]
    struct Bare(u32);
    assert!(matches!(
        Settings::<_, Bare>::new(Kept::default(), SettingsOptions::new()),
        Err(SettingsError::Defaults(_))
    ));
    #[derive(Default, Serialize, Deserialize)]
    struct Hidden {
        #[serde(skip_serializing)]
        #[expect(dead_code, reason = "only its type is read")]
        needed: u32,
    }
    let error = Settings::<_, Hidden>::new(Kept::default(), SettingsOptions::new()).unwrap_err().to_string();
    assert!(error.contains("missing field `needed`"), "{error}");
}

/// F13: an override wins over the plan, on and off; one that is not known is no answer.
#[tokio::test]
async fn f13_a_tenants_override_wins_and_one_that_is_not_known_refuses() {
    const EDITOR: Flag<bool> = Flag::new("editor").on_for(|pro| *pro);
    let kept = Kept::default();
    kept.set(1, json!({"flags": {"editor": false}}));
    kept.set(2, json!({"flags": {"editor": true}}));
    let settings =
        Settings::<_, Shop>::new(kept.clone(), SettingsOptions::new().time_to_live(Duration::ZERO)).unwrap();
    let flags = Flags::new(settings.flags(|shop| &shop.flags));
    for (tenant, pro, on) in [(1, true, false), (2, false, true), (3, true, true), (3, false, false)] {
        let caller = testing::admitted(tenant, pro);
        assert_eq!(flags.is_on(&caller, &EDITOR).await.unwrap(), on, "{tenant} {pro}");
        assert_eq!(flags.require(&caller, &EDITOR).await.is_ok(), on);
    }
    kept.broken.store(1, Ordering::SeqCst);
    let refused = flags.is_on(&testing::admitted(3, true), &EDITOR).await.unwrap_err();
    assert!(matches!(refused, Refusal::Unavailable { what: "editor", .. }), "{refused:?}");
}
