//! The codes in the sources, the sections of their page, and the folders of their cases agree.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tenancy_tests::corpus::cases;

type Codes = BTreeSet<String>;

fn codes_in(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| {
            word.len() == 5 && word.starts_with('T') && word[1..].chars().all(|digit| digit.is_ascii_digit())
        })
        .map(str::to_owned)
}

fn of_the_sources(folder: &Path, found: &mut Codes) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            of_the_sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(codes_in(&fs::read_to_string(path).unwrap()));
        }
    }
}

#[test]
fn every_code_has_its_section_and_its_cases() {
    let mut sources = Codes::new();
    for folder in ["../tenancy-diesel/src", "../tenancy-derive/src", "../tenancy-pool/src"] {
        of_the_sources(Path::new(folder), &mut sources);
    }
    let page = fs::read_to_string("../tenancy-diesel/docs/errors.md").unwrap();
    let sections: Codes =
        page.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect();
    let folders: Codes = fs::read_dir("tests/compile_fail")
        .unwrap()
        .flat_map(|entry| codes_in(&entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>())
        .collect();
    assert_eq!(sources, sections, "codes in the sources, and sections of errors.md");
    assert_eq!(sources, folders, "codes in the sources, and folders of cases");
}

#[test]
fn what_the_page_says_in_the_compilers_words_the_compiler_says() {
    let page = fs::read_to_string("../tenancy-diesel/docs/errors.md").unwrap();
    let (_, section) = page.split_once("# In the compiler's own words").unwrap();
    let said: String = cases()
        .iter()
        .filter(|case| case.code().is_none())
        .flat_map(|case| case.headlines())
        .map(|headline| headline + "\n")
        .collect();
    let quoted: Vec<&str> = section
        .split("```")
        .filter_map(|block| block.strip_prefix("text\n"))
        .flat_map(str::lines)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(quoted.len() > 5, "the quotations are found");
    let unsaid: Vec<_> = quoted.into_iter().filter(|line| !said.contains(line)).collect();
    assert!(unsaid.is_empty(), "no case has these words in the first line of an error: {unsaid:#?}");
}
