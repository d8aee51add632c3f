//! Connecting to PostgreSQL: TLS, limits, and certainty about what answers.
//!
//! A transaction-mode pooler gives each transaction another backend. Whatever holds for one backend only, a statement's
//! name or the process id that a seal is bound to, is wrong behind it, silently and seldom. So the two are told apart when
//! a connection opens, and one that is not what it was said to be is refused.

pub(in crate::driver::postgres) mod direct;
mod options;
mod pooled;
#[cfg(feature = "tls")]
mod tls;

use std::error::Error;
use std::pin::pin;
use std::task::Poll;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{MakeTlsConnect, TlsStream};
use tokio_postgres::{Client, Config, Connection, Socket};

use tenancy_core::placement::DatabaseAddress;

pub(crate) use self::options::{ConnectOptions, Route};
#[cfg(feature = "tls")]
pub use self::tls::{Tls, TlsError};

/// A connection that is what it was said to be.
pub(crate) struct Connected {
    /// The connection.
    pub(crate) connection: AsyncPgConnection,
    /// The process id of its backend; `None` behind a pooler, where it has none of its own.
    pub(crate) backend_pid: Option<i32>,
}

/// Connects to `address`.
///
/// # Errors
///
/// `InvalidConnectionUrl` when the address cannot be read, and `BadConnection` for everything else. The message names the
/// address without its password, the reason, and what would mend it.
///
/// # Cancellation
///
/// Dropping the future closes the connection.
pub(crate) async fn connect(
    address: &DatabaseAddress,
    options: &ConnectOptions,
) -> ConnectionResult<Connected> {
    let config = configuration(address, options)?;
    let encryption = encryption(address, &config, options)?;
    let establish = async {
        match encryption {
            Encryption::None => {
                adopt(address, establish(address, config, options, tokio_postgres::NoTls).await?).await
            }
            #[cfg(feature = "tls")]
            Encryption::Rustls(connector) => {
                adopt(address, establish(address, config, options, connector).await?).await
            }
        }
    };
    within(address, options, establish).await
}

/// The same for the driver's own client, whose connection a task attends to until the client is dropped.
pub(in crate::driver::postgres) async fn connect_client(
    address: &DatabaseAddress,
    options: &ConnectOptions,
) -> ConnectionResult<Client> {
    let config = configuration(address, options)?;
    let encryption = encryption(address, &config, options)?;
    let establish = async {
        match encryption {
            Encryption::None => {
                let (client, connection, _) =
                    establish(address, config, options, tokio_postgres::NoTls).await?;
                // What it ends with, the client's calls say.
                tokio::spawn(connection);
                Ok(client)
            }
            #[cfg(feature = "tls")]
            Encryption::Rustls(connector) => {
                let (client, connection, _) = establish(address, config, options, connector).await?;
                tokio::spawn(connection);
                Ok(client)
            }
        }
    };
    within(address, options, establish).await
}

/// The address, with what the options add to it.
pub(in crate::driver::postgres) fn configuration(
    address: &DatabaseAddress,
    options: &ConnectOptions,
) -> ConnectionResult<Config> {
    let mut config = read(address)?;
    if config.get_application_name().is_none() {
        config.application_name(options.name());
    }
    Ok(config)
}

/// Gives an attempt to connect the time that it may take.
pub(in crate::driver::postgres) async fn within<T>(
    address: &DatabaseAddress,
    options: &ConnectOptions,
    connecting: impl Future<Output = ConnectionResult<T>>,
) -> ConnectionResult<T> {
    match timeout(options.timeout(), connecting).await {
        Ok(result) => result,
        Err(_) => Err(refusal(
            address,
            &format!(
                "it did not answer within {:?}: is the server reachable, or the limit too small?",
                options.timeout()
            ),
        )),
    }
}

/// The address as the driver reads it. Rustls verifies the certificate and the host's name whenever it is used, which is
/// what libpq's `verify-full` asks for and more than `verify-ca` does; the driver knows neither word.
fn read(address: &DatabaseAddress) -> ConnectionResult<Config> {
    let url = address.expose_url();
    let known = match url.split_once('?') {
        Some((place, parameters)) => {
            let parameters: Vec<_> = parameters
                .split('&')
                .map(|parameter| match parameter {
                    "sslmode=verify-full" | "sslmode=verify-ca" => "sslmode=require",
                    other => other,
                })
                .collect();
            format!("{place}?{}", parameters.join("&"))
        }
        None => url.to_owned(),
    };
    known.parse().map_err(|error| {
        ConnectionError::InvalidConnectionUrl(format!(
            "{address} is no address of a PostgreSQL database ({}): write it as postgres://user@host:port/database",
            chain(&error)
        ))
    })
}

