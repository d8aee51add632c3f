//! What is missing, installed: never without saying what.

use std::env::consts::OS;
use std::io::{IsTerminal, stdin};
use std::process::Command;

use crate::Failure;
use crate::needs::{Need, missing, program};
use crate::shell::{output, run, shown};

/// Installs what the tests need and this machine lacks, unless it is only to be named.
pub(crate) fn install(only_say: bool) -> Result<(), Failure> {
    let needs = missing();
    if needs.is_empty() {
        return Ok(());
    }
    eprintln!("This machine lacks what the tests need:");
    for need in &needs {
        eprintln!("  - {}{}", need.what, instead(need));
    }
    let mut commands = commands(&needs).ok_or_else(|| by_hand(&needs))?;
    eprintln!("These commands install it{}:", if only_say { "" } else { ", and are run now" });
    for command in &commands {
        eprintln!("  {}", shown(command));
    }
    if only_say {
        return Err("Nothing was installed, because of --no-install.".to_owned());
    }
    for command in &mut commands {
        run(command).map_err(|failure| format!("{failure}\n{}", by_hand(&needs)))?;
    }
    let left: Vec<_> = missing().iter().map(|need| need.what).collect();
    if left.is_empty() {
        return Ok(());
    }
    Err(format!("Installed, and still not found: {}. Is it in PATH?", left.join("; ")))
}

fn instead(need: &Need) -> String {
    need.instead.map(|variable| format!(" ({variable} may name one in its place)")).unwrap_or_default()
}

/// The commands of this system's package manager, if it is one that we know.
fn commands(needs: &[&Need]) -> Option<Vec<Command>> {
    if OS == "linux" && program("apt-get") {
        // A fresh machine may have no other locale.
        let update = as_root(&["env", "LC_ALL=C.UTF-8", "apt-get", "update", "-qq"])?;
        let mut install = as_root(&[
            "env",
            "LC_ALL=C.UTF-8",
            "RUNLEVEL=1", // at which the packages start no services
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
        ])?;
        install.args(needs.iter().map(|need| need.apt));
        return Some(vec![update, install]);
    }
    if OS == "macos" && program("brew") {
        let mut install = Command::new("brew");
        install.arg("install").args(needs.iter().map(|need| need.brew));
        let mut commands = vec![install];
        if needs.iter().any(|need| need.brew == "libpq") {
            // Homebrew keeps it apart from what macOS may have, where no linker looks.
            let mut link = Command::new("brew");
            link.args(["link", "--force", "libpq"]);
            commands.push(link);
        }
        return Some(commands);
    }
    None
}

/// The command as root, by sudo where we are not; `None` where there is none.
fn as_root(words: &[&str]) -> Option<Command> {
    let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = Command::new(if is_root { words[0] } else { "sudo" });
    if is_root {
        command.args(&words[1..]);
    } else if program("sudo") {
        if !stdin().is_terminal() {
            command.arg("-n"); // nobody is there to type a password
        }
        command.args(words);
    } else {
        return None;
    }
    Some(command)
}

/// What to do where we cannot.
fn by_hand(needs: &[&Need]) -> Failure {
    let packages: Vec<_> = needs.iter().map(|need| need.apt).collect();
    let mut text = format!(
        "Install it yourself, then run this command again. Debian and Ubuntu, as root: `apt-get install {}`. macOS: \
         Homebrew (https://brew.sh) and `brew install {}`. Elsewhere: the packages of the same names, with their \
         programs in PATH or below /usr/lib/postgresql.",
        packages.join(" "),
        needs.iter().map(|need| need.brew).collect::<Vec<_>>().join(" ")
    );
    for variable in needs.iter().filter_map(|need| need.instead) {
        text += &format!(" Or set {variable} to the address of a server that the tests may use.");
    }
    text
}
