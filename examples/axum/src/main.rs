//! A tenant from the request to the row: a service with two tenants, and requests to it that it answers or refuses.
//!
//! `cargo run -p request-to-row` plays the requests and ends, on SQLite; with `DATABASE_URL` on PostgreSQL, behind the wall. With `serve` behind it, it
//! stays, and prints tokens to try with.
#![allow(clippy::duplicate_mod, reason = "the service is a module of each database it runs on")]

mod play;
mod postgres;
mod schema;
mod sqlite;

use std::error::Error;
use std::net::SocketAddr;

use tenancy_axum::jwt::Key;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let result = run().await;
    sqlite::remove();
    result
}

async fn run() -> Result<(), Box<dyn Error>> {
    // The identity provider signs with it. Yours has a key of its own, and publishes the public half: `Jwks`.
    let secret = play::secret()?;
    let key = Key::secret(&secret)?;
    let app = match std::env::var_os("DATABASE_URL") {
        Some(_) => postgres::service(key).await?,
        None => sqlite::service(key).await?,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>());
    if std::env::args().nth(1).as_deref() == Some("serve") {
        play::help(address, &secret)?;
        return Ok(server.await?);
    }
    let server = tokio::spawn(async move { server.await });
    let played = play::all(address, &secret).await;
    server.abort();
    played
}
