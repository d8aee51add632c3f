//! A server of our own making, which answers as PostgreSQL does, and lies or hangs up where it is told to.

use std::sync::{Arc, Mutex};

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::super::OneSyncConnection;
use super::super::link::Link;

/// How many bytes a stream takes at a time, in either direction.
pub(super) const LITTLE: usize = 11;

/// What a server of ours has done, and what it is to do.
#[derive(Debug, Default)]
pub(super) struct Server {
    /// The texts of what it has committed.
    pub(super) committed: Vec<String>,
    /// What its sessions were told.
    pub(super) tenant: String,
    /// It answers a `set_config` with this.
    pub(super) lies: Option<String>,
    /// It prepares under these names.
    pub(super) prepared: Vec<(String, String)>,
}

pub(super) type Shared = Arc<Mutex<Server>>;

/// Opens a connection to a server of ours.
pub(super) fn open(server: &Shared, room: usize) -> OneSyncConnection {
    let (ours, theirs) = tokio::io::duplex(room);
    tokio::spawn(serve(theirs, server.clone()));
    OneSyncConnection::new(Link::new(ours, None), true)
}

/// One message, whose length is put in.
pub(super) fn message(out: &mut BytesMut, tag: u8, body: &[u8]) {
    out.put_u8(tag);
    out.put_u32(u32::try_from(body.len()).unwrap() + 4);
    out.put_slice(body);
}

fn error(out: &mut BytesMut, severity: &str, code: &str, text: &str) {
    let mut body = BytesMut::new();
    for (kind, field) in [
        (b'S', severity),
        (b'V', severity),
        (b'C', code),
        (b'M', text),
        (b'D', "in detail"),
        (b'H', "a hint"),
    ] {
        body.put_u8(kind);
        body.put_slice(field.as_bytes());
        body.put_u8(0);
    }
    for (kind, field) in [(b't', "agents"), (b'c', "name"), (b'n', "agents_key"), (b'P', "7")] {
        body.put_u8(kind);
        body.put_slice(field.as_bytes());
        body.put_u8(0);
    }
    body.put_u8(0);
    message(out, b'E', &body);
}

pub(super) fn row(out: &mut BytesMut, values: &[&str]) {
    let mut body = BytesMut::new();
    body.put_u16(u16::try_from(values.len()).unwrap());
    for value in values {
        body.put_u32(u32::try_from(value.len()).unwrap());
        body.put_slice(value.as_bytes());
    }
    message(out, b'D', &body);
}

pub(super) fn column(out: &mut BytesMut) {
    let mut body = BytesMut::new();
    body.put_u16(1);
    body.put_slice(b"line\0");
    body.put_u32(0);
    body.put_u16(0);
    body.put_u32(25);
    body.put_u16(0);
    body.put_u32(0);
    body.put_u16(1);
    message(out, b'T', &body);
}

fn text(body: &mut &[u8]) -> String {
    let end = body.iter().position(|byte| *byte == 0).unwrap();
    let text = String::from_utf8(body[..end].to_vec()).unwrap();
    body.advance(end + 1);
    text
}

/// Answers as PostgreSQL does: what stands before one Sync is one transaction, and what fails ends it.
pub(super) async fn serve(mut stream: DuplexStream, server: Shared) {
    let mut received = BytesMut::new();
    let (mut status, mut failed, mut pending, mut told) = (b'I', false, Vec::new(), None::<String>);
    let (mut bound, mut values) = (String::new(), Vec::<String>::new());
    loop {
        let mut out = BytesMut::new();
        while received.len() >= 5 {
            let length = (&received[1..5]).get_u32() as usize + 1;
            if received.len() < length {
                break;
            }
            let frame = received.split_to(length);
            let (tag, mut body) = (frame[0], &frame[5..]);
            let mut server = server.lock().unwrap();
            match tag {
                b'X' => return,
                b'S' => {
                    if !failed {
                        server.committed.append(&mut pending);
                        if let Some(told) = told.take() {
                            server.tenant = told;
                        }
                    }
                    (failed, told) = (false, None);
                    pending.clear();
                    message(&mut out, b'Z', &[status]);
                }
                b'Q' => {
                    let sql = text(&mut body);
                    if sql == "COMMIT" || sql == "ROLLBACK" {
                        status = b'I';
                    } else if sql.starts_with("BEGIN") {
                        status = b'T';
                    }
                    if sql.contains("fail") {
                        error(&mut out, "ERROR", "23505", "it fails");
                    } else {
                        server.committed.push(sql);
                        message(&mut out, b'C', b"DONE\0");
                    }
                    message(&mut out, b'Z', &[status]);
                }
                _ if failed => {}
                b'C' => {
                    body.advance(1);
                    let name = text(&mut body);
                    server.prepared.retain(|(prepared, _)| *prepared != name);
                    message(&mut out, b'3', b"");
                }
                b'P' => {
                    let (name, sql) = (text(&mut body), text(&mut body));
                    if !name.is_empty() && server.prepared.iter().any(|(prepared, _)| *prepared == name) {
                        error(&mut out, "ERROR", "42P05", "it is there already");
                        failed = true;
                        continue;
                    }
                    server.prepared.retain(|(prepared, _)| *prepared != name);
                    server.prepared.push((name, sql));
                    message(&mut out, b'1', b"");
                }
                b'D' => {
                    message(&mut out, b't', &[0, 0]);
                    column(&mut out);
                }
                b'B' => {
                    let (_, name) = (text(&mut body), text(&mut body));
                    let formats = body.get_u16();
                    body.advance(usize::from(formats) * 2);
                    values.clear();
                    for _ in 0..body.get_u16() {
                        let length = body.get_u32() as usize;
                        values.push(String::from_utf8(body[..length].to_vec()).unwrap());
                        body.advance(length);
                    }
                    match server.prepared.iter().find(|(prepared, _)| *prepared == name) {
                        Some((_, sql)) => {
                            bound = sql.clone();
                            message(&mut out, b'2', b"");
                        }
                        None => {
                            error(&mut out, "ERROR", "26000", "prepared statement is gone");
                            failed = true;
                        }
                    }
                }
                b'E' => {
                    if bound.contains("fail") {
                        error(&mut out, "ERROR", "23505", "it fails");
                        failed = true;
                    } else if bound.contains("hang up") {
                        error(&mut out, "FATAL", "57P01", "terminating connection");
                        drop(server);
                        let _sent = stream.write_all(&out).await;
                        return;
                    } else if bound.contains("set_config") {
                        told = Some(values[1].clone());
                        let said = server.lies.clone().unwrap_or_else(|| values[1].clone());
                        row(&mut out, &[&said]);
                        message(&mut out, b'C', b"SELECT 1\0");
                    } else {
                        let tenant = told.clone().unwrap_or_else(|| server.tenant.clone());
                        pending.push(format!("{bound} for {tenant}"));
                        if bound.contains("SELECT") {
                            row(&mut out, &[&tenant]);
                        }
                        message(&mut out, b'C', b"DONE 1\0");
                    }
                }
                other => panic!("a message {other}"),
            }
        }
        if stream.write_all(&out).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match stream.read_buf(&mut received).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
