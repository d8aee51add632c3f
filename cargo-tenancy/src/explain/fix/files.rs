//! The files that are edited: clean before, whole at any time, and as they were if an edit is taken back.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Edit;
use crate::failure::Failure;

/// The files as they were before a round of edits.
pub(super) struct Files(BTreeMap<PathBuf, Texts>);

struct Texts {
    before: String,
    /// What we wrote last.
    now: String,
}

impl Files {
    /// Reads the files of these edits.
    pub(super) fn read<'a>(edits: impl Iterator<Item = &'a Edit>) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for edit in edits {
            if !files.contains_key(&edit.file) {
                let before = read(&edit.file)?;
                files.insert(edit.file.clone(), Texts { now: before.clone(), before });
            }
        }
        Ok(Self(files))
    }

    /// Writes each file with those of the edits that are in it, and no others. What somebody else wrote meanwhile is left as it is.
    pub(super) fn write(&mut self, edits: &[&Edit]) -> Result<(), Failure> {
        for (file, texts) in &mut self.0 {
            let mut of_file: Vec<&&Edit> = edits.iter().filter(|edit| edit.file == *file).collect();
            // From the end, so that the places before stay what they are.
            of_file.sort_by_key(|edit| std::cmp::Reverse(edit.at()));
            let mut edited = texts.before.clone();
            let changed = || {
                Failure::new(format!(
                    "{} was changed by another program meanwhile, and is left as it is",
                    file.display()
                ))
                .fix("look at the difference, and run it once more")
            };
            for edit in of_file {
                edited.insert_str(offset(&texts.before, edit.at()).ok_or_else(changed)?, &edit.inserted);
            }
            if read(file)? != texts.now {
                return Err(changed());
            }
            if edited != texts.now {
                replace(file, &edited)?;
                texts.now = edited;
            }
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| cannot("read", file, error))
}

/// The byte of a line and a column.
pub(super) fn offset(text: &str, (line, column): (usize, usize)) -> Option<usize> {
    let mut start = 0;
    for (index, content) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            let mut ends = content.char_indices().map(|(at, _)| at).chain([content.len()]);
            return ends.nth(column.checked_sub(1)?).map(|at| start + at);
        }
        start += content.len();
    }
    None
}

/// Refuses files that could not be had back.
pub(super) fn clean<'a>(files: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
    let mut dirty = Vec::new();
    for file in files {
        // A bare name is in the folder where we are.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !says(folder, &["ls-files", "--error-unmatch", "--"], file)?.0 {
            dirty.push(format!("{} is not under version control", file.display()));
        } else if !says(folder, &["status", "--porcelain", "--"], file)?.1.is_empty() {
            dirty.push(format!("{} has changes that are not committed", file.display()));
        }
    }
    if dirty.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("nothing is edited: {}", dirty.join("; ")))
        .fix("commit first, so that the edits can be told from your own; or pass `--allow-dirty`"))
}

/// Whether git agrees, and what it prints.
fn says(folder: &Path, arguments: &[&str], file: &Path) -> Result<(bool, Vec<u8>), Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).arg(file).stdin(Stdio::null());
    let output = command.output().map_err(|error| {
        Failure::new("`git` cannot be run, which would say whether the files have changes of yours")
            .because(error)
            .fix("install git; or pass `--allow-dirty`")
    })?;
    Ok((output.status.success(), output.stdout))
}

/// Replaces a file at once: it has the old text or the new one, whenever the machine stops.
fn replace(file: &Path, text: &str) -> Result<(), Failure> {
    // A link stays one.
    let file = fs::canonicalize(file).map_err(|error| cannot("found", file, error))?;
    let beside = file.with_extension(format!("rs.tenancy-{}", std::process::id()));
    let written = fs::metadata(&file).and_then(|before| {
        let mut new = fs::File::create(&beside)?;
        new.write_all(text.as_bytes())?;
        new.set_permissions(before.permissions())?;
        new.sync_all()?;
        fs::rename(&beside, &file)
    });
    written.map_err(|error| {
        // What could not be put in its place is of no use.
        let _gone = fs::remove_file(&beside);
        cannot("written", &file, error)
    })
}

fn cannot(what: &str, file: &Path, error: std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be {what}", file.display())).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_letters() {
        let text = "a\näöü.b\r\nlast";
        assert_eq!(offset(text, (1, 2)), Some(1));
        assert_eq!(offset(text, (2, 4)), Some(8));
        assert_eq!(offset(text, (3, 5)), Some(text.len()));
        assert_eq!(offset(text, (3, 9)), None);
        assert_eq!(offset(text, (4, 1)), None);
    }
}
