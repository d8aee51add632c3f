//! The cache, over a catalog that answers when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, join_all};
use tenancy_diesel::TenantKey;
use tenancy_pool::placement::{CacheOptions, CachedCatalog, Catalog, CatalogError, Placement};
use tokio::sync::{Semaphore, watch};

use crate::database::{eventually, key, schema};

/// Reads its answer when it is asked, and gives it when it is let.
struct Slow {
    answer: watch::Sender<Result<Placement, CatalogError>>,
    asked: AtomicUsize,
    /// A permit lets one answer out.
    gate: Semaphore,
}

impl Slow {
    fn new(permits: usize) -> Arc<Self> {
        let (answer, _) = watch::channel(Ok(Placement::Shared));
        Arc::new(Self { answer, asked: AtomicUsize::new(0), gate: Semaphore::new(permits) })
    }

    fn will_answer(&self, answer: Result<Placement, CatalogError>) {
        drop(self.answer.send_replace(answer));
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Catalog for Slow {
    fn locate<'a>(&'a self, _: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        async {
            let answer = self.answer.borrow().clone();
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.expect("a gate").forget();
            answer
        }
        .boxed()
    }
}

const OPTIONS: CacheOptions = CacheOptions::new().time_to_live(Duration::from_secs(3600));

#[tokio::test]
async fn many_who_ask_at_once_are_one_question() {
    let slow = Slow::new(0);
    let catalog = Arc::new(CachedCatalog::new(slow.clone(), OPTIONS));
    let asking = join_all((0..100).map(|_| {
        let catalog = catalog.clone();
        tokio::spawn(async move { catalog.locate(&key("acme")).await })
    }));
    eventually("it is asked", async || slow.asked() > 0).await;
    slow.gate.add_permits(100);
    for answer in asking.await {
        assert_eq!(answer.expect("a task").expect("a place"), Placement::Shared);
    }
    assert_eq!(slow.asked(), 1);
}

#[tokio::test]
async fn an_answer_from_before_a_change_is_neither_given_nor_kept() {
    for everything in [false, true] {
        let slow = Slow::new(0);
        let catalog = Arc::new(CachedCatalog::new(slow.clone(), OPTIONS));
        let before = tokio::spawn({
            let catalog = catalog.clone();
            async move { catalog.locate(&key("acme")).await }
        });
        eventually("it has read the old row", async || slow.asked() == 1).await;

        slow.will_answer(Ok(schema("acme")));
        if everything {
            catalog.invalidations().forget_all()
        } else {
            catalog.invalidations().forget("acme")
        }
        // The old answer arrives only now.
        slow.gate.add_permits(10);
        assert_eq!(before.await.expect("a task").expect("a place"), schema("acme"));
        let asked = slow.asked();
        assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("acme"));
        assert_eq!(slow.asked(), asked, "the new answer is kept");
    }
}

#[tokio::test]
async fn an_answer_from_before_the_loss_is_not_found_after_it() {
    let slow = Slow::new(0);
    let catalog = Arc::new(CachedCatalog::following(slow.clone(), OPTIONS));
    catalog.invalidations().heard();
    let before = tokio::spawn({
        let catalog = catalog.clone();
        async move { catalog.locate(&key("acme")).await }
    });
    eventually("it has read the old row", async || slow.asked() == 1).await;
    catalog.invalidations().lost();
    slow.will_answer(Ok(schema("acme")));
    catalog.invalidations().heard();
    slow.gate.add_permits(10);
    assert_eq!(before.await.expect("a task").expect("a place"), schema("acme"));
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("acme"));
}

#[tokio::test]
async fn a_change_that_never_ends_does_not_keep_the_caller() {
    let slow = Slow::new(1000);
    let catalog = Arc::new(CachedCatalog::new(slow.clone(), OPTIONS));
    let busy = tokio::spawn({
        let catalog = catalog.clone();
        async move {
            loop {
                catalog.invalidations().forget_all();
                tokio::task::yield_now().await;
            }
        }
    });
    let answer = tokio::time::timeout(Duration::from_secs(10), catalog.locate(&key("acme"))).await;
    assert_eq!(answer.expect("an end").expect("a place"), Placement::Shared);
    busy.abort();
}

#[tokio::test]
async fn nothing_is_kept_before_changes_are_heard_of() {
    let slow = Slow::new(1000);
    let catalog = CachedCatalog::following(slow.clone(), OPTIONS);
    for asked in 1..=3 {
        catalog.locate(&key("acme")).await.expect("a place");
        assert_eq!(slow.asked(), asked);
    }
    catalog.invalidations().heard();
    for _ in 0..3 {
        catalog.locate(&key("acme")).await.expect("a place");
        assert_eq!(slow.asked(), 4);
    }
    catalog.invalidations().lost();
    catalog.locate(&key("acme")).await.expect("a place");
    assert_eq!(slow.asked(), 5);
}

#[tokio::test]
async fn errors_are_not_kept() {
    let slow = Slow::new(1000);
    let catalog = CachedCatalog::new(slow.clone(), OPTIONS);
    slow.will_answer(Err(CatalogError::Moving { tenant: key("acme") }));
    assert!(matches!(catalog.locate(&key("acme")).await, Err(CatalogError::Moving { .. })));
    slow.will_answer(Ok(Placement::Shared));
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), Placement::Shared);
}

#[tokio::test]
async fn answers_age() {
    let slow = Slow::new(1000);
    let age = Duration::from_millis(100);
    let catalog = CachedCatalog::new(slow.clone(), CacheOptions::new().time_to_live(age));
    catalog.locate(&key("acme")).await.expect("a place");
    slow.will_answer(Ok(schema("acme")));
    tokio::time::sleep(age * 3).await;
    assert_eq!(catalog.locate(&key("acme")).await.expect("a place"), schema("acme"));
}

#[tokio::test]
async fn whoever_gives_up_does_not_take_the_answer_from_the_others() {
    let slow = Slow::new(0);
    let catalog = Arc::new(CachedCatalog::new(slow.clone(), OPTIONS));
    let first = tokio::spawn({
        let catalog = catalog.clone();
        async move { catalog.locate(&key("acme")).await }
    });
    eventually("it is asked", async || slow.asked() == 1).await;
    let second = tokio::spawn({
        let catalog = catalog.clone();
        async move { catalog.locate(&key("acme")).await }
    });
    tokio::task::yield_now().await;
    first.abort();
    slow.gate.add_permits(10);
    assert_eq!(second.await.expect("a task").expect("a place"), Placement::Shared);
}
