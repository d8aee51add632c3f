//! A small project, and what the binary says of it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) struct Project {
    folder: TempDir,
}

/// A place, as far as the tests look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) kind: String,
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) item: String,
    pub(crate) excerpt: String,
    pub(crate) reason: Option<String>,
    pub(crate) status: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self { folder: TempDir::new().expect("a folder") };
        project.file("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    }

    /// A project whose `src/lib.rs` is this.
    pub(crate) fn of(code: &str) -> Self {
        Self::new().file("src/lib.rs", code)
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tenancy"))
            .arg("check")
            .args(arguments)
            .current_dir(self.path())
            .output()
            .expect("the binary")
    }

    /// What it answers with `--json`, and the exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (Value, i32) {
        let output = self.run(&[&["--json"], arguments].concat());
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}{}", text(&output.stdout), text(&output.stderr));
        });
        (answer, code(&output))
    }

    pub(crate) fn places(&self) -> Vec<Place> {
        let (answer, _) = self.json(&[]);
        let places = answer["places"].as_array().expect("places").iter();
        let text = |place: &Value, field: &str| place[field].as_str().unwrap_or_default().to_owned();
        places
            .map(|place| Place {
                kind: text(place, "kind"),
                file: text(place, "file"),
                line: place["line"].as_u64().expect("a line"),
                item: text(place, "item"),
                excerpt: text(place, "excerpt"),
                reason: place["reason"].as_str().map(str::to_owned),
                status: text(place, "status"),
            })
            .collect()
    }

    /// The kinds of the places, in their order.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.places().into_iter().map(|place| place.kind).collect()
    }

    /// The only place.
    #[track_caller]
    pub(crate) fn only(&self) -> Place {
        let places = self.places();
        assert_eq!(places.len(), 1, "{places:#?}");
        places[0].clone()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// The code has one place, of this kind.
#[track_caller]
pub(crate) fn finds(kind: &str, code: &str) -> Place {
    let place = Project::of(code).only();
    assert_eq!(place.kind, kind, "{code}");
    place
}

/// Within a function the statement is a place, and its twin is none.
#[track_caller]
pub(crate) fn tells(kind: &str, statement: &str, twin: &str) -> Place {
    let within = |statement: &str| format!("fn work() {{\n    {statement}\n}}\n");
    let place = finds(kind, &within(statement));
    assert_eq!((place.line, place.item.as_str()), (2, "work"), "{statement}");
    finds_nothing(&within(twin));
    place
}

#[track_caller]
pub(crate) fn finds_nothing(code: &str) {
    let places = Project::of(code).places();
    assert!(places.is_empty(), "{code}\n{places:#?}");
}
