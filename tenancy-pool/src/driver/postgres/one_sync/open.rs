//! Opening a connection: by `tokio-postgres`, whose stream is taken over when the server knows who we are.
//!
//! So nothing of authentication or TLS is ours. `tokio-postgres` is lent the stream, and with TLS the stream that the connector makes of
//! it; both handles are kept here. What the server says unasked between its first answer and our first question could be read by
//! `tokio-postgres` and be lost with it, a notice or a changed setting; a part of one would make the rest of it nonsense, and our
//! first question, which is asked before anybody has the connection, would find that out.

#[cfg(feature = "tls")]
use std::error::Error;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use diesel::ConnectionResult;
use diesel_async::SimpleAsyncConnection as _;
#[cfg(feature = "tls")]
use futures_util::{FutureExt as _, future::BoxFuture};
use socket2::{SockRef, TcpKeepalive};
use tenancy_core::placement::DatabaseAddress;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_postgres::config::{Host, LoadBalanceHosts, TargetSessionAttrs};
#[cfg(feature = "tls")]
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect};
use tokio_postgres::tls::{NoTls, TlsConnect, TlsStream};
use tokio_postgres::{Client, Config, SimpleQueryMessage};

use super::super::connect::direct::{self, Mark};
use super::super::connect::{
    ConnectOptions, Encryption, Route, attended, chain, configuration, encryption, explain, refusal, within,
};
use super::connection::OneSyncConnection;
use super::link::{BEGINS_READ_ONLY, Duplex, Link};

/// Connects to `address`. Beside the connection, the process id of its backend; `None` behind a pooler.
///
/// # Errors
///
/// As those of the other connection to PostgreSQL.
///
/// # Cancellation
///
/// Dropping the future closes the connection.
pub(super) async fn open(
    address: &DatabaseAddress,
    options: &ConnectOptions,
) -> ConnectionResult<(OneSyncConnection, Option<i32>)> {
    let config = configuration(address, options)?;
    let encryption = encryption(address, &config, options)?;
    let open = async {
        let opened = match options.route() {
            Route::Direct => {
                let mark = Mark::new();
                let config = mark.announced_in(config);
                first_that_answers(&config, &encryption, Some(&mark)).await
            }
            // Its statements have no names, so that it matters nothing what a pooler does with names.
            Route::Pooler => first_that_answers(&config, &encryption, None).await,
        };
        let Opened { stream, backend_pid, begins_read_only } =
            opened.map_err(|reason| refusal(address, &reason))?;
        let mut connection =
            OneSyncConnection::new(Link::new(stream, begins_read_only), options.route() == Route::Direct);
        // As diesel-async has it of each new connection.
        let setup = connection.batch_execute("SET TIME ZONE 'UTC';SET CLIENT_ENCODING TO 'UTF8'").await;
        setup.map_err(|error| refusal(address, &chain(&error)))?;
        Ok((connection, backend_pid))
    };
    within(address, options, open).await
}

/// A stream on which the server waits for statements.
struct Opened {
    stream: Box<dyn Duplex>,
    backend_pid: Option<i32>,
    /// `None` where the server does not say.
    begins_read_only: Option<bool>,
}

/// Tries the hosts of an address as `tokio-postgres` does.
async fn first_that_answers(
    config: &Config,
    encryption: &Encryption,
    mark: Option<&Mark>,
) -> Result<Opened, String> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(format!("it has {} hosts and {} addresses of hosts", hosts.len(), addresses.len()));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(format!("it has {count} hosts and {} ports", ports.len()));
    }
    let mut order: Vec<usize> = (0..count).collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        let random = RandomState::new();
        order.sort_by_key(|index| random.hash_one(index));
    }
    let mut failure = "it names no host".to_owned();
    for index in order {
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let name = match hosts.get(index) {
            Some(Host::Tcp(name)) => name.as_str(),
            _ => "",
        };
        let sockets = sockets(config, hosts.get(index), addresses.get(index).map(ToString::to_string), port);
        match sockets.await {
            Ok(sockets) => {
                for socket in sockets {
                    match on_socket(config, encryption, mark, name, socket).await {
                        Ok(opened) => return Ok(opened),
                        Err(reason) => failure = reason,
                    }
                }
            }
            Err(error) => failure = format!("error connecting to server: {error}"),
        }
    }
    Err(failure)
}

/// Where a host may be reached.
enum Place {
    Tcp(std::net::SocketAddr),
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

async fn sockets(
    config: &Config,
    host: Option<&Host>,
    address: Option<String>,
    port: u16,
) -> io::Result<Vec<Place>> {
    let name = match (address, host) {
        (Some(address), _) => address,
        (None, Some(Host::Tcp(name))) => name.clone(),
        #[cfg(unix)]
        (None, Some(Host::Unix(folder))) => {
            return Ok(vec![Place::Unix(folder.join(format!(".s.PGSQL.{port}")))]);
        }
        (None, None) => return Ok(Vec::new()),
    };
    let mut found: Vec<_> = lookup_host((name.as_str(), port)).await?.collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        let random = RandomState::new();
        found.sort_by_key(|address| random.hash_one(address));
    }
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("the name {name} leads to no address")));
    }
    Ok(found.into_iter().map(Place::Tcp).collect())
}

