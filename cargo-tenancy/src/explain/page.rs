//! The page of a code, for a terminal.

use serde::Serialize;

/// `tenancy-diesel/docs/errors.md`, as a file of this package; a test compares the two.
const PAGES: &str = include_str!("../../docs/errors.md");

/// How wide its lines are.
const WIDTH: usize = 100;

/// The page of a code of ours.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Page {
    pub(crate) code: String,
    /// Its paragraphs and examples. An example's lines begin with four spaces.
    pub(crate) text: String,
    /// Where it is with its links.
    pub(crate) address: String,
}

/// The page of `code`, in capitals or not: ours, or one of the compiler's that has a section there.
pub(crate) fn page(code: &str) -> Option<Page> {
    let code = code.trim().to_ascii_uppercase();
    let titled = |heading| {
        PAGES.split(heading).skip(1).find_map(|section: &str| {
            let (title, text) = section.split_once('\n')?;
            (title.trim() == code).then_some(text)
        })
    };
    let section = titled("\n## ").or_else(|| titled("\n### "))?;
    // The last one of a chapter has the next chapter after it.
    let ends = ["\n# ", "\n### "].into_iter().filter_map(|heading| section.find(heading)).min();
    let section = section.get(..ends.unwrap_or(section.len()))?;
    let address = format!(
        "https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#{}",
        code.to_lowercase()
    );
    Some(Page { text: plain(section), code, address })
}

/// The codes that have one, in their order.
pub(crate) fn codes() -> Vec<&'static str> {
    let titles = PAGES.lines().filter_map(|line| line.strip_prefix("## "));
    titles.map(str::trim).collect()
}

fn plain(section: &str) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut example = false;
    for line in section.trim().lines() {
        if line.starts_with("```") {
            end(&mut paragraph, &mut text);
            if example {
                text.push('\n');
            }
            example = !example;
        } else if example {
            text += format!("    {line}").trim_end();
            text.push('\n');
        } else if line.is_empty() {
            end(&mut paragraph, &mut text);
        } else {
            paragraph.push_str(line);
            paragraph.push(' ');
        }
    }
    end(&mut paragraph, &mut text);
    text.trim_end().to_owned()
}

/// Writes a paragraph and an empty line.
fn end(paragraph: &mut String, text: &mut String) {
    if paragraph.is_empty() {
        return;
    }
    let mut width = 0;
    for word in without_links(paragraph).split_whitespace() {
        let length = word.chars().count();
        if width > 0 {
            let fits = width + 1 + length <= WIDTH;
            text.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        *text += word;
        width += length;
    }
    *text += "\n\n";
    paragraph.clear();
}

/// `[words](address)` is its words.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain += before;
        // `#[tenant_scoped(…)]` is no link.
        match link.split_once("](") {
            Some((words, after)) if !words.contains(']') && !before.ends_with('#') => {
                plain += words;
                rest = after.split_once(')').map_or("", |(_, rest)| rest);
            }
            _ => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_paragraphs_and_its_examples_and_no_markup() {
        let page = page("t0001").expect("there is one");
        assert_eq!(page.code, "T0001");
        assert!(page.text.starts_with("A tenant table is read without a tenant"), "{}", page.text);
        assert!(page.text.contains("\n    agents::table.scoped(&scope)"), "{}", page.text);
        assert!(page.address.ends_with("#t0001"));
        assert!(
            page.text
                .lines()
                .filter(|line| !line.starts_with("    "))
                .all(|line| line.chars().count() <= WIDTH)
        );
    }

    #[test]
    fn every_page_ends_where_the_next_begins() {
        assert!(codes().len() > 40);
        for code in codes() {
            let text = page(code).expect("there is one").text;
            assert!(
                !text.is_empty() && !text.contains("```") && !text.contains("](") && !text.contains("\n#"),
                "{code}: {text}"
            );
        }
        assert_eq!(page("T9999"), None);
        assert_eq!(page(""), None);
    }

    #[test]
    fn a_link_is_its_words_and_an_attribute_stays() {
        assert_eq!(
            without_links("a [`B`](crate::B), `#[tenant_scoped(x)]`, `a[1]`"),
            "a `B`, `#[tenant_scoped(x)]`, `a[1]`"
        );
    }
}
