//! What the expansion says about a table: names, columns, keys.

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};

use syn::ext::IdentExt;

use super::expansion::{Header, Item, Module, split_items};
use crate::tokens::{idents, is_ident, is_punct};

/// A table as `diesel::table!` declared it.
pub(crate) struct Declared {
    /// The schema's name, when the table is qualified with one.
    pub(crate) schema: Option<Literal>,
    /// The name in the database.
    pub(crate) sql_name: Literal,
    pub(crate) columns: Vec<Column>,
    pub(crate) primary_key: Vec<Ident>,
    /// The items of the module `columns`, which are read once for both the names and the patches.
    pub(crate) column_items: Vec<Item>,
}

/// A column of it.
pub(crate) struct Column {
    /// The Rust name, with the span of the declaration.
    pub(crate) name: Ident,
    /// The name in the database.
    pub(crate) sql_name: Literal,
    pub(crate) sql_type: Vec<TokenTree>,
    /// What `#[max_length = …]` says.
    pub(crate) max_length: Option<Literal>,
}

impl Column {
    /// Whether both are one column in some database: on SQLite and MariaDB case does not matter, and PostgreSQL reads the
    /// first 63 bytes.
    pub(crate) fn is_called(&self, other: &Column) -> bool {
        let (one, other) = (self.name_in_database(), other.name_in_database());
        let read = |name: &str| {
            let end = name.char_indices().map(|(at, letter)| at + letter.len_utf8());
            end.take_while(|end| *end <= 63).last().unwrap_or_default()
        };
        one.to_lowercase() == other.to_lowercase() || one[..read(&one)] == other[..read(&other)]
    }

    /// Whether its name, in Rust or in the database, is `name`, in any case.
    pub(crate) fn goes_by(&self, name: &str) -> bool {
        [self.name.unraw().to_string(), self.name_in_database()]
            .iter()
            .any(|found| found.eq_ignore_ascii_case(name))
    }

    /// Whether SQLite or MariaDB takes the name for the table's key, if that is an integer.
    pub(crate) fn may_be_the_key(&self) -> bool {
        ["rowid", "oid", "_rowid_", "_rowid"].contains(&self.name_in_database().to_ascii_lowercase().as_str())
    }

    pub(crate) fn is_integer(&self) -> bool {
        const INTEGERS: [&str; 9] =
            ["Integer", "Int4", "BigInt", "Int8", "SmallInt", "Int2", "TinyInt", "Tinyint", "Unsigned"];
        self.type_name().is_some_and(|name| INTEGERS.iter().any(|integer| is_ident(name, integer)))
    }

    /// As Diesel wrote it, without the quotes.
    fn name_in_database(&self) -> String {
        self.sql_name.to_string().trim_matches('"').to_owned()
    }

    fn type_name(&self) -> Option<&TokenTree> {
        self.sql_type.iter().take_while(|tree| !is_punct(tree, '<')).last()
    }

    pub(crate) fn is_nullable(&self) -> bool {
        self.type_name().is_some_and(|name| is_ident(name, "Nullable"))
    }
}

impl Declared {
    /// Reads the expansion; `None` when it is not one of `diesel::table!`.
    pub(crate) fn read(module: &Module) -> Option<Self> {
        let name = module.items.iter().find(|item| item.is_impl("StaticQueryFragment", "table"))?;
        let mut literals = Vec::new();
        collect_literals(name.body()?.stream(), &mut literals);
        // `Identifier("agents")`, or `Identifier("schema"), Identifier("agents"), "."`
        let (schema, sql_name) = match literals.as_slice() {
            [sql_name] => (None, sql_name.clone()),
            [schema, sql_name, _dot] => (Some(schema.clone()), sql_name.clone()),
            _ => return None,
        };
        let table = module.items.iter().find(|item| item.is_impl("Table", "table"))?;
        let primary_key = idents(table.associated_type("PrimaryKey")?);
        let columns = module.items.iter().find(|item| item.header == Header::Module("columns".into()))?;
        let items = split_items(columns.body()?.stream());
        let of = |of: &'static str| {
            items
                .iter()
                .filter(move |item| matches!(&item.header, Header::Impl { of: found, .. } if found == of))
        };
        let (expressions, names) = (of("Expression").collect::<Vec<_>>(), of("Column").collect::<Vec<_>>());
        let lengths: Vec<_> = of("SizeRestrictedColumn").collect();
        let columns = idents(table.associated_type("AllColumns")?)
            .into_iter()
            .map(|name| Column::read(name, &expressions, &names, &lengths))
            .collect::<Option<Vec<_>>>()?;
        Some(Declared { schema, sql_name, columns, primary_key, column_items: items })
    }

    pub(crate) fn column(&self, name: &Ident) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == *name)
    }
}

impl Column {
    fn read(name: Ident, expressions: &[&Item], columns: &[&Item], lengths: &[&Item]) -> Option<Self> {
        let text = name.to_string();
        let expression = expressions.iter().find(|item| item.is_impl("Expression", &text))?;
        let sql_type = expression.associated_type("SqlType")?;
        let column = columns.iter().find(|item| item.is_impl("Column", &text))?;
        let mut literals = Vec::new();
        collect_literals(column.body()?.stream(), &mut literals);
        let mut lengths_of_it = Vec::new();
        if let Some(length) = lengths.iter().find(|item| item.is_impl("SizeRestrictedColumn", &text)) {
            collect_literals(length.body()?.stream(), &mut lengths_of_it);
        }
        Some(Column { name, sql_name: literals.pop()?, sql_type, max_length: lengths_of_it.pop() })
    }
}

fn collect_literals(tokens: TokenStream, found: &mut Vec<Literal>) {
    for tree in tokens {
        match tree {
            TokenTree::Literal(literal) => found.push(literal),
            TokenTree::Group(group) => collect_literals(group.stream(), found),
            _ => {}
        }
    }
}
