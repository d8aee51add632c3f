//! Topics of one process, each of one tenant.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::Stream;
use futures_util::stream::unfold;
use tenancy_core::names::{Topic, TopicSeparator};
use tenancy_core::{InvalidTenantKey, Scoped, ToTenantKey};
use tokio::sync::broadcast;

use crate::Problem;

/// Publishes messages to those of a tenant that listen in this process.
///
/// Both sides need a scope, which makes the [`Topic`]: nobody names another tenant's, whatever stands in the topic's parts.
/// Where messages come from another process, whoever receives them from the broker publishes them here, in the scope that they came in (`TenantJob` of
/// `tenancy-core` carries one under a seal).
///
/// A subscriber that reads slower than `capacity` messages are published misses the oldest. A topic that nobody listens to takes no memory.
///
/// # Examples
///
/// ```
/// use tenancy_axum::live::Topics;
/// use tenancy_core::{InvalidTenantKey, Scoped, TenantId};
///
/// fn paid(topics: &Topics<String>, scope: &Scoped<TenantId>, order: &str) -> Result<usize, InvalidTenantKey> {
///     topics.publish(scope, ["orders", "paid"], order.to_owned())
/// }
///
/// let topics = Topics::<String>::new("shop", 64);
/// ```
pub struct Topics<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    namespace: String,
    capacity: usize,
    senders: Mutex<HashMap<Topic, broadcast::Sender<T>>>,
}

impl<T: Clone + Send + 'static> Topics<T> {
    /// Topics of this namespace, which is the application's name, with room for `capacity` messages each, and one at least.
    #[must_use]
    pub fn new(namespace: impl Into<String>, capacity: usize) -> Self {
        let inner =
            Inner { namespace: namespace.into(), capacity: capacity.max(1), senders: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Listens to a topic of the scope's tenant.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where the tenant's id has no text.
    pub fn subscribe<I, B, P>(
        &self,
        scope: &Scoped<I, B>,
        parts: impl IntoIterator<Item = P>,
    ) -> Result<Subscription<T>, Problem>
    where
        I: ToTenantKey,
        P: AsRef<str>,
    {
        let topic = self.topic(scope, parts).map_err(|error| Problem::internal(&error))?;
        let mut senders = self.inner.senders();
        let sender =
            senders.entry(topic.clone()).or_insert_with(|| broadcast::Sender::new(self.inner.capacity));
        Ok(Subscription { receiver: Some(sender.subscribe()), topic, of: Arc::clone(&self.inner) })
    }

    /// Publishes to a topic of the scope's tenant, and returns how many listen to it.
    ///
    /// # Errors
    ///
    /// [`InvalidTenantKey`] where the tenant's id has no text.
    pub fn publish<I, B, P>(
        &self,
        scope: &Scoped<I, B>,
        parts: impl IntoIterator<Item = P>,
        message: T,
    ) -> Result<usize, InvalidTenantKey>
    where
        I: ToTenantKey,
        P: AsRef<str>,
    {
        let topic = self.topic(scope, parts)?;
        let senders = self.inner.senders();
        // An error means that nobody listens any more.
        Ok(senders.get(&topic).and_then(|sender| sender.send(message).ok()).unwrap_or(0))
    }

    fn topic<I, B, P>(
        &self,
        scope: &Scoped<I, B>,
        parts: impl IntoIterator<Item = P>,
    ) -> Result<Topic, InvalidTenantKey>
    where
        I: ToTenantKey,
        P: AsRef<str>,
    {
        Ok(scope.names(&self.inner.namespace)?.topic(TopicSeparator::Colon, parts))
    }
}

impl<T> Inner<T> {
    fn senders(&self) -> MutexGuard<'_, HashMap<Topic, broadcast::Sender<T>>> {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Messages of one topic of one tenant.
pub struct Subscription<T> {
    /// `None` while it is dropped.
    receiver: Option<broadcast::Receiver<T>>,
    topic: Topic,
    of: Arc<Inner<T>>,
}

impl<T: Clone> Subscription<T> {
    /// The next message, or `None` when there will be none. What was missed, by reading too slowly, is left out.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no message.
    pub async fn next(&mut self) -> Option<T> {
        let receiver = self.receiver.as_mut()?;
        loop {
            match receiver.recv().await {
                Ok(message) => return Some(message),
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    tracing::warn!(target: "tenancy::edge", topic = %self.topic, missed, "a subscriber reads too slowly");
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// As a stream, to be [guarded](crate::live::Watch::guard) by a watch.
    pub fn into_stream(self) -> impl Stream<Item = T> + Send
    where
        T: Send + 'static,
    {
        unfold(self, |mut subscription| async move { Some((subscription.next().await?, subscription)) })
    }
}

/// The last that listens takes the topic along.
impl<T> Drop for Subscription<T> {
    fn drop(&mut self) {
        let mut senders = self.of.senders();
        self.receiver = None;
        if senders.get(&self.topic).is_some_and(|sender| sender.receiver_count() == 0) {
            senders.remove(&self.topic);
        }
    }
}

impl<T> Clone for Topics<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> fmt::Debug for Topics<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topics").field("namespace", &self.inner.namespace).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Subscription<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("topic", &self.topic).finish_non_exhaustive()
    }
}
