//! The mistakes that are known, and their words.
//!
//! Those with a code say it in a note. The others meet a bound of Diesel's first, whose words nobody can change; they are known by what
//! these have in common, which `errors.md` lists under "In the compiler's own words".

use super::complaint::Complaint;
use super::mistake::Mistake;
use super::words::{shortened, table_of, tables_in};

/// A mistake that is known by an error.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Ours; those that meet a bound of Diesel's first have none.
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) fix: Option<String>,
    /// The table, where the error's first line does not name it.
    pub(super) table: Option<String>,
}

impl Known {
    fn uncoded(message: impl Into<String>, fix: impl Into<String>) -> Option<Self> {
        Some(Self { code: None, message: message.into(), fix: Some(fix.into()), table: None })
    }
}

/// What to do, shorter than the notes say it: the code, how the first line begins, and the fix. `{table}` is the table's path.
const FIXES: [(&str, &str, &str); 21] = [
    ("T0004", "", "say `insert_into({table}.scoped(&scope))`"),
    ("T0005", "", "name the key, without a condition: `.on_conflict(agents::id)`"),
    ("T0006", "", "leave it out: the insert fills it, and no update moves a row"),
    ("T0007", "", "pass the `&Scoped<_>` that `Authority::admit` returned"),
    ("T0008", "", "use a scope whose id has the type of the tenant column"),
    (
        "T0009",
        "two tenants",
        "scope all sources by one scope; of two kinds of owner: `allow_owners_to_appear_in_same_query!`",
    ),
    ("T0010", "", "name columns, without the tenant's: `(agents::name, agents::email)`"),
    ("T0011", "", "say `.from_select(query, columns)` for what a query selects"),
    (
        "T0013",
        "",
        "enable the feature `postgres`, `sqlite` or `mysql`; of an enum: `multi_backend!`; generic: `DB: TenantBackend`",
    ),
    ("T0014", "only", "say `update(table.scoped(&scope).filter(…))`; of a row: `.find(row.id)`"),
    ("T0014", "`or_filter`", "put all filters on the table, or all of them after `update(…)`"),
    ("T0015", "", "pass the `&CrossTenant` that `Authority::cross_tenant` returned"),
    ("T0016", "", "put `#[tenant_scoped(tenant_id)]` on the table, or do not treat it as a tenant's"),
    ("T0017", "", "put `#[tenant_global]` or `#[tenant_scoped(column)]` on it"),
    ("T0018", "", "say `.scoped(&scope)`; or put `#[tenant_global]` on the table"),
    ("T0021", "", "execute it; or show the SQL of a single row"),
    ("T0022", "", "bind plain values; or insert by `.values(rows)`"),
    ("T0025", "", "write the link's rows; or, audited, `{table}.write_across_tenants(&cross_tenant)`"),
    (
        "T0301",
        "this statement does",
        "build it from `table.scoped(&scope)`; raw SQL: `tx.raw(\"why\", \"SELECT …\")`",
    ),
    ("T0301", "this statement writes", "write as one of the tenants: `set.one(&tenant)`"),
    ("T0302", "", "use the scope that opened the transaction"),
];

/// Statements of Diesel's own, and the functions that make ours.
const DIESELS: [(&str, &str); 3] =
    [("`InsertStatement<", "insert_into"), ("`UpdateStatement<", "update"), ("`DeleteStatement<", "delete")];

/// What the notes of the compiler's own begin with; those of a bound's author stand between them.
const BOILERPLATE: [&str; 14] = [
    "the trait `",
    "the following",
    "the full name",
    "consider ",
    "required ",
    "within ",
    "expected ",
    "found ",
    "items from traits",
    "perhaps ",
    "try ",
    "you can ",
    "there are ",
    "for that trait",
];

/// What is known of an error.
pub(super) fn known(complaint: &Complaint) -> Option<Known> {
    if let Some(code) = &complaint.ours {
        let (message, fix) = (message(&complaint.headline, code), fix(complaint, code));
        return Some(Known { code: Some(code.clone()), message, fix, table: None });
    }
    sealed(complaint).or_else(|| bare(complaint)).or_else(|| of_diesel(complaint))
}

