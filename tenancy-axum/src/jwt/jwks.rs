//! A set of keys that is fetched, kept, and fetched again when its keys change.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::JwkSet;
use tokio::time::Instant;

use super::key::{Algorithm, Key};
use super::keys::{KeyError, Keys, picked};

/// The most keys of a set that are looked at: while they are changed there are a few.
const MOST_KEYS: usize = 64;

/// Fetches the text of a set of keys. [`HttpFetcher`](super::HttpFetcher) does over HTTP, with the feature `jwks-http`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fetch sets of keys",
    label = "this type does not implement `FetchJwks`",
    note = "use `HttpFetcher` (feature `jwks-http`), or implement `FetchJwks` with the client that the application has"
)]
pub trait FetchJwks: Send + Sync + 'static {
    /// Fetches the body of what is at `url`, of a successful answer, and no more than a few hundred kilobytes of it.
    ///
    /// # Errors
    ///
    /// Why it could not be fetched, for the log.
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}

/// How long a [`Jwks`] keeps what it has fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksOptions {
    /// How long keys are used without being fetched again. A key that was taken out of the set is refused after that. Five minutes.
    pub fresh_for: Duration,
    /// How long after that they are used if they cannot be fetched. One hour; nothing is let in after it.
    pub stale_if_error: Duration,
    /// The least time between two fetches, whatever tokens ask for: made-up `kid`s cause no more. Ten seconds. A new key is known after it
    /// at the latest.
    pub cool_down: Duration,
    /// How long a fetch may take. Five seconds.
    pub timeout: Duration,
}

impl Default for JwksOptions {
    fn default() -> Self {
        Self {
            fresh_for: Duration::from_secs(300),
            stale_if_error: Duration::from_secs(3600),
            cool_down: Duration::from_secs(10),
            timeout: Duration::from_secs(5),
        }
    }
}

/// A set of keys at an address (JWKS, RFC 7517), for one algorithm.
///
/// It is fetched when it is first needed, when it is no longer fresh, and when a token names a key that it does not have; by one request at a
/// time, in a task of its own that no client ends by hanging up. Who needs a key that is known and fresh does not wait for it.
///
/// # Examples
///
/// ```
/// use futures_util::future::BoxFuture;
/// use tenancy_axum::jwt::{Algorithm, FetchJwks, Jwks, JwksOptions};
///
/// struct Client;
///
/// impl FetchJwks for Client {
///     fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
///         // … with the client that the application has
/// #       Box::pin(async { Err(String::new()) })
///     }
/// }
///
/// let mut options = JwksOptions::default();
/// options.stale_if_error = std::time::Duration::from_secs(600);
/// let keys = Jwks::at("https://id.example.com/jwks", Algorithm::Es256, Client).with_options(options);
/// ```
#[derive(Clone)]
pub struct Jwks {
    inner: Arc<Inner>,
}

struct Inner {
    url: String,
    algorithm: Algorithm,
    fetcher: Arc<dyn FetchJwks>,
    options: JwksOptions,
    known: Mutex<Known>,
    /// Whoever has it fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<[Arc<Key>]>,
    /// When these keys were fetched.
    fetched: Option<Instant>,
    /// When that was last tried, and why it failed, if it did.
    tried: Option<Instant>,
    failure: Option<Arc<str>>,
}

impl Jwks {
    /// The set at `url`. Of its keys those are used that are for `algorithm` and for checking signatures.
    ///
    /// Nothing is fetched yet.
    #[must_use]
    pub fn at(url: impl Into<String>, algorithm: Algorithm, fetcher: impl FetchJwks) -> Self {
        let inner = Inner {
            url: url.into(),
            algorithm,
            fetcher: Arc::new(fetcher),
            options: JwksOptions::default(),
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The same with other times. It begins with no keys.
    #[must_use = "this returns the set with the options"]
    pub fn with_options(self, options: JwksOptions) -> Self {
        let Inner { url, algorithm, fetcher, .. } = &*self.inner;
        let inner = Inner {
            url: url.clone(),
            algorithm: *algorithm,
            fetcher: Arc::clone(fetcher),
            options,
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Keys for Jwks {
    fn key<'a>(&'a self, id: Option<&'a str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>> {
        async move {
            let known = self.inner.known();
            if self.inner.is_fresh(&known)
                && let Some(key) = picked(&known.keys, id)
            {
                return Ok(Arc::clone(key));
            }
            if self.inner.may_try(&known) {
                self.fetch_once(known.tried).await;
            }
            let known = self.inner.known();
            if !self.inner.is_usable(&known) {
                let why = known.failure.as_deref().unwrap_or("it was not fetched yet").to_owned();
                return Err(KeyError::Unavailable(why));
            }
            picked(&known.keys, id).cloned().ok_or(KeyError::Unknown)
        }
        .boxed()
    }
}

impl Jwks {
    /// Fetches, unless somebody has since `seen`.
    async fn fetch_once(&self, seen: Option<Instant>) {
        let inner = Arc::clone(&self.inner);
        let fetch = tokio::spawn(async move {
            let _turn = inner.fetching.lock().await;
            if inner.known().tried == seen {
                inner.fetch().await;
            }
        });
        // A fetcher that panics has fetched nothing.
        if fetch.await.is_err() {
            self.inner.failed("the fetcher panicked");
        }
    }
}

impl Inner {
    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_fresh(&self, known: &Known) -> bool {
        known.fetched.is_some_and(|at| at.elapsed() <= self.options.fresh_for)
    }

    fn is_usable(&self, known: &Known) -> bool {
        let longest = self.options.fresh_for.saturating_add(self.options.stale_if_error);
        self.is_fresh(known) || known.fetched.is_some_and(|at| at.elapsed() <= longest)
    }

    fn may_try(&self, known: &Known) -> bool {
        known.tried.is_none_or(|at| at.elapsed() >= self.options.cool_down)
    }

    async fn fetch(&self) {
        let fetched = tokio::time::timeout(self.options.timeout, self.fetcher.fetch(&self.url)).await;
        let set = match fetched {
            Ok(Ok(body)) => serde_json::from_slice::<JwkSet>(&body)
                .map_err(|error| format!("it is no set of keys: {error}")),
            Ok(Err(why)) => Err(why),
            Err(_) => Err(format!("no answer within {:?}", self.options.timeout)),
        };
        let keys = set.map(|set| -> Arc<[Arc<Key>]> {
            let usable = set.keys.iter().take(MOST_KEYS).filter_map(|jwk| Key::from_jwk(jwk, self.algorithm));
            usable.map(Arc::new).collect()
        });
        match keys {
            // A set without any key of ours is as good as an error: nobody takes the last key away by mistake.
            Ok(keys) if keys.is_empty() => self.failed("it has no key of this algorithm"),
            Ok(keys) => {
                let now = Some(Instant::now());
                let known = Known { keys, fetched: now, tried: now, failure: None };
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
            }
            Err(why) => self.failed(&why),
        }
    }

    fn failed(&self, why: &str) {
        tracing::warn!(target: "tenancy::edge", url = self.url, why, "the set of keys could not be fetched");
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.tried = Some(Instant::now());
        known.failure = Some(why.into());
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks")
            .field("url", &self.inner.url)
            .field("algorithm", &self.inner.algorithm)
            .finish_non_exhaustive()
    }
}
