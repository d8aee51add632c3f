//! A web socket that closes when its principal no longer belongs.

use std::fmt;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures_util::future::Either;

use super::ended::Ended;
use super::topics::Subscription;
use super::watch::Watch;

/// A web socket of a principal in a tenant: it closes when they no longer belong to it, whether it is reading or writing.
///
/// The request was admitted before it is upgraded; a stranger gets the edge's answer, and no socket.
///
/// # Examples
///
/// ```
/// use axum::extract::State;
/// use axum::extract::ws::{Message, WebSocketUpgrade};
/// use axum::response::Response;
/// use tenancy_axum::live::{Happened, TenantSocket, Topics, Watch};
/// use tenancy_axum::{Problem, Tenant};
///
/// async fn live(
///     State(topics): State<Topics<String>>,
///     Tenant(scope): Tenant,
///     watch: Watch,
///     upgrade: WebSocketUpgrade,
/// ) -> Result<Response, Problem> {
///     let mut orders = topics.subscribe(&scope, ["orders"])?;
///     Ok(TenantSocket::upgrade(upgrade, watch, async move |mut socket| {
///         while let Some(happened) = socket.next(&mut orders).await {
///             let sent = match happened {
///                 Happened::Published(order) => socket.send(Message::text(order)).await,
///                 Happened::Received(_) => true,
///             };
///             if !sent { break }
///         }
///     }))
/// }
/// ```
pub struct TenantSocket {
    socket: WebSocket,
    watch: Watch,
    is_closed: bool,
}

/// What a [`TenantSocket`] was waiting for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened<T> {
    /// The client has sent this.
    Received(Message),
    /// This was published to the topic.
    Published(T),
}

impl TenantSocket {
    /// Answers a request for a web socket, and runs `handle` with it.
    pub fn upgrade<F, Fut>(upgrade: WebSocketUpgrade, watch: Watch, handle: F) -> Response
    where
        F: FnOnce(Self) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        // Where the socket runs there is no context for logs any more: it is carried there.
        let context = tenancy_core::log_context::LogContext::current();
        upgrade.on_upgrade(move |socket| async move {
            let handled = handle(Self { socket, watch, is_closed: false });
            match context {
                Some(context) => context.run(handled).await,
                None => handled.await,
            }
        })
    }

    /// The next message of the client, or of the topic; `None` when the socket is closed, by the client, or because the principal no longer belongs.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no message.
    pub async fn next<T: Clone>(&mut self, topic: &mut Subscription<T>) -> Option<Happened<T>> {
        if self.is_closed {
            return None;
        }
        let Self { socket, watch, .. } = self;
        let happened = watch.unless_ended(async {
            tokio::select! {
                biased;
                received = socket.recv() => Either::Left(received),
                published = topic.next() => Either::Right(published),
            }
        });
        match happened.await {
            Ok(Either::Left(received)) => self.received(received).map(Happened::Received),
            Ok(Either::Right(published)) => published.map(Happened::Published),
            Err(ended) => {
                self.close(ended).await;
                None
            }
        }
    }

    /// The next message of the client; `None` as for [`next`](Self::next).
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses no message.
    pub async fn recv(&mut self) -> Option<Message> {
        if self.is_closed {
            return None;
        }
        match self.watch.unless_ended(self.socket.recv()).await {
            Ok(received) => self.received(received),
            Err(ended) => {
                self.close(ended).await;
                None
            }
        }
    }

    /// Sends a message; whether that was possible. It is not once the principal no longer belongs: the socket is closed then. Where the membership is to be asked, it is
    /// asked first.
    ///
    /// # Cancellation
    ///
    /// The message is sent, or it is not; nothing else is lost.
    pub async fn send(&mut self, message: Message) -> bool {
        if self.is_closed {
            return false;
        }
        if let Err(ended) = self.watch.unless_ended(std::future::ready(())).await {
            self.close(ended).await;
            return false;
        }
        // A client that does not read would keep the socket open beyond its membership.
        let sent = self.watch.unless_ended(self.socket.send(message)).await;
        let is_sent = matches!(sent, Ok(Ok(())));
        self.is_closed |= !is_sent;
        is_sent
    }

    fn received(&mut self, received: Option<Result<Message, axum::Error>>) -> Option<Message> {
        match received {
            Some(Ok(message)) if !matches!(message, Message::Close(_)) => Some(message),
            _ => {
                self.is_closed = true;
                None
            }
        }
    }

    async fn close(&mut self, ended: Ended) {
        self.is_closed = true;
        let frame = CloseFrame { code: close_code::POLICY, reason: ended.reason().into() };
        // To a client that reads no more, nothing can be said.
        let _ =
            tokio::time::timeout(super::watch::CLOSE_WITHIN, self.socket.send(Message::Close(Some(frame))))
                .await;
    }
}

impl fmt::Debug for TenantSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantSocket").field("watch", &self.watch).finish_non_exhaustive()
    }
}