/// The first line, without words that say nothing more.
fn message(headline: &str, code: &str) -> String {
    let table = table_in(headline).unwrap_or_default();
    if code == "T0006" && !table.is_empty() {
        return format!("the tenant column of `{table}` is assigned by hand");
    }
    let message = shortened(headline);
    match message.strip_prefix(&format!("tenant table `{}`", path_of(&table))) {
        Some(rest) if !table.is_empty() => {
            format!("`{table}`{rest}").replace("something that proves", "what proves")
        }
        _ => message,
    }
}

/// What the author of the bound says to do.
fn advice(complaint: &Complaint) -> Option<String> {
    let own = complaint.notes.iter().filter(|note| !BOILERPLATE.iter().any(|start| note.starts_with(start)));
    let first = own.into_iter().find(|note| !note.contains("errors/index.html#"))?;
    let first = shortened(first.lines().next()?);
    // The first of several pieces of advice; the page has all of them.
    let end =
        ["; ", ". ", ", with the `&Scoped"].iter().filter_map(|end| outside_of_quotes(&first, end)).min();
    let first = first.get(..end.unwrap_or(first.len()))?.trim_end_matches('.');
    Some(first.to_owned())
}

fn outside_of_quotes(text: &str, part: &str) -> Option<usize> {
    text.match_indices(part)
        .map(|(at, _)| at)
        .find(|at| text.get(..*at).is_some_and(|before| before.matches('`').count() % 2 == 0))
}

fn fix(complaint: &Complaint, code: &str) -> Option<String> {
    if code == "T0003"
        && let Some((_, function)) = DIESELS.iter().find(|(statement, _)| complaint.says(statement))
        && let Some(table) = table_in(&complaint.headline)
    {
        let table = path_of(&table);
        return Some(format!("say `tenancy_diesel::{function}({table}.scoped(&scope))`"));
    }
    let short = FIXES.iter().find(|(of, start, _)| *of == code && complaint.headline.starts_with(start));
    match (short, table_in(&complaint.headline)) {
        (Some((_, _, fix)), table) => {
            Some(fix.replace("{table}", &path_of(&table.unwrap_or_else(|| "table".to_owned()))))
        }
        (None, _) => advice(complaint),
    }
}

/// The first table between backticks.
fn table_in(text: &str) -> Option<String> {
    tables_in(text).into_iter().next()
}

fn path_of(table: &str) -> String {
    if table == "table" { table.to_owned() } else { format!("{table}::table") }
}

/// A bound of ours that somebody implemented by hand.
fn sealed(complaint: &Complaint) -> Option<Known> {
    let (_, name) = complaint.headline.split_once("sealed::")?;
    let name = name.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).next()?;
    complaint.says("is a \"sealed trait\"").then(|| Known {
        code: Some("T0012".to_owned()),
        message: format!(
            "a bound of the library's own, `{name}`, is implemented by hand, and holds for no type"
        ),
        fix: Some("scope the table instead: `table.scoped(&scope)`".to_owned()),
        table: None,
    })
}

/// A method of a bare table, or of what is made of one, that the compiler does not find for our bounds.
fn bare(complaint: &Complaint) -> Option<Known> {
    if complaint.code.as_deref() != Some("E0599") {
        return None;
    }
    // What `debug_query` would show is not run, and yet is the statement of a bare table.
    let statement = DIESELS.iter().find(|(statement, _)| complaint.says(statement.trim_start_matches('`')));
    if complaint.headline.contains("struct `DebugQuery<")
        && let Some((_, function)) = statement
        && let Some(table) = complaint.notes.iter().find_map(|note| table_in(note))
    {
        let path = path_of(&table);
        return Some(Known {
            code: Some("T0003".to_owned()),
            message: format!("tenant table `{path}` is used without a tenant"),
            fix: Some(format!("say `tenancy_diesel::{function}({path}.scoped(&scope))`")),
            table: Some(table),
        });
    }
    for (bound, code, done) in
        [("ReadWithinTenant<'", "T0001", "read"), ("RunsWithoutTenant<", "T0003", "used")]
    {
        let Some(line) =
            complaint.notes.iter().flat_map(|note| note.lines()).find(|line| line.contains(bound))
        else {
            continue;
        };
        let table = table_in(line)?;
        let path = path_of(&table);
        return Some(Known {
            code: Some(code.to_owned()),
            message: format!("tenant table `{path}` is {done} without a tenant"),
            fix: Some(
                match DIESELS.iter().find(|(statement, _)| complaint.says(statement.trim_start_matches('`')))
                {
                    Some((_, function)) => format!("say `tenancy_diesel::{function}({path}.scoped(&scope))`"),
                    None => format!("say `{path}.scoped(&scope)`"),
                },
            ),
            table: Some(table),
        });
    }
    None
}

