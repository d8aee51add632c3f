//! Sets of keys, served over HTTP: they are fetched, kept, and fetched again when they change.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get as route;
use futures_util::future::join_all;
use tenancy_axum::jwt::{Algorithm, FetchJwks as _, HttpFetcher, Jwks, JwksOptions, KeyError, Keys as _};

use super::http::serve;
use super::tokens::{Pair, eddsa, es256, set};

/// An identity provider, which counts how often it is asked.
#[derive(Clone, Default)]
struct Provider {
    body: Arc<Mutex<String>>,
    asked: Arc<AtomicU32>,
    down: Arc<AtomicBool>,
}

impl Provider {
    fn publish(&self, pairs: &[&Pair]) {
        *self.body.lock().unwrap() = set(pairs);
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn fail(&self, is_down: bool) {
        self.down.store(is_down, Ordering::SeqCst);
    }

    async fn serve(&self) -> SocketAddr {
        let provider = self.clone();
        let answer = async move || {
            provider.asked.fetch_add(1, Ordering::SeqCst);
            // Long enough for others to come meanwhile.
            tokio::time::sleep(Duration::from_millis(50)).await;
            match provider.down.load(Ordering::SeqCst) {
                true => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                false => provider.body.lock().unwrap().clone().into_response(),
            }
        };
        serve(Router::new().route("/jwks", route(answer))).await
    }
}

async fn fetched(provider: &Provider, change: impl FnOnce(&mut JwksOptions)) -> Jwks {
    let address = provider.serve().await;
    let mut options = JwksOptions::default();
    options.cool_down = Duration::from_millis(300);
    change(&mut options);
    Jwks::at(format!("http://{address}/jwks"), Algorithm::Es256, HttpFetcher::new().unwrap())
        .with_options(options)
}

const AWHILE: Duration = Duration::from_millis(350);

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_fetched_once_and_an_old_one_vanishes() {
    let (old, new, provider) = (es256("old"), es256("new"), Provider::default());
    provider.publish(&[&old, &eddsa("other")]);
    let keys = fetched(&provider, |_| {}).await;
    // Nothing is fetched before it is needed, and then once, whoever waits for it.
    assert_eq!(provider.asked(), 0);
    let first = join_all((0..20).map(|_| keys.key(Some("old")))).await;
    assert!(first.iter().all(Result::is_ok), "{first:?}");
    assert_eq!(provider.asked(), 1);
    assert!(
        matches!(keys.key(Some("other")).await, Err(KeyError::Unknown)),
        "a key of another algorithm is none"
    );

    provider.publish(&[&new]);
    tokio::time::sleep(AWHILE).await;
    let rotated = join_all((0..20).map(|_| keys.key(Some("new")))).await;
    assert!(rotated.iter().all(Result::is_ok), "{rotated:?}");
    assert_eq!(provider.asked(), 2);
    assert!(
        matches!(keys.key(Some("old")).await, Err(KeyError::Unknown)),
        "it is gone with the set that had it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_ids_cause_no_more_than_one_fetch_in_a_while() {
    let (pair, provider) = (es256("a"), Provider::default());
    provider.publish(&[&pair]);
    let keys = fetched(&provider, |options| options.cool_down = Duration::from_secs(60)).await;
    assert!(keys.key(Some("a")).await.is_ok());
    for number in 0..50 {
        let found = keys.key(Some(&format!("made up {number}"))).await;
        assert!(matches!(found, Err(KeyError::Unknown)), "{found:?}");
    }
    assert_eq!(provider.asked(), 1);
    assert!(keys.key(Some("a")).await.is_ok(), "and nobody else waits for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_old_keys_serve_for_a_while_and_then_none() {
    let (pair, provider) = (es256("a"), Provider::default());
    provider.publish(&[&pair]);
    let keys = fetched(&provider, |options| {
        options.fresh_for = Duration::from_millis(400);
        options.stale_if_error = Duration::from_millis(600);
        options.cool_down = Duration::from_millis(100);
    })
    .await;
    assert!(keys.key(Some("a")).await.is_ok());
    provider.fail(true);
    tokio::time::sleep(Duration::from_millis(450)).await;
    assert!(keys.key(Some("a")).await.is_ok(), "stale");
    let asked = provider.asked();
    assert!(asked >= 2, "it was tried: {asked}");
    tokio::time::sleep(Duration::from_millis(700)).await;
    let too_old = keys.key(Some("a")).await;
    assert!(matches!(&too_old, Err(KeyError::Unavailable(why)) if why.contains("500")), "{too_old:?}");
    provider.fail(false);
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(keys.key(Some("a")).await.is_ok(), "it is there again");
    // A set that is emptied by mistake takes no key away while it is within that time.
    provider.publish(&[]);
    tokio::time::sleep(Duration::from_millis(450)).await;
    assert!(keys.key(Some("a")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_ends_no_fetch() {
    let (pair, provider) = (es256("a"), Provider::default());
    provider.publish(&[&pair]);
    let keys = fetched(&provider, |options| options.cool_down = Duration::from_secs(60)).await;
    let impatient = tokio::time::timeout(Duration::from_millis(10), keys.key(Some("a"))).await;
    assert!(impatient.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(keys.key(Some("a")).await.is_ok());
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_an_id_is_for_the_only_key() {
    let (one, two, provider) = (es256("a"), es256("b"), Provider::default());
    provider.publish(&[&one]);
    let keys = fetched(&provider, |_| {}).await;
    assert!(keys.key(None).await.is_ok());
    provider.publish(&[&one, &two]);
    tokio::time::sleep(AWHILE).await;
    assert!(keys.key(Some("b")).await.is_ok());
    assert!(matches!(keys.key(None).await, Err(KeyError::Unknown)));
}

#[tokio::test]
async fn keys_are_not_fetched_in_the_open_nor_wherever_an_answer_leads() {
    let fetcher = HttpFetcher::new().unwrap();
    let error = fetcher.fetch("http://id.example.com/jwks").await.unwrap_err();
    assert!(error.contains("neither https"), "{error}");
    let moved = async || (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response();
    let long = async || "x".repeat(300 * 1024);
    let address = serve(Router::new().route("/moved", route(moved)).route("/long", route(long))).await;
    let error = fetcher.fetch(&format!("http://{address}/moved")).await.unwrap_err();
    assert!(error.contains("302"), "{error}");
    let error = fetcher.fetch(&format!("http://{address}/long")).await.unwrap_err();
    assert!(error.contains("longer than"), "{error}");
}
