//! A mistake: one or several errors of the compiler, in one line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::complaint::Place;

const PLACE: Style = Style::new().bold();
const OURS: Style = AnsiColor::Red.on_default().bold();
const OTHER: Style = AnsiColor::Yellow.on_default().bold();
const FIX: Style = AnsiColor::Green.on_default();

/// The longest line that is printed.
const WIDTH: usize = 200;

/// What is left to the fix of a line that is too long.
const FIX_WIDTH: usize = 64;

/// What was written, and what to write instead.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Mistake {
    #[serde(flatten)]
    pub(crate) place: Option<Place>,
    /// Ours, or the compiler's; an error of a syntax has none.
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
    /// The tenants' tables that it is about.
    pub(crate) tables: Vec<String>,
    /// The compiler's codes of the errors that it leads to, and that are told with it.
    pub(crate) follow_ups: Vec<String>,
    /// Whether it is known what it leads to.
    #[serde(skip)]
    pub(crate) recognised: bool,
}

impl Mistake {
    /// Whether its code is one of ours, with a page.
    pub(crate) fn is_ours(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.starts_with('T'))
    }

    /// Writes its line: place, code, what is wrong, and the fix.
    pub(crate) fn write(&self, out: &mut dyn Write, seen_from: &Path) -> io::Result<()> {
        let place = self
            .place
            .as_ref()
            .map(|place| format!("{}:{}:{}", shown(&place.file, seen_from), place.line, place.column));
        let place = place.unwrap_or_else(|| "(no place)".to_owned());
        let code = self.code.as_deref().unwrap_or("error");
        let style = if self.is_ours() { OURS } else { OTHER };
        let before = length(&place) + 1 + length(code) + 1;
        // Never less than what is readable, however long the path is.
        let room = WIDTH.saturating_sub(before).max(60);
        let fix = self.fix.as_deref().unwrap_or_default();
        let of_fix = if fix.is_empty() { 0 } else { length(fix) + 3 };
        let message = clipped(&self.message, room - of_fix.min(FIX_WIDTH).min(room / 2));
        write!(out, "{PLACE}{place}{PLACE:#} {style}{code}{style:#} {message}")?;
        if !fix.is_empty() {
            let fix = clipped(fix, room.saturating_sub(length(&message) + 3));
            write!(out, " — {FIX}{fix}{FIX:#}")?;
        }
        writeln!(out)
    }
}

/// A path, from where the user stands if it is below it.
pub(crate) fn shown(path: &Path, seen_from: &Path) -> String {
    path.strip_prefix(seen_from).map_or_else(|_| path.to_owned(), Path::to_owned).display().to_string()
}

/// The folder where the user stands, as the compiler's files are named.
pub(crate) fn here() -> PathBuf {
    // Without one, paths are printed in full.
    std::env::current_dir().unwrap_or_default()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The text, or as many of its words as there is room for.
fn clipped(text: &str, room: usize) -> String {
    if length(text) <= room {
        return text.to_owned();
    }
    let end = text.char_indices().nth(room.saturating_sub(2)).map_or(text.len(), |(at, _)| at);
    let kept = text.get(..end).unwrap_or_default();
    let kept = kept.rsplit_once(' ').map_or(kept, |(kept, _)| kept);
    let kept = kept.trim_end_matches([',', ';', ':', '.']);
    // What is cut within a quotation is closed.
    let open = kept.matches('`').count() % 2 == 1;
    format!("{kept}{}…", if open { "`" } else { " " }.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(mistake: &Mistake) -> String {
        let mut out = Vec::new();
        mistake.write(&mut out, Path::new("/a")).expect("a vector takes it");
        anstream::adapter::strip_str(&String::from_utf8(out).expect("it is text")).to_string()
    }

    fn mistake(message: &str, fix: &str) -> Mistake {
        let place = Place { file: "/a/src/b.rs".into(), line: 3, column: 7, end: (3, 9), in_macro: false };
        Mistake {
            place: Some(place),
            code: Some("T0001".to_owned()),
            message: message.to_owned(),
            fix: Some(fix.to_owned()),
            tables: Vec::new(),
            follow_ups: Vec::new(),
            recognised: true,
        }
    }

    #[test]
    fn a_line_has_the_place_the_code_the_mistake_and_the_fix() {
        assert_eq!(
            line(&mistake("it is wrong", "write it right")),
            "src/b.rs:3:7 T0001 it is wrong — write it right\n"
        );
    }

    #[test]
    fn a_long_line_is_cut_at_a_word_and_a_quotation_is_closed() {
        let long = line(&mistake("it is wrong", &format!("write `{}`", "word ".repeat(60))));
        assert!(long.chars().count() <= WIDTH + 1, "{long}");
        assert!(long.ends_with("word`…\n"), "{long}");
        let long = line(&mistake(&"word ".repeat(60), "write it right"));
        assert!(long.chars().count() <= WIDTH + 1, "{long}");
    }
}
