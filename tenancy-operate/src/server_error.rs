//! What a server said, without the values of rows.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

use tokio_postgres::error::{DbError, SqlState};

/// The classes of SQLSTATE whose details name objects, and never what is in a row. Of any other class nothing is shown but the message.
const OF_OBJECTS: [&str; 12] = ["08", "0A", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

/// That of a statement, and of what a function is given to read: `syntax error in tsquery: "ada lovelace"`.
const SYNTAX_ERROR: &str = "42601";

/// The quotes of the languages that servers speak (`lc_messages`).
const QUOTES: [char; 13] = ['"', '\'', '«', '»', '‹', '›', '„', '“', '”', '‚', '‘', '’', '「'];

/// What a PostgreSQL server answered.
///
/// PostgreSQL puts values of rows into its errors: `Key (email)=(ada@example.com) already exists`. They are a tenant's, and an error ends in logs; so
/// neither [`Display`] nor [`Debug`] shows them, and nothing that is behind it in a chain of sources does. [`values`](Self::values) has them, for whoever asks.
/// What a trigger of the application's raises is shown as it was written.
pub struct ServerError {
    shown: String,
    values: Option<String>,
    source: tokio_postgres::Error,
}

impl ServerError {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> Option<&SqlState> {
        self.source.code()
    }

    /// The constraint that was violated.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.source.as_db_error().and_then(DbError::constraint)
    }

    /// The message alone, as the server said it: for telling errors of one code apart, and not for showing.
    pub(crate) fn message(&self) -> Option<&str> {
        self.source.as_db_error().map(DbError::message)
    }

    /// What was left out, as the server said it: it may show rows.
    #[must_use]
    pub fn values(&self) -> Option<&str> {
        self.values.as_deref()
    }
}

impl From<tokio_postgres::Error> for ServerError {
    fn from(source: tokio_postgres::Error) -> Self {
        let (shown, values) = match source.as_db_error() {
            // The driver's own words for it are "db error".
            Some(said) => {
                let (code, place) =
                    (said.code().code(), said.where_().and_then(|place| place.lines().next()));
                parts(code, said.message(), said.detail(), place)
            }
            // Nothing of these is of a row but what cannot be read of one, which the driver does not show.
            None => {
                let cause = source.source().map(|cause| format!(": {cause}")).unwrap_or_default();
                (format!("{source}{cause}"), None)
            }
        };
        Self { shown, values, source }
    }
}

/// What is shown, and what is not.
fn parts(code: &str, message: &str, detail: Option<&str>, place: Option<&str>) -> (String, Option<String>) {
    let quotes_values = code.starts_with("22") || code == SYNTAX_ERROR;
    let message_shown = if quotes_values { without_quoted(message) } else { message.to_owned() };
    let detail_shown = detail.and_then(|detail| shown_detail(code, detail));
    let place_shown = place.and_then(shown_place);
    let left_out =
        message_shown != message || detail_shown.as_deref() != detail || place_shown.as_deref() != place;
    let values =
        left_out.then(|| [Some(message), detail, place].into_iter().flatten().collect::<Vec<_>>().join("; "));
    let more = detail_shown.or(place_shown).map(|more| format!(" ({more})")).unwrap_or_default();
    (format!("{message_shown}{more}, SQLSTATE {code}"), values)
}

/// What of a detail is no value.
fn shown_detail(code: &str, detail: &str) -> Option<String> {
    match code {
        // `Key (email)=(ada@example.com) already exists.`: which columns, whatever language the rest is in.
        "23505" | "23503" | "23P01" => detail.split_once(")=(").map(|(columns, _)| format!("{columns})=(…)")),
        _ => OF_OBJECTS.iter().any(|class| code.starts_with(class)).then(|| detail.to_owned()),
    }
}

/// What of the place of an error is no value: `COPY users, line 7` and where a function stood. The rest may quote a row without quotes, such as
/// `JSON data, line 1: {"name": ada…`, or what a statement was given.
fn shown_place(place: &str) -> Option<String> {
    if place.starts_with("COPY ") {
        // What stands behind a colon is the row, or a column of it.
        let before = |character| character == ':' || character == '：' || QUOTES.contains(&character);
        return place.split(before).next().map(str::to_owned);
    }
    let of_code = place.starts_with("PL/pgSQL function ") || place.starts_with("SQL function \"");
    of_code.then(|| place.to_owned())
}