async fn on_socket(
    config: &Config,
    encryption: &Encryption,
    mark: Option<&Mark>,
    name: &str,
    place: Place,
) -> Result<Opened, String> {
    let dial = dial(config, place);
    let dialed = match config.get_connect_timeout() {
        Some(limit) => timeout(*limit, dial).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
        None => dial.await,
    };
    let stream = Lent::new(dialed.map_err(|error| format!("error connecting to server: {error}"))?);
    let kept = Lent::default();
    match encryption {
        Encryption::None => {
            // There is no name to be verified.
            let _ = name;
            take_over(config, mark, stream, NoTls, kept).await
        }
        #[cfg(feature = "tls")]
        Encryption::Rustls(connector) => {
            let connect = MakeTlsConnect::<Lent>::make_tls_connect(&mut connector.clone(), name);
            let connect = connect.map_err(|error| chain(&error))?;
            take_over(config, mark, stream, Keeping { connect, kept: kept.clone() }, kept).await
        }
    }
}

async fn dial(config: &Config, place: Place) -> io::Result<Box<dyn Duplex>> {
    match place {
        #[cfg(unix)]
        Place::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        Place::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let socket = SockRef::from(&stream);
            #[cfg(target_os = "linux")]
            if let Some(limit) = config.get_tcp_user_timeout() {
                socket.set_tcp_user_timeout(Some(*limit))?;
            }
            if config.get_keepalives() {
                let mut keepalive = TcpKeepalive::new().with_time(config.get_keepalives_idle());
                if let Some(interval) = config.get_keepalives_interval() {
                    keepalive = keepalive.with_interval(interval);
                }
                if let Some(retries) = config.get_keepalives_retries() {
                    keepalive = keepalive.with_retries(retries);
                }
                socket.set_tcp_keepalive(&keepalive)?;
            }
            Ok(Box::new(stream))
        }
    }
}

/// Has `tokio-postgres` say who we are, and takes its stream.
async fn take_over<T>(
    config: &Config,
    mark: Option<&Mark>,
    stream: Lent,
    tls: T,
    encrypted: Lent,
) -> Result<Opened, String>
where
    T: TlsConnect<Lent>,
{
    let connecting = config.connect_raw(stream.clone(), tls).await;
    let (client, mut connection) = connecting.map_err(|error| match mark {
        Some(_) => direct::explain(&error),
        None => explain(&error),
    })?;
    let backend_pid = match mark {
        Some(mark) => Some(attended(&mut connection, mark.verify(&client)).await?),
        None => None,
    };
    attended(&mut connection, suits(&client, config.get_target_session_attrs())).await?;
    let begins_read_only = connection.parameter(BEGINS_READ_ONLY).map(|value| value != "off");
    // Theirs are handles without a stream from now on.
    let taken = encrypted.take().or_else(|| stream.take());
    drop((client, connection));
    let stream = taken.ok_or("its stream was closed while it was taken over")?;
    Ok(Opened { stream, backend_pid, begins_read_only })
}

/// Whether it is such a server as the address asks for.
async fn suits(client: &Client, wanted: TargetSessionAttrs) -> Result<(), String> {
    let read_only = match wanted {
        TargetSessionAttrs::ReadWrite => "off",
        TargetSessionAttrs::ReadOnly => "on",
        _ => return Ok(()),
    };
    let answer = client.simple_query("SHOW transaction_read_only").await.map_err(|error| explain(&error))?;
    let suits = answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten() == Some(read_only),
        _ => false,
    });
    match (suits, wanted) {
        (true, _) => Ok(()),
        (false, TargetSessionAttrs::ReadWrite) => Err("the database does not allow writes".to_owned()),
        (false, _) => Err("the database is not read only".to_owned()),
    }
}

/// A stream that can be taken back from whom it was lent to.
#[derive(Clone, Default)]
struct Lent(Arc<Mutex<Option<Held>>>);

enum Held {
    Plain(Box<dyn Duplex>),
    #[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "without it there is no TLS"))]
    Encrypted(Box<dyn Encrypted>),
}

/// A stream in TLS.
trait Encrypted: TlsStream + Duplex {}

impl<S: TlsStream + Duplex> Encrypted for S {}

impl Lent {
    fn new(stream: Box<dyn Duplex>) -> Self {
        Self(Arc::new(Mutex::new(Some(Held::Plain(stream)))))
    }

    fn take(&self) -> Option<Box<dyn Duplex>> {
        self.lock().take().map(|held| match held {
            Held::Plain(stream) => stream,
            Held::Encrypted(stream) => stream,
        })
    }

    /// A panic under the lock leaves the stream what it was.
    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the stream; what was taken back is closed to whom it was lent to.
    fn with<T>(&self, work: impl FnOnce(Pin<&mut dyn Duplex>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &mut *self.lock() {
            Some(Held::Plain(stream)) => work(Pin::new(&mut **stream)),
            Some(Held::Encrypted(stream)) => work(Pin::new(&mut **stream)),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Lent {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        self.with(|stream| stream.poll_write(context, buffer))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|stream| stream.poll_shutdown(context))
    }
}

#[cfg(feature = "tls")]
impl TlsStream for Lent {
    fn channel_binding(&self) -> ChannelBinding {
        match &*self.lock() {
            Some(Held::Encrypted(stream)) => stream.channel_binding(),
            Some(Held::Plain(_)) | None => ChannelBinding::none(),
        }
    }
}

/// Makes a stream in TLS, and keeps a handle of it.
#[cfg(feature = "tls")]
struct Keeping<T> {
    connect: T,
    kept: Lent,
}

#[cfg(feature = "tls")]
impl<T> TlsConnect<Lent> for Keeping<T>
where
    T: TlsConnect<Lent, Stream: Send + 'static, Future: Send + 'static>,
{
    type Stream = Lent;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Lent, Self::Error>>;

    fn connect(self, stream: Lent) -> Self::Future {
        let connecting = self.connect.connect(stream);
        async move {
            let stream = Box::new(connecting.await.map_err(Into::into)?);
            *self.kept.lock() = Some(Held::Encrypted(stream));
            Ok(self.kept)
        }
        .boxed()
    }
}
