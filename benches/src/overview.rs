//! The statements at a glance: a table for each wall, a row for each kind of statement, a column for each way to run it.

use std::fmt::Write as _;

use crate::databases::Kind;
use crate::groups::{COMPARED, Compared};
use crate::measure::Measured;
use crate::peers;
use crate::report::Section;

/// What the names of the variants on the connection of our own have in them.
const ONE_SYNC: &str = " on OneSyncConnection";

/// A column: its head, and which of a group's variants it shows.
type Column = (&'static str, Box<dyn Fn(&Compared, &str) -> bool>);

/// The tables, if statements were measured.
pub(crate) fn write(sections: &[Section], text: &mut String) -> std::fmt::Result {
    if sections.is_empty() {
        return Ok(());
    }
    writeln!(text, "## At a glance: local / network, to the one by hand without a wall\n")?;
    for kind in Kind::ALL {
        let mut columns = columns(kind);
        // Not everybody can be behind each wall.
        columns.retain(|(_, shows)| {
            let measured = |compared: &Compared| {
                sections.iter().flat_map(|section| &section.local).any(|one| shows(compared, &one.name))
            };
            COMPARED.iter().any(measured)
        });
        write!(text, "| {} |", kind.words())?;
        columns.iter().try_for_each(|(head, _)| write!(text, " {head} |"))?;
        write!(text, "\n|---|")?;
        columns.iter().try_for_each(|_| write!(text, "--:|"))?;
        for compared in &COMPARED {
            let Some(section) = sections.iter().find(|section| section.title == compared.group) else {
                continue;
            };
            write!(text, "\n| {} |", section.title)?;
            for (_, shows) in &columns {
                // Where there are two ways, the better one stands last.
                let ratio = |measured: &[Measured]| {
                    let shown = measured.iter().rfind(|one| shows(compared, &one.name))?;
                    Some(shown.ratio(measured.first()?)[1])
                };
                match (ratio(&section.local), ratio(&section.network)) {
                    (Some(local), Some(network)) => write!(text, " {local:.2} / {network:.2} |")?,
                    _ => write!(text, " |")?,
                }
            }
        }
        writeln!(text, "\n")?;
    }
    Ok(())
}

/// Whether a variant goes through the pool behind that wall, with another tenant each time, on our own connection or not.
pub(crate) fn is_through_pool(name: &str, kind: Kind, one_sync: bool) -> bool {
    let ours = name.starts_with("tenants.") && name.ends_with(&format!(", {}", kind.words()));
    ours && name.contains(ONE_SYNC) == one_sync
}

/// What a peer is called behind that wall.
pub(crate) fn peer_behind(peer: &str, kind: Kind) -> String {
    if kind == Kind::Open { peer.to_owned() } else { format!("{peer}, {}", kind.words()) }
}

fn columns(kind: Kind) -> Vec<Column> {
    let behind = format!(", {}", kind.words());
    let mut columns: Vec<Column> = Vec::new();
    if kind == Kind::Open {
        columns.push(("scoped", Box::new(|compared, name| name == compared.best)));
    }
    for (head, one_sync) in [("`TenantPool`", false), ("the same on `OneSyncConnection`", true)] {
        columns.push((head, Box::new(move |_, name| is_through_pool(name, kind, one_sync))));
    }
    if kind != Kind::Open {
        let by_hand = format!(" by hand{behind}");
        columns.push(("by hand", Box::new(move |_, name| name.ends_with(&by_hand))));
    }
    for peer in peers::NAMES {
        let name = peer_behind(peer, kind);
        columns.push((peer, Box::new(move |_, shown| shown == name)));
    }
    columns
}
