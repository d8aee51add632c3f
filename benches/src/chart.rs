//! The report's ratios as a picture: bars, two for each variant.

use std::fmt::Write as _;

use crate::report::{Report, Section};

const WIDTH: f64 = 1000.0;
/// Where the bars begin, right of the names.
const LEFT: f64 = 420.0;
/// How much room the figures behind the bars have.
const RIGHT: f64 = 60.0;
const BAR: f64 = 9.0;
const ROW: f64 = 26.0;
const TITLE: f64 = 40.0;
const LOCAL: &str = "#3465a4";
const NETWORK: &str = "#c17d11";

/// A picture of a chapter's own, as wide as the others.
pub(crate) struct Picture {
    /// Its elements, from 0 down.
    pub(crate) body: String,
    pub(crate) height: f64,
}

/// The picture, as SVG.
pub(crate) fn draw(report: &Report) -> String {
    let mut body = String::new();
    // Writing to a string cannot fail.
    let height = write(report, &mut body).unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

fn write(report: &Report, out: &mut String) -> Result<f64, std::fmt::Error> {
    writeln!(
        out,
        "<text x=\"10\" y=\"24\" font-size=\"16\">Time, to the first of each group (1.00)</text>\n\
         <text x=\"600\" y=\"24\" fill=\"{LOCAL}\">local socket</text>\n\
         <text x=\"700\" y=\"24\" fill=\"{NETWORK}\">network</text>"
    )?;
    let mut top = 30.0;
    for section in &report.sections {
        top = write_section(section, top, out)?;
    }
    for picture in report.chapters.iter().flat_map(|chapter| &chapter.pictures) {
        writeln!(out, "<g transform=\"translate(0 {top})\">\n{}</g>", picture.body)?;
        top += picture.height;
    }
    Ok(top + 20.0)
}

/// Writes a section from `top` down, and returns where the next begins.
fn write_section(section: &Section, top: f64, out: &mut String) -> Result<f64, std::fmt::Error> {
    let (Some(local_base), Some(network_base)) = (section.local.first(), section.network.first()) else {
        return Ok(top);
    };
    let rows: Vec<_> = section
        .local
        .iter()
        .zip(&section.network)
        .map(|(local, network)| (&local.name, local.ratio(local_base)[1], network.ratio(network_base)[1]))
        .collect();
    let largest = rows.iter().fold(1.0_f64, |largest, (_, local, network)| largest.max(*local).max(*network));
    let scale = (WIDTH - LEFT - RIGHT) / largest;
    writeln!(
        out,
        "<text x=\"10\" y=\"{}\" font-size=\"14\" font-weight=\"bold\">{}</text>",
        top + 28.0,
        escaped(section.title)
    )?;
    let mut y = top + TITLE;
    let one = LEFT + scale;
    let bottom = y + ROW * rows.len() as f64;
    for (name, local, network) in rows {
        writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 13.0,
            escaped(name)
        )?;
        for (offset, ratio, colour) in [(0.0, local, LOCAL), (BAR, network, NETWORK)] {
            writeln!(
                out,
                "<rect x=\"{LEFT}\" y=\"{}\" width=\"{:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>\
                 <text x=\"{:.1}\" y=\"{}\" font-size=\"9\">{ratio:.2}</text>",
                y + offset,
                ratio * scale,
                LEFT + ratio * scale + 4.0,
                y + offset + 8.0
            )?;
        }
        y += ROW;
    }
    writeln!(
        out,
        "<line x1=\"{one:.1}\" y1=\"{}\" x2=\"{one:.1}\" y2=\"{bottom}\" stroke=\"black\" stroke-dasharray=\"3 3\"/>",
        top + TITLE - 4.0
    )?;
    Ok(bottom)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
