//! The one statement of an inspection.

use tenancy_core::database::RoleName;

use super::server;
use crate::belongs::{Belongs, Conditions};
use crate::migration::{KEY_TABLE, REPAIRS, TenantFunction, UNKEYED, kind, shared, table_statements};
use crate::quote::literal;
use crate::row_security::{Mode, RowSecurity, Server};
use crate::table::{Table, TenantColumn};

/// The declared tables, as the rules begin with them.
const DECLARED: &str = "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $20::text[], $21::text[], $22::text[], $23::text[], \
                        $24::text[], $25::text[], $26::text[]) \
                        AS i (object, tenant, sql_type, wall, kind, member, other, other_key, shared, reads, writes)";

/// The parts of the declared tables that a Citus node has. They are tables, which have policies and grants of their own.
const SHARDS: &str = include_str!("rules/shards.sql");

/// The facts that the rules ask of.
const GIVEN: &str = include_str!("rules/given.sql");

/// What they ask of roles that only read.
const READING: &str = include_str!("rules/reading.sql");

/// The rules: each gives the rows `(code, object, reason, mend)` of what is wrong, in the order of its mending.
const RULES: [&str; 11] = [
    include_str!("rules/roles.sql"),
    include_str!("rules/readers.sql"),
    include_str!("rules/admission.sql"),
    include_str!("rules/tables.sql"),
    include_str!("rules/keys.sql"),
    include_str!("rules/belongs.sql"),
    include_str!("rules/objects.sql"),
    include_str!("rules/grants.sql"),
    include_str!("rules/reach.sql"),
    include_str!("rules/server.sql"),
    include_str!("rules/sealing.sql"),
];

/// What the rules are told, `$1` first, as SQL.
///
/// Written into the statement, not bound: Citus sends a statement to its nodes as text.
pub(super) struct Parameters(Vec<String>);