/// How what is sent is kept from others.
pub(in crate::driver::postgres) enum Encryption {
    /// Not at all.
    None,
    /// As far as the server has it, or the address asks for it.
    #[cfg(feature = "tls")]
    Rustls(tokio_postgres_rustls::MakeRustlsConnect),
}

/// What the address asks for.
#[cfg(feature = "tls")]
pub(in crate::driver::postgres) fn encryption(
    address: &DatabaseAddress,
    config: &Config,
    options: &ConnectOptions,
) -> ConnectionResult<Encryption> {
    if config.get_ssl_mode() == SslMode::Disable {
        return Ok(Encryption::None);
    }
    let tls = match options.trusted() {
        Some(tls) => tls.clone(),
        None => Tls::of_this_machine().map_err(|error| refusal(address, &error.to_string()))?,
    };
    Ok(Encryption::Rustls(tls.into_connector()))
}

/// What the address asks for.
#[cfg(not(feature = "tls"))]
pub(in crate::driver::postgres) fn encryption(
    address: &DatabaseAddress,
    config: &Config,
    _: &ConnectOptions,
) -> ConnectionResult<Encryption> {
    if config.get_ssl_mode() == SslMode::Require {
        return Err(refusal(
            address,
            "its address requires TLS, and tenancy-pool was built without it: enable its feature `tls`",
        ));
    }
    Ok(Encryption::None)
}

/// A client, its connection, and the process id of its backend where it has one of its own.
type Established<S> = (Client, Connection<Socket, S>, Option<i32>);

async fn establish<T>(
    address: &DatabaseAddress,
    config: Config,
    options: &ConnectOptions,
    tls: T,
) -> ConnectionResult<Established<T::Stream>>
where
    T: MakeTlsConnect<Socket, Stream: Send + Unpin + 'static>,
{
    let refused = |reason: String| refusal(address, &reason);
    match options.route() {
        Route::Direct => {
            let mark = direct::Mark::new();
            let config = mark.announced_in(config);
            let (client, mut connection) =
                config.connect(tls).await.map_err(|error| refused(direct::explain(&error)))?;
            let backend_pid = attended(&mut connection, mark.verify(&client)).await.map_err(refused)?;
            Ok((client, connection, Some(backend_pid)))
        }
        Route::Pooler => {
            let (client, mut connection) =
                config.connect(tls).await.map_err(|error| refused(explain(&error)))?;
            attended(&mut connection, pooled::verify(&client)).await.map_err(refused)?;
            Ok((client, connection, None))
        }
    }
}

async fn adopt<S>(
    address: &DatabaseAddress,
    (client, connection, backend_pid): Established<S>,
) -> ConnectionResult<Connected>
where
    S: TlsStream + Unpin + Send + 'static,
{
    let connection = AsyncPgConnection::try_from_client_and_connection(client, connection)
        .await
        .map_err(|error| refusal(address, &chain(&error)))?;
    Ok(Connected { connection, backend_pid })
}

/// Does `work`, which needs the connection to be attended to, before anybody else attends to it.
pub(in crate::driver::postgres) async fn attended<R, S, T>(
    connection: &mut Connection<R, S>,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String>
where
    R: AsyncRead + AsyncWrite + Unpin,
    S: TlsStream + Unpin,
{
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        loop {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(result);
            }
            match connection.poll_message(context) {
                // A notice, or a notification that nobody asked for.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(explain(&error))),
                Poll::Ready(None) => return Poll::Ready(Err("it was closed by the other side".to_owned())),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}

pub(in crate::driver::postgres) fn refusal(address: &DatabaseAddress, reason: &str) -> ConnectionError {
    ConnectionError::BadConnection(format!("no connection to {address}: {reason}"))
}

/// The driver's error in words, with a hint where the cause is a common one.
pub(in crate::driver::postgres) fn explain(error: &tokio_postgres::Error) -> String {
    let reason = chain(error);
    if reason.contains("certificate") {
        return format!(
            "{reason}. The certificate and the name of the host are always verified: give the authority's certificate \
             with `Tls::with_roots`, or, where the network needs no TLS, say `sslmode=disable` in the address"
        );
    }
    reason
}

/// An error with its causes. A driver's outermost error often says only where it happened.
pub(in crate::driver::postgres) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = next.source();
    }
    text
}

#[cfg(all(test, not(feature = "tls")))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_requires_tls_is_refused_without_it() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://app:s3cret@127.0.0.1:1/x?sslmode={mode}");
            let address = DatabaseAddress::new(url).expect("an address");
            let error = connect(&address, &ConnectOptions::new()).await.err().expect("no TLS").to_string();
            assert!(error.contains("feature `tls`") && !error.contains("s3cret"), "{mode}: {error}");
        }
    }
}
