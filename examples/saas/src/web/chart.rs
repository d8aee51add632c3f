//! A chart, drawn here: bars by day, and the same as a table for who does not see it.

use maud::{Markup, html};

use crate::clock;

/// The last thirty days.
pub fn bars(days: &[(i64, i64)], today: i64) -> Markup {
    let most = days.iter().map(|(_, value)| *value).max().unwrap_or(0).max(1);
    let value = |day: i64| days.iter().find(|(at, _)| *at == day).map_or(0, |(_, value)| *value);
    let date = |day: i64| clock::shown(day * clock::DAY)[..10].to_owned();
    html! {
        svg viewBox="0 0 620 125" role="img" aria-label={ "At most " (most) " in a day. The table below has each day." } {
            @for (place, day) in (today - 29..=today).enumerate() {
                @let height = value(day) * 110 / most;
                rect x=(10 + place * 20) y=(120 - height) width="14" height=(height) rx="2" {
                    title { (date(day)) ": " (value(day)) }
                }
            }
        }
        // As the bars above it: from left to right.
        p.ends dir="ltr" { @for day in [today - 29, today] { time dir="ltr" { (date(day)) } } }
        details {
            summary { "As a table" }
            table {
                thead { tr { th { "Day" } th { "Executions" } } }
                tbody { @for (day, value) in days { tr { td { time dir="ltr" { (date(*day)) } } td { (value) } } } }
            }
        }
    }
}
