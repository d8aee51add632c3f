//! The application, writing meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::arena::{APPLICATION, Arena};

/// The id of the next row that is written.
static NEXT: AtomicI32 = AtomicI32::new(100_000);

/// A tenant that goes on writing until it is ended.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Written>,
}

/// What was committed.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) updates: i64,
    pub(crate) inserts: i64,
    pub(crate) failures: Vec<String>,
    pub(crate) slowest: Duration,
}

impl Writer {
    pub(crate) fn of(arena: &Arena, tenant: i32) -> Self {
        let (mut connection, wall) = (arena.connect(APPLICATION), arena.wall());
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut written = Written::default();
            while !stopped.load(Ordering::Relaxed) {
                let id = NEXT.fetch_add(1, Ordering::Relaxed);
                let begun = Instant::now();
                let tell = wall.select_set_tenant(&tenant.to_string(), SystemTime::now());
                let done: QueryResult<()> = connection.transaction(|connection| {
                    connection.batch_execute(&tell)?;
                    connection.batch_execute(&format!(
                        "UPDATE canvases SET score = score + 1 WHERE tenant_id = {tenant} AND id = 1"
                    ))?;
                    connection.batch_execute(&format!(
                        "INSERT INTO agents (tenant_id, id, name) VALUES ({tenant}, {id}, 'new {id}')"
                    ))
                });
                written.slowest = written.slowest.max(begun.elapsed());
                match done {
                    Ok(()) => {
                        written.updates += 1;
                        written.inserts += 1;
                    }
                    Err(error) => written.failures.push(error.to_string()),
                }
            }
            written
        });
        Self { stop, thread }
    }

    pub(crate) fn end(self) -> Written {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}
