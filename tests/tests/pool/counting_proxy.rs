//! A proxy that counts how often a client waits for PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long an answer takes, so that whatever the client sends without waiting for it is sent before it arrives.
pub(crate) const DELAY: Duration = Duration::from_millis(25);

/// Counts the round trips of all connections through it: how often an answer arrives at a client that has asked since the
/// last one.
///
/// An answer that nobody waits for counts when it arrives.
#[derive(Clone)]
pub(crate) struct CountingProxy {
    round_trips: Arc<AtomicUsize>,
    port: u16,
}

impl CountingProxy {
    /// Starts one in front of the server that `url` leads to.
    pub(crate) async fn before(url: &str) -> Self {
        let (_, place) = url.split_once('@').expect("an address with a user");
        let server = place.split_once('/').map_or(place, |(server, _)| server).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let round_trips = Arc::new(AtomicUsize::new(0));
        let counter = round_trips.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("the server");
                client.set_nodelay(true).expect("an option");
                server.set_nodelay(true).expect("an option");
                tokio::spawn(attend(client, server, counter.clone()));
            }
        });
        Self { round_trips, port }
    }

    /// `url`, through this proxy.
    pub(crate) fn address(&self, url: &str) -> String {
        let (account, place) = url.split_once('@').expect("an address with a user");
        let (_, database) = place.split_once('/').expect("a database");
        format!("{account}@127.0.0.1:{}/{database}", self.port)
    }

    /// The round trips since the last call.
    pub(crate) fn take(&self) -> usize {
        self.round_trips.swap(0, Ordering::SeqCst)
    }
}

async fn attend(client: TcpStream, server: TcpStream, round_trips: Arc<AtomicUsize>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let asked = Arc::new(AtomicBool::new(false));
    let asks = asked.clone();
    let requests = pass(from_client, to_server, Duration::ZERO, move || asks.store(true, Ordering::SeqCst));
    let answers = pass(from_server, to_client, DELAY, move || {
        if asked.swap(false, Ordering::SeqCst) {
            round_trips.fetch_add(1, Ordering::SeqCst);
        }
    });
    tokio::join!(requests, answers);
}

/// Passes bytes on, later by `delay`; `passes` is called ahead of each piece.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
    passes: impl Fn(),
) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(delay).await;
        passes();
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    // Its other half is closed already, or will be.
    let _ = to.shutdown().await;
}