fn of_diesel(complaint: &Complaint) -> Option<Known> {
    let headline = complaint.headline.as_str();
    let has = |part: &str| headline.contains(part);
    let bound = |names: &[&str]| {
        names
            .iter()
            .any(|name| headline.contains(&format!(": {name}")) || headline.contains(&format!("::{name}")))
    };
    let scoped = has("ScopedTable<");
    if has("is scoped by something that proves no tenant: `Scoped<") {
        let message = message(headline, "T0007");
        return Some(Known {
            code: Some("T0007".to_owned()),
            message,
            fix: Some("borrow it: `.scoped(&scope)`".to_owned()),
            table: None,
        });
    }
    if (has("`TenantTransaction<") || has("`TenantHandle<"))
        && bound(&["LoadConnection", "Connection", "DerefMut", "AsyncConnectionCore"])
    {
        return Known::uncoded(
            "another `RunQueryDsl` than the pool's is imported, which runs nothing in a tenant's transaction",
            "import the pool's alone: `use tenancy_pool::prelude::*;`",
        );
    }
    if bound(&["CopyTarget"])
        || has("struct `CopyToQuery<")
        || has("struct `CopyFromQuery<")
        || (has("column_list::ColumnList") || has(": ColumnList"))
    {
        return Known::uncoded(
            "COPY reads or writes all of a table, whatever its tenant",
            "say `tenancy_diesel::insert_into(table.scoped(&scope)).values(rows)`, or `table.scoped(&scope).load(…)`",
        );
    }
    if has("Column>::Table == ScopedTable<")
        || has("ColumnList>::Table == ScopedTable<")
        || has("Insertable<ScopedTable<")
        || has("Insertable<...>>::Values ==")
    {
        return Known::uncoded(
            "Diesel's own insert is given a scoped table",
            "say `tenancy_diesel::insert_into(table.scoped(&scope))`",
        );
    }
    if bound(&["IntoUpdateTarget", "HasTable", "Identifiable"]) && (scoped || has("`SelectStatement<")) {
        return Known::uncoded(
            "Diesel's own `update` or `delete` is given a scoped table",
            "say `tenancy_diesel::update(table.scoped(&scope))`, or `delete`",
        );
    }
    if has("UpdateAndFetchResults<") {
        return Known::uncoded(
            "`save_changes` finds its row by the key alone, whosever it is",
            "say `Agent::update(&scope, row.id).set(row)`, of `#[derive(TenantScoped)]`",
        );
    }
    if has("AppearsInFromClause<") && (has("ScopedAlias<") || complaint.says("ScopedAlias<")) {
        return Known::uncoded(
            "two aliases in one query are of two calls of `alias!`",
            "make them by one: `tenancy_diesel::alias!(agents as one, agents as two)`",
        );
    }
    if has("AppearsInFromClause<") && has("::Count == Once") {
        return Known::uncoded(
            "a table stands twice in one query, as in a sub-select, under one name",
            "make an alias by `tenancy_diesel::alias!`, and scope it",
        );
    }
    if has("`tenancy_diesel::Alias<") || (has("`Alias<") && !has("`diesel::")) {
        return Known::uncoded(
            "an alias of a tenant table is used without a tenant",
            "say `alias.scoped(&scope)`",
        );
    }
    if has("`diesel::query_source::Alias<") && complaint.of_diesel {
        return Known::uncoded(
            "an alias of Diesel's own is used, which no scope can be given to",
            "make it by `tenancy_diesel::alias!`, and scope it: `alias.scoped(&scope)`; for a global table `.global()`",
        );
    }
    if has("struct `DebugQuery<") && has("ScopedInsert<") {
        return Known::uncoded(
            "the SQL of this insert cannot be shown: a batch of rows is several statements on SQLite",
            "show that of a single row",
        );
    }
    endless(complaint).or_else(|| forgotten(complaint))
}

