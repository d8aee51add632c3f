use std::io;
use std::sync::Mutex;

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

/// What a formatter wrote.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The usual formatter, on this thread, with the least that a level lets pass.
fn text(level: tracing::Level) -> (Written, DefaultGuard) {
    let written = Written::default();
    let builder =
        tracing_subscriber::fmt().with_writer(written.clone()).with_ansi(false).with_max_level(level);
    (written, tracing::subscriber::set_default(builder.without_time().finish()))
}

fn of(tenant: &str, principal: &str) -> LogContext {
    LogContext::of(&Scoped::mint(tenant.to_owned(), principal.into()))
}

fn shown() -> Option<(String, String)> {
    LogContext::current().map(|context| (context.tenant().to_owned(), context.principal().to_owned()))
}

fn pair(tenant: &str, principal: &str) -> Option<(String, String)> {
    Some((tenant.to_owned(), principal.to_owned()))
}

/// F10.
#[tokio::test]
async fn each_event_has_tenant_and_principal_in_text_and_in_tasks() {
    let (written, _guard) = text(tracing::Level::INFO);
    tracing::info!("before");
    let handled = of("acme", "alice").run(async {
        tracing::info!("inside");
        tokio::task::yield_now().await;
        let span = tracing::info_span!("page");
        async {
            spawn(async { tracing::info!("spawned") }).await.unwrap();
            let mut tasks = tokio::task::JoinSet::new();
            tasks.spawn(carry(async { tracing::info!("carried") }));
            tasks.join_all().await;
        }
        .instrument(span)
        .await;
    });
    handled.await;
    of("acme", "alice").run_blocking(|| tracing::info!("blocking"));
    tracing::info!("after");

    let lines = written.lines();
    assert_eq!(lines.len(), 6, "{lines:?}");
    for (line, what) in lines.iter().zip(["before", "inside", "spawned", "carried", "blocking", "after"]) {
        assert!(line.ends_with(what), "{line}");
        let expected = usize::from(!["before", "after"].contains(&what));
        for field in [r#"tenant="acme""#, r#"principal="alice""#] {
            assert_eq!(line.matches(field).count(), expected, "{line}");
        }
        assert_eq!(
            line.contains(":page:"),
            ["spawned", "carried"].contains(&what),
            "its other spans too: {line}"
        );
    }
}

#[tokio::test]
async fn each_event_has_them_in_json() {
    let written = Written::default();
    let json = tracing_subscriber::fmt().json().with_writer(written.clone()).finish();
    let _guard = tracing::subscriber::set_default(json);
    of("acme", "alice").run(async { tracing::warn!("inside") }).await;
    let event: serde_json::Value = serde_json::from_str(&written.lines()[0]).unwrap();
    assert_eq!((&event["span"]["tenant"], &event["span"]["principal"]), (&"acme".into(), &"alice".into()));
}

/// An error has them where nothing but errors is logged.
#[tokio::test]
async fn a_level_that_lets_an_event_pass_lets_them_pass() {
    let (written, _guard) = text(tracing::Level::ERROR);
    of("acme", "alice").run(async { tracing::error!("inside") }).await;
    assert!(
        written.lines()[0].contains(r#"tenant{tenant="acme" principal="alice"}"#),
        "{:?}",
        written.lines()
    );
}

#[tokio::test]
async fn what_is_in_an_id_makes_no_line_of_its_own() {
    let (written, _guard) = text(tracing::Level::INFO);
    of("acme\nERROR forged", "alice\r\n").run(async { tracing::info!("inside") }).await;
    assert_eq!(written.lines().len(), 1, "{:?}", written.lines());
}

/// L90, L49: a task has that of who spawned it, and a worker none that was left behind.
#[tokio::test]
async fn tasks_side_by_side_have_each_their_own_and_leave_none() {
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..50 {
        let tenant = format!("tenant {number}");
        tasks.spawn(of(&tenant, "alice").run(async move {
            for _ in 0..5 {
                assert_eq!(shown(), pair(&tenant, "alice"));
                tokio::task::yield_now().await;
            }
            let nested = spawn(async { shown() });
            assert_eq!(nested.await.unwrap(), pair(&tenant, "alice"));
        }));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
        assert_eq!(shown(), None);
    }
    // What is spawned in another way has none, rather than somebody's.
    of("acme", "alice").run(async { assert_eq!(tokio::spawn(async { shown() }).await.unwrap(), None) }).await;
}

#[tokio::test]
async fn the_innermost_is_the_one_and_it_ends() {
    of("acme", "alice")
        .run(async {
            of("globex", "bob").run(async { assert_eq!(shown(), pair("globex", "bob")) }).await;
            assert_eq!(shown(), pair("acme", "alice"));
            of("globex", "bob").run_blocking(|| assert_eq!(shown(), pair("globex", "bob")));
            assert_eq!(shown(), pair("acme", "alice"));
        })
        .await;
    let panicked = spawn(of("acme", "alice").run(async { panic!("in the middle") }));
    assert!(panicked.await.unwrap_err().is_panic());
    assert_eq!(shown(), None);
    assert_eq!(carry(async { shown() }).await, None);
}

#[test]
fn futures_cross_tasks() {
    fn assert_send<T: Send>(_: T) {}
    assert_send(of("acme", "alice").run(async {}));
    assert_send(carry(async {}));
}

/// A filter that names targets lets pass what it names, and the span has a target of its own.
#[tokio::test]
async fn a_filter_by_targets_takes_the_directive_of_the_span() {
    for (filter, expected) in
        [("app=info", 0), ("app=info,tenancy::log=error", 1), ("info", 1), ("app=info,tenancy::log=off", 0)]
    {
        let written = Written::default();
        let layer = tracing_subscriber::fmt::layer().with_writer(written.clone()).with_ansi(false);
        let targets: Targets = filter.parse().unwrap();
        let _guard =
            tracing::subscriber::set_default(tracing_subscriber::registry().with(targets).with(layer));
        of("acme", "alice").run(async { tracing::info!(target: "app", "inside") }).await;
        let lines = written.lines();
        assert_eq!(lines.len(), 1, "{filter}: {lines:?}");
        for field in [r#"tenant="acme""#, r#"principal="alice""#] {
            assert_eq!(lines[0].matches(field).count(), expected, "{filter}: {lines:?}");
        }
    }
    assert_eq!(format!("{}=error", LogContext::TARGET), "tenancy::log=error");
}

/// L90: what nobody's request began is nobody's, whoever polls it.
#[tokio::test]
async fn what_was_carried_from_outside_has_none_wherever_it_is_polled() {
    let (written, _guard) = text(tracing::Level::INFO);
    let outside = || {
        carry(async {
            for _ in 0..2 {
                tracing::info!("carried");
                assert_eq!(shown(), None);
                assert_eq!(spawn(async { shown() }).await.unwrap(), None);
                of("globex", "bob").run(async { assert_eq!(shown(), pair("globex", "bob")) }).await;
            }
        })
    };
    let (alone, at_page) = (outside(), tracing::info_span!("page").in_scope(outside));
    of("acme", "alice")
        .run(async {
            alone.await;
            at_page.await;
            assert_eq!(shown(), pair("acme", "alice"));
            tracing::info!("after");
        })
        .await;
    let lines = written.lines();
    assert_eq!(lines.len(), 5, "{lines:?}");
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line.contains("acme") || line.contains("alice"), line.ends_with("after"), "{line}");
        assert_eq!(line.contains("page:"), (2..4).contains(&number), "{line}");
    }
}
