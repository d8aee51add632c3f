//! A proxy that counts a text in what a client sends, and on demand spoils the message it stands in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Sees what the connections through it send.
#[derive(Clone)]
pub(crate) struct SpoilingProxy {
    seen: Arc<Seen>,
    port: u16,
}

struct Seen {
    text: &'static str,
    count: AtomicUsize,
    /// What the first letter of it becomes the next time; nothing if zero.
    instead: AtomicU8,
}

impl SpoilingProxy {
    /// Starts one in front of the server that `url` leads to, which looks for `text`.
    pub(crate) async fn before(url: &str, text: &'static str) -> Self {
        let (_, place) = url.split_once('@').expect("an address with a user");
        let server = place.split_once('/').map_or(place, |(server, _)| server).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let seen = Arc::new(Seen { text, count: AtomicUsize::new(0), instead: AtomicU8::new(0) });
        let proxy = Self { seen: seen.clone(), port };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("the server");
                client.set_nodelay(true).expect("an option");
                server.set_nodelay(true).expect("an option");
                let ((from_client, mut to_client), (mut from_server, to_server)) =
                    (client.into_split(), server.into_split());
                tokio::spawn(seen.clone().attend(from_client, to_server));
                tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            }
        });
        proxy
    }

    /// `url`, through this proxy.
    pub(crate) fn address(&self, url: &str) -> String {
        let (account, place) = url.split_once('@').expect("an address with a user");
        let (_, database) = place.split_once('/').expect("a database");
        format!("{account}@127.0.0.1:{}/{database}", self.port)
    }

    /// How often the text was sent since the last call.
    pub(crate) fn take(&self) -> usize {
        self.seen.count.swap(0, Ordering::SeqCst)
    }

    /// Has the next message with the text in it make no sense to the server, which then does nothing of it.
    pub(crate) fn spoil_the_next(&self) {
        // No token of SQL's.
        self.seen.instead.store(1, Ordering::SeqCst);
    }

    /// Has the next text be another word, at which the server stops in the middle of the message.
    pub(crate) fn misspell_the_next(&self) {
        self.seen.instead.store(b'x', Ordering::SeqCst);
    }
}

impl Seen {
    /// What is sent is small enough to arrive in one piece.
    async fn attend(self: Arc<Self>, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let piece = &mut buffer[..read];
            let places: Vec<_> = piece
                .windows(self.text.len())
                .enumerate()
                .filter_map(|(at, window)| (window == self.text.as_bytes()).then_some(at))
                .collect();
            self.count.fetch_add(places.len(), Ordering::SeqCst);
            if let Some(at) = places.first()
                && let instead @ 1.. = self.instead.swap(0, Ordering::SeqCst)
            {
                piece[*at] = instead;
            }
            if to.write_all(piece).await.is_err() {
                return;
            }
        }
        // Its other half is closed already, or will be.
        let _ = to.shutdown().await;
    }
}
