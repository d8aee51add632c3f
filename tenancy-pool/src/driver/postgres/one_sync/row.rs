//! Rows, as the server sent them.

use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use diesel::backend::Backend;
use diesel::pg::{Pg, PgValue};
use diesel::row::{Field, PartialRow, Row, RowIndex, RowSealed};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};

/// A column of what a statement returns.
#[derive(Debug)]
pub(super) struct Column {
    name: String,
    oid: NonZeroU32,
}

/// The columns that the server says; `None` where it makes no sense.
pub(super) fn columns(body: &RowDescriptionBody) -> Option<Arc<[Column]>> {
    let mut columns = Vec::new();
    let mut fields = body.fields();
    while let Some(field) = fields.next().ok()? {
        columns.push(Column { name: field.name().to_owned(), oid: NonZeroU32::new(field.type_oid())? });
    }
    Some(columns.into())
}

/// A row over the bytes of its message.
#[derive(Debug)]
pub struct WireRow {
    columns: Arc<[Column]>,
    bytes: Bytes,
    values: Box<[Option<Range<usize>>]>,
}

impl WireRow {
    /// `None` where it has not as many values as there are columns.
    pub(super) fn read(columns: &Arc<[Column]>, body: &DataRowBody) -> Option<Self> {
        let mut values = Vec::with_capacity(columns.len());
        let mut ranges = body.ranges();
        while let Some(value) = ranges.next().ok()? {
            values.push(value);
        }
        (values.len() == columns.len()).then(|| Self {
            columns: columns.clone(),
            bytes: body.buffer_bytes().clone(),
            values: values.into_boxed_slice(),
        })
    }

    /// The bytes of a value.
    pub(super) fn bytes(&self, index: usize) -> Option<&[u8]> {
        self.values.get(index)?.clone().and_then(|range| self.bytes.get(range))
    }
}

impl RowSealed for WireRow {}

impl<'a> Row<'a, Pg> for WireRow {
    type Field<'f>
        = WireField<'f>
    where
        'a: 'f,
        Self: 'f;
    type InnerPartialRow = Self;

    fn field_count(&self) -> usize {
        self.values.len()
    }

    fn get<'b, I>(&'b self, index: I) -> Option<Self::Field<'b>>
    where
        'a: 'b,
        Self: RowIndex<I>,
    {
        let index = self.idx(index)?;
        Some(WireField { column: self.columns.get(index)?, value: self.bytes(index) })
    }

    fn partial_row(&self, range: Range<usize>) -> PartialRow<'_, Self::InnerPartialRow> {
        PartialRow::new(self, range)
    }
}

impl RowIndex<usize> for WireRow {
    fn idx(&self, index: usize) -> Option<usize> {
        (index < self.values.len()).then_some(index)
    }
}

impl<'a> RowIndex<&'a str> for WireRow {
    fn idx(&self, name: &'a str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// A value of a row.
#[derive(Debug)]
pub struct WireField<'a> {
    column: &'a Column,
    value: Option<&'a [u8]>,
}

impl<'a> Field<'a, Pg> for WireField<'a> {
    fn field_name(&self) -> Option<&str> {
        Some(&self.column.name)
    }

    fn value(&self) -> Option<<Pg as Backend>::RawValue<'_>> {
        self.value.map(|bytes| PgValue::new(bytes, &self.column.oid))
    }
}
