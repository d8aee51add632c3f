//! A program that is a hook.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};

use clap::Args;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tenancy_operate::tenants::{HookCall, HookStep, Hooks};

use crate::failure::Failure;

/// The hook.
#[derive(Debug, Args)]
pub(super) struct Hook {
    /// A program to run once at each step, with its arguments; it reads what it is told, JSON, on its standard input
    #[arg(long, value_name = "PROGRAM ARGUMENTS")]
    hook: Option<String>,
}

impl Hook {
    pub(super) fn program(&self) -> Result<Program, Failure> {
        let Some(text) = &self.hook else { return Ok(Program(Vec::new())) };
        match shlex::split(text) {
            Some(words) if !words.is_empty() => Ok(Program(words)),
            _ => {
                Err(Failure::new(format!("the hook {text:?} names no program, or a quote in it has no end"))
                    .fix("write it as a shell would: --hook 'program argument \"argument with blanks\"'"))
            }
        }
    }
}

/// The program's words; none where there is no hook.
pub(super) struct Program(Vec<String>);

impl Hooks for Program {
    fn call<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        let Some((program, arguments)) = self.0.split_first() else { return ready(Ok(())).boxed() };
        let (program, arguments) = (program.clone(), arguments.to_vec());
        async move {
            let told = serde_json::to_vec(call)?;
            // The connection is attended to meanwhile.
            tokio::task::spawn_blocking(move || run(&program, &arguments, &told)).await?
        }
        .boxed()
    }

    fn is_called_at(&self, _: HookStep) -> bool {
        !self.0.is_empty()
    }
}

fn run(program: &str, arguments: &[String], told: &[u8]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let started = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started.map_err(|error| format!("{program} cannot be started: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program need not read it.
        let _unread = stdin.write_all(told);
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(format!("{program} ended with {}: {last}", output.status).into())
}
