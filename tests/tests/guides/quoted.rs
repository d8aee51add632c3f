//! What the pages show is what is compiled here: each block of Rust stands, line by line, in one of these files.

use std::fs;
use std::path::Path;

const PAGES: &str = "../tenancy-diesel/docs/guides";

/// The lines without their indentation, and the files as an application has them.
fn lines(text: &str) -> Vec<String> {
    text.replace("tests/guides/new_app/", "src/")
        .replace("tests/guides/", "src/")
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, Vec<String>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), lines(&fs::read_to_string(&path).unwrap())));
        }
    }
}

#[test]
fn every_block_of_the_guides_is_compiled() {
    let mut files = Vec::new();
    for folder in ["tests/guides", "tests/cli"] {
        sources(Path::new(folder), &mut files);
    }
    let (mut blocks, mut missing) = (0, Vec::new());
    for page in fs::read_dir(PAGES).unwrap() {
        let page = page.unwrap().path();
        let text = fs::read_to_string(&page).unwrap();
        assert!(!text.contains("```rust\n"), "{}: rustdoc would compile it by itself", page.display());
        for block in text.split("```rust,ignore\n").skip(1) {
            let code = block.split_once("```").expect("a block ends").0;
            blocks += 1;
            // `…` stands for what is left out.
            let parts: Vec<Vec<String>> =
                code.split("// …\n").map(lines).filter(|part| !part.is_empty()).collect();
            let is_in =
                |file: &[String], part: &[String]| file.windows(part.len()).any(|window| window == part);
            if !files.iter().any(|(_, file)| parts.iter().all(|part| is_in(file, part))) {
                missing.push(format!("{}:\n{code}", page.display()));
            }
        }
    }
    assert!(blocks > 25, "the blocks are found: {blocks}");
    assert!(missing.is_empty(), "not compiled by any file here:\n{}", missing.join("\n"));
}