impl Parameters {
    pub(super) fn new(
        wall: &RowSecurity,
        [connected_as_application, before_admission]: [bool; 2],
        pooled: bool,
    ) -> Self {
        let tables = || wall.tables.iter();
        let tenant =
            |of: fn(&TenantColumn) -> &str| tables().map(move |table| table.tenant_column().map_or("", of));
        let owned = |of: &dyn Fn(&Table, &Belongs) -> String| {
            array(tables().map(|table| table.belongs().map(|belongs| of(table, belongs)).unwrap_or_default()))
        };
        // Those that name no other table have a condition of one form.
        let conditions = |table: &Table, belongs: &Belongs| {
            (!belongs.is_plain()).then(|| Conditions::of(&wall.tables, table, belongs))
        };
        let links = || tables().filter_map(|table| Some((table, wall.tables.link(table)?)));
        let linking = || {
            links().flat_map(|(table, link)| {
                let name = wall.tables.sql_name(table);
                link.columns
                    .into_iter()
                    .map(move |column| (name.clone(), column, link.by_tenants.unwrap_or_default()))
            })
        };
        let reading = || {
            wall.roles.readers().flat_map(move |reader| {
                tables().filter_map(move |table| {
                    let condition = reader.kind.condition(&wall.tables, table, table.belongs()?)?;
                    Some((reader.role.as_str(), wall.tables.sql_name(table), condition.pattern()))
                })
            })
        };
        let opened = || {
            wall.roles.readers().filter(|reader| !reader.kind.is_lent()).flat_map(move |reader| {
                tables().flat_map(move |table| {
                    let global = table.belongs().is_none() && reader.kind.reads_global(&wall.tables, table);
                    let columns =
                        if global { vec![""] } else { reader.kind.columns(table).unwrap_or_default() };
                    let name = wall.tables.sql_name(table);
                    columns.into_iter().map(move |column| (reader.role.as_str(), name.clone(), column))
                })
            })
        };
        let over_all = || wall.tables.over_all_tenants();
        let function = TenantFunction::of(wall.mode);
        Self(vec![
            array(tables().map(|table| wall.tables.sql_name(table))),
            array(tenant(|tenant| &tenant.name)),
            array(tenant(|tenant| &tenant.sql_type)),
            array(tables().map(|table| {
                let wall = table.belongs().map(|belongs| table_statements(wall, table, belongs));
                wall.unwrap_or_default()
            })),
            literal(wall.roles.application.as_str()),
            literal(wall.roles.across_tenants.as_str()),
            wall.roles.owner.as_ref().map(RoleName::as_str).map_or("NULL".to_owned(), literal),
            connected_as_application.to_string(),
            literal(function.body),
            literal(function.language),
            (wall.mode != Mode::Plain).to_string(),
            literal(&function.create()),
            literal(KEY_TABLE),
            pooled.to_string(),
            literal(TenantFunction::of(Mode::Both).body),
            (wall.server == Server::Citus).to_string(),
            array(over_all().map(|key| key.table)),
            array(over_all().map(|key| key.key)),
            array(over_all().map(|key| key.reason)),
            owned(&|_, belongs| kind(belongs).to_owned()),
            owned(&|_, belongs| belongs.column().to_owned()),
            owned(&|_, belongs| {
                belongs
                    .reference()
                    .map(|reference| wall.tables.name_of(&reference.through))
                    .unwrap_or_default()
            }),
            owned(&|_, belongs| {
                belongs.reference().map(|reference| reference.through.key.to_string()).unwrap_or_default()
            }),
            owned(&|table, _| shared(table).to_owned()),
            owned(&|table, belongs| {
                conditions(table, belongs).map(|of| of.read.pattern()).unwrap_or_default()
            }),
            owned(&|table, belongs| {
                conditions(table, belongs).map(|of| of.write.pattern()).unwrap_or_default()
            }),
            array(linking().map(|(table, _, _)| table)),
            array(linking().map(|(_, column, _)| column)),
            array(linking().map(|(_, _, reason)| reason)),
            array(wall.roles.readers().map(|reader| reader.role.as_str())),
            array(wall.roles.readers().map(|reader| reader.kind.policy())),
            array(wall.roles.readers().map(|reader| reader.kind.purpose())),
            array(reading().map(|(role, _, _)| role)),
            array(reading().map(|(_, table, _)| table)),
            array(reading().map(|(_, _, pattern)| pattern)),
            before_admission.to_string(),
            array(wall.roles.readers().map(|reader| reader.kind.is_lent().to_string())),
            array(opened().map(|(role, _, _)| role)),
            array(opened().map(|(_, table, _)| table)),
            array(opened().map(|(_, _, column)| column)),
        ])
    }

    /// The statement for the connection's own server, with a row for the server itself.
    pub(super) fn statement(&self) -> String {
        self.fill(&format!(
            "WITH RECURSIVE input AS ({DECLARED}), {rules}\nUNION ALL\n\
             SELECT '{}', current_setting('server_version_num'),\n       \
             coalesce((SELECT extname::text FROM pg_extension WHERE extname = '{}'), ''), ''\n",
            server::VERSION,
            server::CITUS,
            rules = rules(),
        ))
    }

    /// The same for a node of Citus and the shards that it has, as one value, which is all that a node answers.
    pub(super) fn on_a_node(&self) -> String {
        self.fill(&format!(
            "SELECT coalesce(json_agg(f), '[]') FROM (\n\
             WITH RECURSIVE declared_input AS ({DECLARED}), input AS (\n    \
             SELECT * FROM declared_input UNION ALL\n{SHARDS}), {rules}\n) AS f (code, object, reason, mend)",
            rules = rules(),
        ))
    }

    /// `statement` with the parameters in the place of their numbers.
    fn fill(&self, statement: &str) -> String {
        let mut parts = statement.split('$');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let parameter = part[..digits].parse::<usize>().ok().and_then(|number| self.0.get(number - 1));
            match parameter {
                Some(parameter) => filled.extend([parameter, &part[digits..]]),
                None => filled.extend(["$", part]),
            }
        }
        filled
    }
}

fn rules() -> String {
    format!("{READING}{GIVEN}{REPAIRS}, {UNKEYED}\n{}", RULES.join("\nUNION ALL\n"))
}

/// Texts as an array.
fn array<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> String {
    let texts: Vec<_> = texts.map(|text| literal(text.as_ref())).collect();
    format!("ARRAY[{}]", texts.join(", "))
}
