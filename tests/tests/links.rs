//! Each link of the repository's Markdown leads to a file that is there, and to a heading that it has.
//!
//! What names an item of a crate, as `crate::Tables` does in a page of `docs/`, is rustdoc's to check (`cargo xtask check docs`); and what is elsewhere
//! is nobody's, but for the pages of our own crates.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Where the pages of our crates are.
const PAGES: &str = "https://docs.rs/";

#[derive(Default)]
struct Page {
    links: Vec<String>,
    anchors: BTreeSet<String>,
}

impl Page {
    fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
            match (fence, mark) {
                (None, Some(mark)) => fence = Some(mark),
                (Some(open), Some(mark)) if open == mark => fence = None,
                (None, None) => page.line(line),
                _ => {}
            }
        }
        page
    }

    fn line(&mut self, line: &str) {
        if let Some(heading) = line.strip_prefix('#') {
            let slug = slug(heading.trim_start_matches('#'));
            let again = (1..).map(|number| format!("{slug}-{number}"));
            let name = std::iter::once(slug.clone()).chain(again).find(|name| !self.anchors.contains(name));
            self.anchors.extend(name);
        }
        // What is quoted is no link, but a link's words may be quoted.
        let quoted: Vec<_> = line.match_indices('`').map(|(at, _)| at).collect();
        let in_code = |at: usize| quoted.chunks_exact(2).any(|pair| pair[0] < at && at < pair[1]);
        for (opening, closing) in [("](", [')', ' ']), ("src=\"", ['"', '"']), ("href=\"", ['"', '"'])] {
            for (at, _) in line.match_indices(opening).filter(|(at, _)| !in_code(*at)) {
                let rest = &line[at + opening.len()..];
                self.links.extend(rest.split(closing).next().map(str::to_owned));
            }
        }
        if let Some((_, to)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            self.links.extend(to.split_whitespace().next().map(str::to_owned));
        }
        for opening in ["id=\"", "name=\""] {
            for (at, _) in line.match_indices(opening) {
                self.anchors.extend(line[at + opening.len()..].split('"').next().map(str::to_owned));
            }
        }
    }
}

/// A heading's name in a link.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The repository's Markdown below `folder`, by its path from there.
fn read(root: &Path, folder: &Path, pages: &mut BTreeMap<PathBuf, Page>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = folder.join(&name);
        if root.join(&path).is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                read(root, &path, pages);
            }
        } else if name.ends_with(".md") {
            pages.insert(path.clone(), Page::read(&fs::read_to_string(root.join(path)).unwrap()));
        }
    }
}

/// `a/b/../c` is `a/c`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What is wrong with a link of the page `from`.
fn wrong(root: &Path, pages: &BTreeMap<PathBuf, Page>, from: &Path, link: &str) -> Option<&'static str> {
    let (target, anchor) =
        link.split_once('#').map_or((link, None), |(target, anchor)| (target, Some(anchor)));
    if let Some(ours) = target.strip_prefix(PAGES) {
        let name = ours.split('/').next().unwrap_or_default();
        if !name.starts_with("tenancy-") && name != "cargo-tenancy" {
            return None;
        }
        let headings =
            || pages.iter().filter(|(path, _)| path.starts_with(name)).flat_map(|(_, page)| &page.anchors);
        return if !root.join(name).join("Cargo.toml").is_file() {
            Some("there is no such crate")
        } else if anchor.is_some_and(|anchor| !anchor.contains('.') && headings().all(|one| one != anchor)) {
            Some("no page of the crate has such a heading")
        } else {
            None
        };
    }
    let item = !target.contains(['/', '.']) || target.contains("::");
    let of_rustdoc = !target.is_empty() && item && from.components().any(|part| part.as_os_str() == "docs");
    if link.contains("://") || link.starts_with("mailto:") || of_rustdoc {
        return None;
    }
    let path = if target.is_empty() {
        from.to_owned()
    } else {
        plain(&from.parent().unwrap_or(Path::new("")).join(target))
    };
    if !target.is_empty() && !root.join(&path).exists() {
        return Some("there is no such file");
    }
    let page = pages.get(&path);
    anchor
        .filter(|anchor| page.is_some_and(|page| !page.anchors.contains(*anchor)))
        .map(|_| "it has no such heading")
}

#[test]
fn each_link_leads_to_what_is_there() {
    let root = Path::new("..");
    let mut pages = BTreeMap::new();
    read(root, Path::new(""), &mut pages);
    // Each crate's own, and the guides'.
    for path in [
        "README.md",
        "tenancy-rls/README.md",
        "cargo-tenancy/docs/adopt.md",
        "tenancy-diesel/docs/guides/joins.md",
    ] {
        assert!(pages.contains_key(Path::new(path)), "{path} is not read");
    }
    let links = || pages.iter().flat_map(|(path, page)| page.links.iter().map(move |link| (path, link)));
    assert!(links().count() > 200, "the links are not found");
    let wrong: Vec<_> = links()
        .filter_map(|(path, link)| {
            Some(format!("{}: {link}: {}", path.display(), wrong(root, &pages, path, link)?))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let root = Path::new("..");
    let mut pages = BTreeMap::new();
    read(root, Path::new(""), &mut pages);
    let page = Page::read(
        "# A heading, `quoted`\n\n# A heading, quoted\n\n[one](README.md#no-heading-of-it) and `[no](link.md)`\n```text\n[no](link.md)\n```\n\
         [a `b`](no.md) <img src=\"no.svg\"> [self](#a-heading-quoted-1) [other](#a-heading-quoted-2)\n[named]: tests/no.rs\n\
         [page](https://docs.rs/tenancy-rls/latest/tenancy_rls/#no-heading-of-it) [crate](https://docs.rs/tenancy-none)\n\
         [folder](examples/axum) [up](tests/../README.md#licence) [far](https://docs.rs/diesel) [item](crate::Tables)\n",
    );
    let name = Path::new("made-up.md");
    pages.insert(name.to_owned(), page);
    let found: Vec<_> =
        pages[name].links.iter().filter(|link| wrong(root, &pages, name, link).is_some()).collect();
    assert_eq!(
        found,
        [
            "README.md#no-heading-of-it",
            "no.md",
            "#a-heading-quoted-2",
            "no.svg",
            "tests/no.rs",
            "https://docs.rs/tenancy-rls/latest/tenancy_rls/#no-heading-of-it",
            "https://docs.rs/tenancy-none",
            "crate::Tables",
        ]
    );
}
