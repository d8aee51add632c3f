//! The report as a picture: bars for ratios, two for each variant, and lines for what grows.

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
/// Of lines, one after the other.
const COLOURS: [&str; 6] = ["#3465a4", "#c17d11", "#4e9a06", "#a40000", "#75507b", "#555753"];

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

/// The bars of one section alone.
pub(crate) fn bars(section: &Section) -> Picture {
    let mut body = String::new();
    // Writing to a string cannot fail.
    let height = write_section(section, 0.0, &mut body).unwrap_or_default();
    Picture { body, height }
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

/// Lines over counts that grow from one to the next: each step has the same width.
///
/// A value that is not a number is left out.
pub(crate) fn lines(title: &str, xs: &[usize], y: &str, series: &[(String, Vec<f64>)]) -> Picture {
    let mut body = String::new();
    // Writing to a string cannot fail.
    let height = write_lines(title, xs, y, series, &mut body).unwrap_or_default();
    Picture { body, height }
}

fn write_lines(
    title: &str,
    xs: &[usize],
    y: &str,
    series: &[(String, Vec<f64>)],
    out: &mut String,
) -> Result<f64, std::fmt::Error> {
    const TOP: f64 = 50.0;
    const HIGH: f64 = 200.0;
    const BEGIN: f64 = 80.0;
    /// Where the lines end, left of their names.
    const END: f64 = 560.0;
    let largest = series.iter().flat_map(|(_, values)| values).fold(0.0_f64, |most, value| most.max(*value));
    let largest = if largest > 0.0 { largest } else { 1.0 };
    let bottom = TOP + HIGH;
    let at_x = |index: usize| BEGIN + (END - BEGIN) * index as f64 / (xs.len().max(2) - 1) as f64;
    let at_y = |value: f64| bottom - HIGH * value / largest;
    writeln!(
        out,
        "<text x=\"10\" y=\"28\" font-size=\"14\" font-weight=\"bold\">{}</text>\n\
         <text x=\"10\" y=\"{}\" font-size=\"9\">{}</text>",
        escaped(title),
        TOP - 6.0,
        escaped(y)
    )?;
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (value, y) = (largest * part, at_y(largest * part));
        let digits = if largest < 10.0 { 1 } else { 0 };
        writeln!(
            out,
            "<line x1=\"{BEGIN}\" y1=\"{y:.1}\" x2=\"{END}\" y2=\"{y:.1}\" stroke=\"#d3d7cf\"/>\
             <text x=\"{}\" y=\"{:.1}\" font-size=\"9\" text-anchor=\"end\">{value:.digits$}</text>",
            BEGIN - 6.0,
            y + 3.0
        )?;
    }
    for (index, count) in xs.iter().enumerate() {
        let (x, y) = (at_x(index), bottom + 14.0);
        writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\" font-size=\"9\" text-anchor=\"middle\">{count}</text>")?;
    }
    // The names from top to bottom as the lines end, and apart from each other.
    let mut order: Vec<_> = series.iter().enumerate().collect();
    let last = |values: &[f64]| values.iter().rev().copied().find(|value| value.is_finite()).unwrap_or(0.0);
    order.sort_by(|(_, (_, one)), (_, (_, other))| last(other).total_cmp(&last(one)));
    let mut free = TOP - 10.0;
    for (number, (name, values)) in order {
        let colour = COLOURS[number % COLOURS.len()];
        let points: Vec<_> = values.iter().enumerate().filter(|(_, value)| value.is_finite()).collect();
        let path: Vec<_> =
            points.iter().map(|(index, value)| format!("{:.1},{:.1}", at_x(*index), at_y(**value))).collect();
        writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        )?;
        for (index, value) in points {
            writeln!(
                out,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                at_x(index),
                at_y(*value)
            )?;
        }
        let y = (at_y(last(values)) + 4.0).max(free + 14.0);
        free = y;
        writeln!(out, "<text x=\"{}\" y=\"{y:.1}\" fill=\"{colour}\">{}</text>", END + 10.0, escaped(name))?;
    }
    Ok(bottom.max(free) + 30.0)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
