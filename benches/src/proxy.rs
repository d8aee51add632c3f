//! A network that takes its time: a proxy that holds every chunk back for the same while, each way.
//!
//! Threads and sleeps, not tokio: its timer counts in milliseconds.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// Starts a proxy before the server at `port` of 127.0.0.1, and returns its own port. It ends with the process.
pub(crate) fn start(port: u16, each_way: Duration) -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let own = listener.local_addr()?.port();
    thread::Builder::new().name("proxy".to_owned()).spawn(move || {
        for client in listener.incoming().flatten() {
            // A connection that cannot be passed on is closed, which the client sees.
            let _closed = pass_on(client, port, each_way);
        }
    })?;
    Ok(own)
}

fn pass_on(client: TcpStream, port: u16, each_way: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    one_way(client.try_clone()?, server.try_clone()?, each_way)?;
    one_way(server, client, each_way)
}

/// Passes on what comes from `from`, each chunk `delay` after it came: later chunks do not wait for earlier ones twice.
fn one_way(mut from: TcpStream, mut to: TcpStream, delay: Duration) -> std::io::Result<()> {
    let (chunks, held) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::Builder::new().name("proxy in".to_owned()).spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if chunks.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
                break;
            }
        }
    })?;
    thread::Builder::new().name("proxy out".to_owned()).spawn(move || {
        for (due, chunk) in held {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&chunk).is_err() {
                break;
            }
        }
        let _closed = to.shutdown(Shutdown::Both);
    })?;
    Ok(())
}
