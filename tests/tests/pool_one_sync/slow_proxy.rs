//! A proxy through which an answer comes a few bytes at a time.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How many bytes come at a time.
const LITTLE: usize = 11;

/// `url`, through such a proxy in front of the server that it leads to.
pub(crate) async fn slowly(url: &str) -> String {
    let (account, place) = url.split_once('@').expect("an address with a user");
    let (server, database) = place.split_once('/').expect("a database");
    let (server, listener) =
        (server.to_owned(), TcpListener::bind("127.0.0.1:0").await.expect("a free port"));
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.expect("the server");
            client.set_nodelay(true).expect("an option");
            server.set_nodelay(true).expect("an option");
            let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
                (client.into_split(), server.into_split());
            tokio::spawn(async move {
                let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
                let _ = to_server.shutdown().await;
            });
            tokio::spawn(async move {
                let mut piece = [0; LITTLE];
                while let Ok(read @ 1..) = from_server.read(&mut piece).await {
                    if to_client.write_all(&piece[..read]).await.is_err() {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            });
        }
    });
    format!("{account}@127.0.0.1:{port}/{database}")
}
