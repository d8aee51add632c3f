//! The process that moves, and is killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Child;
use std::time::Duration;

use tenancy_core::TenantKey;
use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::relocation::{Options, Relocation};
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::DatabaseName;

use crate::world::{TENANT, World, place};

/// The tenant's move, as the owner of the tables.
pub(crate) fn relocation(world: &World, options: Options) -> Relocation {
    let silo = DatabaseAddress::new(world.url(&world.silo, "owner")).unwrap();
    Relocation::new(
        world.security(),
        TenantKey::new(&TENANT.to_string()).unwrap(),
        DatabaseAddress::new(world.url(&world.home, "owner")).unwrap(),
        OperatorConnection::new("tenancy"),
    )
    .addresses(move |name: &DatabaseName| (name.as_str() == "silo").then(|| silo.clone()))
    .options(options)
}

/// Small batches, so that there are many steps.
pub(crate) fn options() -> Options {
    Options::new().batch(40).stop_limit(Duration::from_secs(20)).attempts(200)
}

/// What a process of its own does: started by the tests, and by nobody else.
#[test]
#[ignore = "a part of other tests"]
fn worker() {
    let Ok(world) = std::env::var("RELOCATION_WORLD") else { return };
    let world: World = serde_json::from_str(&world).unwrap();
    let task = std::env::var("RELOCATION_TASK").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let relocation = relocation(&world, options());
        let done = match task.as_str() {
            "undo" => relocation.undo().await.map(|done| format!("{done:?}")),
            "finish" => relocation.finish(Duration::ZERO).await.map(|done| format!("{done:?}")),
            to => relocation
                .run(&place(to))
                .await
                .map(|moved| moved.stop.map(|stop| format!("{stop:?}")).unwrap_or_default()),
        };
        match done {
            Ok(done) => println!("done {done}"),
            Err(error) => {
                println!("error {error}");
                std::process::exit(3);
            }
        }
    });
}

/// How a process ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// At its failpoint, by SIGKILL.
    Killed,
    /// By itself; what it said.
    Done(String),
}

/// Kills the process when it has reached its failpoint, or waits for its end. An error of it ends the test.
pub(crate) fn kill_when_reached(mut worker: Child) -> Ended {
    let stderr = BufReader::new(worker.stderr.take().unwrap());
    let mut said = String::new();
    for line in stderr.lines() {
        let line = line.unwrap();
        if line.starts_with("failpoint ") {
            worker.kill().unwrap();
            worker.wait().unwrap();
            return Ended::Killed;
        }
        said.push_str(&line);
        said.push('\n');
    }
    ended(worker, &said)
}

/// Waits for the end.
pub(crate) fn ended(mut worker: Child, said: &str) -> Ended {
    let mut out = String::new();
    worker.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let status = worker.wait().unwrap();
    if !status.success() {
        if let Some(mut stderr) = worker.stderr.take() {
            stderr.read_to_string(&mut out).unwrap();
        }
        panic!("{status}: {out}\n{said}");
    }
    Ended::Done(
        out.lines()
            .find_map(|line| line.split_once("done "))
            .map(|(_, done)| done.to_owned())
            .unwrap_or_default(),
    )
}
