//! The picture at the top of `README.md`: what a wall costs a read and a write, to be understood in ten seconds.

use std::fmt::Write as _;

use crate::databases::Kind;
use crate::groups::{read, write};
use crate::measure::Measured;
use crate::overview::is_through_pool;
use crate::report::Section;

const WIDTH: f64 = 1000.0;
/// Where the bars begin, right of their names.
const LEFT: f64 = 320.0;
/// What one time the statement by hand is wide.
const ONE: f64 = 75.0;
/// Between the bars of the two routes.
const ROUTE: f64 = 340.0;
const BAR: f64 = 18.0;
const ROW: f64 = 26.0;

/// A bar's name and colour, and which variant it shows.
type Row = (&'static str, &'static str, fn(&str, bool) -> bool);

/// The first of a group is the one by hand without a wall.
const ROWS: [Row; 4] = [
    ("by hand, without row-level security", "#babdb6", |_, is_first| is_first),
    ("by hand, behind it: BEGIN, set, COMMIT", "#c17d11", |name, _| {
        name.starts_with("BEGIN") && name.ends_with(" by hand, plain wall")
    }),
    ("TenantPool, behind it", "#3465a4", |name, _| is_through_pool(name, Kind::Plain, false)),
    ("the same on OneSyncConnection", "#4e9a06", |name, _| is_through_pool(name, Kind::Plain, true)),
];

const GROUPS: [(&str, &str); 2] =
    [(read::TITLE, "A read of one row"), (write::TITLE, "An update of one row")];

/// The picture, as SVG; nothing if no statement was measured.
pub(crate) fn draw(sections: &[Section]) -> Option<String> {
    let mut body = String::new();
    let height = write_all(sections, &mut body).ok()??;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"14\" \
         role=\"img\" aria-label=\"What row-level security costs a statement\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    ))
}

fn write_all(sections: &[Section], out: &mut String) -> Result<Option<f64>, std::fmt::Error> {
    writeln!(
        out,
        "<text x=\"16\" y=\"30\" font-size=\"19\" font-weight=\"bold\">What row-level security costs, another tenant each time</text>\n\
         <text x=\"16\" y=\"52\" fill=\"#555753\">Time of a statement; 1 is the same written by hand with diesel-async, without it. Shorter is better.</text>"
    )?;
    for (number, words) in ["on a local socket", "over a network of 0.8 ms"].into_iter().enumerate() {
        let x = LEFT + ROUTE * number as f64;
        writeln!(out, "<text x=\"{x}\" y=\"80\" font-weight=\"bold\">{words}</text>")?;
    }
    let mut y = 92.0;
    for (title, words) in GROUPS {
        let Some(section) = sections.iter().find(|section| section.title == title) else {
            return Ok(None);
        };
        writeln!(out, "<text x=\"16\" y=\"{}\" font-weight=\"bold\">{words}</text>", y + 16.0)?;
        y += ROW;
        for (name, colour, shows) in ROWS {
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
                LEFT - 10.0,
                y + 14.0
            )?;
            for (number, measured) in [&section.local, &section.network].into_iter().enumerate() {
                let Some(ratio) = ratio(measured, shows) else { return Ok(None) };
                let x = LEFT + ROUTE * number as f64;
                writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>\
                     <text x=\"{:.1}\" y=\"{}\">{ratio:.2}</text>",
                    ratio * ONE,
                    x + ratio * ONE + 6.0,
                    y + 14.0
                )?;
            }
            y += ROW;
        }
        y += 10.0;
    }
    Ok(Some(y + 6.0))
}

fn ratio(measured: &[Measured], shows: fn(&str, bool) -> bool) -> Option<f64> {
    let base = measured.first()?;
    let shown = measured.iter().enumerate().find(|(number, one)| shows(&one.name, *number == 0));
    shown.map(|(_, one)| one.ratio(base)[1])
}