/// `invalid input syntax for type integer: "12x"` without the text, in whichever language's quotes.
fn without_quoted(text: &str) -> String {
    let first = text.find(QUOTES);
    let last = text.char_indices().rfind(|(_, character)| QUOTES.contains(character));
    match (first, last) {
        (Some(from), Some((to, quote))) if from < to => {
            format!("{}\"…\"{}", &text[..from], &text[to + quote.len_utf8()..])
        }
        (Some(from), _) => format!("{}\"…", &text[..from]),
        _ => text.to_owned(),
    }
}

impl Display for ServerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// The text for people: the driver's own has the rows' values.
impl Debug for ServerError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerError").field(&self.shown).finish()
    }
}

/// It has no source: the driver's own error shows what is left out here.
impl Error for ServerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_of_a_row_is_shown() {
        for (code, message, detail, place, shown) in [
            (
                "23505",
                r#"duplicate key value violates unique constraint "users_email_key""#,
                Some("Key (tenant_id, email)=(1, ada@example.com)=() already exists."),
                None,
                r#"duplicate key value violates unique constraint "users_email_key" (Key (tenant_id, email)=(…)), SQLSTATE 23505"#,
            ),
            (
                "23514",
                r#"new row for relation "users" violates check constraint "adult""#,
                Some("Failing row contains (1, ada)=(example.com)."),
                Some("COPY users, line 7"),
                r#"new row for relation "users" violates check constraint "adult" (COPY users, line 7), SQLSTATE 23514"#,
            ),
            (
                "22P02",
                r#"invalid input syntax for type integer: "ada "the" first""#,
                None,
                Some(r#"COPY rows, line 1, column id: "ada"#),
                r#"invalid input syntax for type integer: "…" (COPY rows, line 1, column id), SQLSTATE 22P02"#,
            ),
            (
                "44000",
                "new row violates check option",
                Some("Failing row contains (1)."),
                None,
                "new row violates check option, SQLSTATE 44000",
            ),
            ("XX000", "unexpected", Some("ada"), None, "unexpected, SQLSTATE XX000"),
            (
                "22P02",
                "invalid input syntax for type json",
                Some(r#"Token "ada" is invalid."#),
                Some("JSON data, line 1: ada"),
                "invalid input syntax for type json, SQLSTATE 22P02",
            ),
            (
                "42601",
                r#"syntax error in tsquery: "ada lovelace""#,
                None,
                Some("PL/pgSQL function index_it() line 3 at assignment"),
                r#"syntax error in tsquery: "…" (PL/pgSQL function index_it() line 3 at assignment), SQLSTATE 42601"#,
            ),
            (
                "22P02",
                "ungültige Eingabesyntax für Typ integer: »ada«",
                None,
                Some("COPY users, Zeile 1, Spalte id: »ada«"),
                r#"ungültige Eingabesyntax für Typ integer: "…" (COPY users, Zeile 1, Spalte id), SQLSTATE 22P02"#,
            ),
            (
                "22012",
                "division by zero",
                None,
                Some("extended query with parameters: $1 = 'ada'"),
                "division by zero, SQLSTATE 22012",
            ),
            (
                "P0001",
                "no more than three",
                None,
                Some(r#"SQL statement "INSERT INTO users VALUES ('ada')""#),
                "no more than three, SQLSTATE P0001",
            ),
        ] {
            let (said, values) = parts(code, message, detail, place);
            assert_eq!(said, shown);
            let values = values.expect("something was left out");
            assert!(
                values.contains(message) && detail.is_none_or(|detail| values.contains(detail)),
                "{values}"
            );
        }
    }

    #[test]
    fn what_names_objects_is_shown() {
        let (said, values) = parts(
            "2BP01",
            "cannot drop table users because other objects depend on it",
            Some("view seen depends on table users"),
            None,
        );
        assert_eq!(
            said,
            "cannot drop table users because other objects depend on it (view seen depends on table users), SQLSTATE 2BP01"
        );
        assert_eq!(values, None);
        let (said, values) = parts("42501", "permission denied for table users", None, None);
        assert_eq!((said.as_str(), values), ("permission denied for table users, SQLSTATE 42501", None));
    }
}
