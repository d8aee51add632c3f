//! Calendar periods, in UTC.

use std::time::{Duration, SystemTime};

use time::{Month, OffsetDateTime};

/// The last second of the year 9999, beyond which `time` has no dates.
const LAST_SECOND: u64 = 253_402_300_799;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// How long a quota lasts: of the calendar, in UTC, or for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// From each full hour.
    Hour,
    /// From each midnight.
    Day,
    /// From the first of each month.
    Month,
    /// What is used stays used.
    Forever,
}

/// One period, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// As a part of a key.
    pub(crate) id: String,
    pub(crate) starts: u64,
    /// The first instant that is not in it. `None` for ever.
    pub(crate) ends: Option<u64>,
}

impl Period {
    /// The one that `now` is in.
    pub(crate) fn window(self, now: u64) -> Window {
        match self {
            Self::Hour => Window::even(now, HOUR),
            Self::Day => Window::even(now, DAY),
            Self::Month => Window::month(now),
            Self::Forever => Window { id: "forever".to_owned(), starts: 0, ends: None },
        }
    }
}

impl Window {
    /// UTC has no days of another length: leap seconds are not in the time of Unix.
    fn even(now: u64, length: u64) -> Self {
        let starts = now - now % length;
        let date = date(starts);
        let (day, hour) = (date.date(), date.hour());
        let id = if length == HOUR { format!("{day}t{hour:02}") } else { day.to_string() };
        Self { id, starts, ends: Some(starts.saturating_add(length)) }
    }

    fn month(now: u64) -> Self {
        let (year, month) = (date(now).year(), date(now).month());
        let (next_year, next_month) =
            if month == Month::December { (year + 1, Month::January) } else { (year, month.next()) };
        Self {
            id: format!("{year}-{:02}", u8::from(month)),
            starts: first_of(year, month),
            ends: Some(first_of(next_year, next_month)),
        }
    }

    /// How long it lasts from `now` on.
    pub(crate) fn left(&self, now: u64) -> Option<Duration> {
        self.ends.map(|ends| Duration::from_millis(ends.saturating_sub(now)))
    }

    /// When it ends.
    pub(crate) fn until(&self) -> Option<SystemTime> {
        self.ends.map(|ends| SystemTime::UNIX_EPOCH + Duration::from_millis(ends))
    }
}

fn date(millis: u64) -> OffsetDateTime {
    let seconds = i64::try_from((millis / 1000).min(LAST_SECOND)).unwrap_or(0);
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn first_of(year: i32, month: Month) -> u64 {
    // After the year 9999 there is no date: a period that begins there never does.
    let day = time::Date::from_calendar_date(year, month, 1).ok();
    day.and_then(|day| u64::try_from(day.midnight().assume_utc().unix_timestamp()).ok())
        .map_or(LAST_SECOND * 1000, |seconds| seconds * 1000)
}

/// The clock of this process.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn periods_are_those_of_the_calendar() {
        // 2028-02-29 23:59:59.999, a leap day.
        let now = 1_835_481_599_999;
        let (hour, day, month) =
            (Period::Hour.window(now), Period::Day.window(now), Period::Month.window(now));
        assert_eq!([&*hour.id, &day.id, &month.id], ["2028-02-29t23", "2028-02-29", "2028-02"]);
        assert_eq!([hour.ends, day.ends, month.ends], [Some(now + 1); 3]);
        assert_eq!(Period::Month.window(now + 1).id, "2028-03");
        // December leads into another year.
        assert_eq!(Period::Month.window(1_798_761_599_999).ends, Some(1_798_761_600_000));
        assert_eq!(Period::Month.window(1_798_761_600_000).id, "2027-01");
        assert_eq!(Period::Forever.window(now).ends, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_instant_is_in_one_period_and_the_next_begins_where_it_ends(now in 0..LAST_SECOND * 1000) {
            for period in [Period::Hour, Period::Day, Period::Month] {
                let window = period.window(now);
                let ends = window.ends.unwrap();
                prop_assert!((window.starts..ends).contains(&now), "{window:?} {now}");
                prop_assert_eq!(&period.window(window.starts), &window);
                prop_assert_eq!(&period.window(ends - 1), &window);
                let next = period.window(ends);
                prop_assert!(ends >= LAST_SECOND * 1000 || (next.starts == ends && next.id != window.id));
            }
        }

        #[test]
        fn no_clock_breaks_it(now in any::<u64>()) {
            for period in [Period::Hour, Period::Day, Period::Month, Period::Forever] {
                let _ = period.window(now).left(now);
            }
        }
    }
}