/// A query whose rows' type is left to be inferred, and of which the compiler asks without end how it is run, where it should say that it is not.
fn endless(complaint: &Complaint) -> Option<Known> {
    (complaint.code.as_deref() == Some("E0275") && complaint.of_diesel).then_some(())?;
    let texts = || std::iter::once(&complaint.headline).chain(&complaint.notes).chain(&complaint.labels);
    let bare = texts().flat_map(|text| text.split("FromClause<").skip(1)).find_map(|of| {
        // Up to what follows the table: what is scoped has another type around it.
        table_of(of.split(['<', '>', ',']).next()?)
    });
    let table = path_of(bare.as_deref().unwrap_or("table"));
    Known::uncoded(
        "the compiler gave up on this query, as it does where a table in a sub-select has no scope",
        format!("say `{table}.scoped(&scope)`; or `.load::<Row>(…)`, to read more"),
    )
}

/// A scope that a function takes and is not given.
fn forgotten(complaint: &Complaint) -> Option<Known> {
    let missing =
        complaint.labels.iter().find(|label| label.ends_with("is missing") && label.contains("Scoped<"))?;
    (complaint.code.as_deref() == Some("E0061")).then_some(())?;
    Known::uncoded(format!("a scope is not given: {}", shortened(missing)), "pass `&scope`")
}

/// Whether other errors of its statement may be its consequences.
pub(super) fn leads_on(mistake: &Mistake) -> bool {
    mistake.recognised
}

/// Gives the commonest mistakes their shortest words, now that it is known which tables they are about.
pub(super) fn word(mistake: &mut Mistake) {
    let done = match mistake.code.as_deref() {
        Some("T0001") => "read",
        Some("T0002") => "joined",
        Some("T0003") => "used",
        _ => return,
    };
    let names: Vec<String> = mistake.tables.iter().map(|table| format!("`{table}`")).collect();
    let (subject, verb) = match &names[..] {
        [] => return,
        [one] => (one.clone(), "is"),
        [all @ .., last] => (format!("{} and {last}", all.join(", ")), "are"),
    };
    mistake.message = format!("{subject} {verb} {done} without a tenant");
    let of_diesel = mistake.fix.as_ref().is_some_and(|fix| fix.starts_with("say `tenancy_diesel::"));
    match &mistake.tables[..] {
        [table] if !of_diesel => mistake.fix = Some(format!("say `{}.scoped(&scope)`", path_of(table))),
        [_] => {}
        tables => {
            let each: Vec<String> =
                tables.iter().map(|table| format!("`{}.scoped(&scope)`", path_of(table))).collect();
            mistake.fix = Some(format!("say {}", each.join(" and ")));
        }
    }
}

/// The first line of an error that is not known, with what the compiler writes under it.
pub(super) fn summary(complaint: &Complaint) -> String {
    let headline = shortened(&complaint.headline);
    let says_more = |label: &&String| {
        ![
            "unsatisfied trait bound",
            "the trait ",
            "required ",
            "method cannot be called",
            "not found",
            "cannot infer",
        ]
        .iter()
        .any(|start| label.starts_with(start))
            && !complaint.headline.contains(label.as_str())
    };
    let missing = complaint.labels.iter().find(|label| label.ends_with("is missing"));
    match missing.or(complaint.label.as_ref()).filter(says_more) {
        Some(label) => format!("{headline}: {}", shortened(label.lines().next().unwrap_or_default())),
        None => headline,
    }
}

/// What an error says, known or not.
pub(super) fn words(complaint: &Complaint) -> String {
    known(complaint).map_or_else(|| summary(complaint), |known| known.message)
}

/// What the author of an unmet bound says, of an error that is not known.
pub(super) fn advice_of_others(complaint: &Complaint) -> Option<String> {
    let own_words =
        complaint.code.as_deref() == Some("E0277") && !complaint.headline.starts_with("the trait bound");
    own_words.then(|| advice(complaint)).flatten()
}
