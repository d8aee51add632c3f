//! The account that a database server runs as.

use std::{
    ffi::OsStr,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

/// Whom the servers run as: ourselves or, because they refuse to run as root, a lesser account.
pub(super) enum Account {
    /// We are not root: the servers are ours.
    Own,
    /// We are root: the servers run as this account.
    Other {
        /// Its name, for messages.
        name: &'static str,
        /// Its user id.
        uid: u32,
        /// Its primary group.
        gid: u32,
    },
}

impl Account {
    /// The account to use: our own unless we are root, then the first of `preferred` that exists, then `nobody`.
    pub(super) fn choose(preferred: &'static str) -> Result<Self, String> {
        if id(&["-u"])? != 0 {
            return Ok(Self::Own);
        }
        let mut last = String::new();
        for name in [preferred, "nobody"] {
            match (id(&["-u", name]), id(&["-g", name])) {
                (Ok(uid), Ok(gid)) => return Ok(Self::Other { name, uid, gid }),
                (Err(error), _) | (_, Err(error)) => last = error,
            }
        }
        Err(format!(
            "database servers refuse to run as root, and neither the account `{preferred}` nor `nobody` \
             exists ({last}): run the tests as an ordinary user, or add one of the two accounts"
        ))
    }

    /// A command that will run as this account.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid, .. } = *self {
            // As root this drops the supplementary groups, too.
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Who that is, for messages.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Own => "the current account".to_owned(),
            Self::Other { name, .. } => format!("the account `{name}`"),
        }
    }
}

/// The number that `id` answers. The standard library has no safe look-up of its own.
fn id(arguments: &[&str]) -> Result<u32, String> {
    let shown = arguments.join(" ");
    let output = Command::new("id")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`id {shown}` cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| {
        format!("`id {shown}` did not answer a number: {}", String::from_utf8_lossy(&output.stderr).trim())
    })
}
