//! The values of a statement, and types that are known by their names only.
//!
//! Diesel writes the values in one go, and asks meanwhile for the number of each type that it knows by name; the server can only be asked
//! afterwards. So a type that is not known yet gets a number that stands for it, in two walks two different ones: where both are
//! found in the same place of a value, as in the head of an array, there the real one belongs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use diesel::QueryResult;
use diesel::pg::{Pg, PgMetadataCache, PgMetadataCacheKey, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{QueryBuilder as _, QueryFragment, QueryId};
use diesel::result::Error;

use super::exchange::{Run, Values};
use super::statements::{Key, Statements};

/// What stands for the first unknown type in each walk. The others follow. No byte of one is in the same place of the other.
const STAND_INS: [u32; 2] = [0xf0e1_0000, 0xe1d2_0000];

/// A statement as it is sent, but for types that the server has to be asked for.
pub(super) struct Bound {
    /// `None` where it has no type by which it is found: then it is by its text.
    query: Option<std::any::TypeId>,
    keep: bool,
    sql: Option<Arc<str>>,
    types: Vec<u32>,
    values: Values,
    /// What is to be asked for, and where it stands in the values.
    pub(super) unknown: Vec<TypeName>,
    places: Vec<Place>,
}

/// A type by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeName {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

impl TypeName {
    pub(super) fn key(&self) -> PgMetadataCacheKey<'static> {
        PgMetadataCacheKey::new(self.schema.clone().map(Cow::Owned), Cow::Owned(self.name.clone()))
    }
}

/// Where the number of an unknown type stands in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    value: usize,
    byte: usize,
}

/// Answers Diesel from what is known. It owns it meanwhile: Diesel takes none that borrows.
struct Lookup {
    known: PgMetadataCache,
    unknown: Vec<TypeName>,
    stand_in: u32,
}

impl PgMetadataLookup for Lookup {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> PgTypeMetadata {
        let key = PgMetadataCacheKey::new(schema.map(Cow::Borrowed), Cow::Borrowed(name));
        if let Some(known) = self.known.lookup_type(&key) {
            return known;
        }
        let wanted = TypeName { schema: schema.map(str::to_owned), name: name.to_owned() };
        let index = self.unknown.iter().position(|unknown| *unknown == wanted).unwrap_or_else(|| {
            self.unknown.push(wanted);
            self.unknown.len() - 1
        });
        let [oid, array] = stand_ins(self.stand_in, index);
        PgTypeMetadata::new(oid, array)
    }
}

/// What stands for a type, and for an array of it.
fn stand_ins(first: u32, index: usize) -> [u32; 2] {
    // A statement that names more than half of them would be sent with types that do not exist, and refused.
    let offset = u32::try_from(index).unwrap_or(u32::MAX).wrapping_mul(2) & 0xffff;
    [first | offset, first | offset | 1]
}

/// Reads all that is to be sent off a query, so that nothing of it is needed any more.
pub(super) fn bind<Q>(query: &Q, known: &mut PgMetadataCache, statements: &Statements) -> QueryResult<Bound>
where
    Q: QueryFragment<Pg> + QueryId,
{
    let [first, second] = STAND_INS;
    let mut lookup = Lookup {
        known: std::mem::replace(known, PgMetadataCache::new()),
        unknown: Vec::new(),
        stand_in: first,
    };
    let collected = collect(query, &mut lookup);
    let again = if lookup.unknown.is_empty() {
        None
    } else {
        lookup.stand_in = second;
        Some(collect(query, &mut lookup))
    };
    *known = lookup.known;
    let unknown = lookup.unknown;
    let collected = collected?;
    let places = match again {
        None => Vec::new(),
        Some(again) => places(&collected.binds, &again?.binds),
    };
    let types = collected.metadata.iter().map(PgTypeMetadata::oid).collect::<Result<Vec<_>, _>>();
    let types = types.map_err(|error| Error::SerializationError(Box::new(error)))?;
    let values = collected.binds;
    let keep = query.is_safe_to_cache_prepared(&Pg)?;
    let id = Q::query_id();
    let prepared = id.filter(|_| keep && unknown.is_empty());
    let is_prepared = prepared.is_some_and(|id| statements.find(&Key::Query(id), &types).is_some());
    let sql = if is_prepared {
        None
    } else {
        let mut builder = PgQueryBuilder::new();
        query.to_sql(&mut builder, &Pg)?;
        Some(builder.finish().into())
    };
    Ok(Bound { query: id, keep, sql, types, values, unknown, places })
}

fn collect<Q: QueryFragment<Pg>>(query: &Q, lookup: &mut Lookup) -> QueryResult<RawBytesBindCollector<Pg>> {
    let mut collector = RawBytesBindCollector::new();
    query.collect_binds(&mut collector, lookup, &Pg)?;
    Ok(collector)
}

/// Where both walks have left what stands for the same type.
fn places(first: &Values, second: &Values) -> Vec<Place> {
    let mut places = Vec::new();
    for (value, (first, second)) in first.iter().zip(second).enumerate() {
        let (Some(first), Some(second)) = (first, second) else { continue };
        for (byte, pair) in first.windows(4).zip(second.windows(4)).enumerate() {
            // The same offset from what stands for the first type, in both.
            let offsets = [number(pair.0) ^ STAND_INS[0], number(pair.1) ^ STAND_INS[1]];
            if offsets[0] == offsets[1] && offsets[0] <= 0xffff {
                places.push(Place { value, byte });
            }
        }
    }
    places
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl Bound {
    /// With the types that were asked for in their places.
    ///
    /// # Errors
    ///
    /// If one of them is not there.
    pub(super) fn resolve(mut self, known: &PgMetadataCache) -> QueryResult<Run> {
        if !self.unknown.is_empty() {
            let mut real = HashMap::new();
            for (index, unknown) in self.unknown.iter().enumerate() {
                let found = known.lookup_type(&unknown.key());
                let found = found.and_then(|found| Some([found.oid().ok()?, found.array_oid().ok()?]));
                let found = found.ok_or_else(|| unknown.not_found())?;
                real.extend(stand_ins(STAND_INS[0], index).into_iter().zip(found));
            }
            for oid in &mut self.types {
                *oid = real.get(oid).copied().unwrap_or(*oid);
            }
            for place in &self.places {
                let value = self.values.get_mut(place.value).and_then(Option::as_mut);
                let Some(bytes) = value.and_then(|value| value.get_mut(place.byte..place.byte + 4)) else {
                    continue;
                };
                if let Some(oid) = real.get(&number(bytes)) {
                    bytes.copy_from_slice(&oid.to_be_bytes());
                }
            }
        }
        let key = match (self.query, &self.sql) {
            (Some(id), _) => Key::Query(id),
            (None, Some(sql)) => Key::Text(sql.clone(), self.types.clone().into()),
            (None, None) => return Err(Error::QueryBuilderError("the statement was not printed".into())),
        };
        Ok(Run { key, keep: self.keep, sql: self.sql, types: self.types, values: self.values })
    }

    /// Its text, where it was printed.
    pub(super) fn sql(&self) -> Option<&Arc<str>> {
        self.sql.as_ref()
    }
}

impl TypeName {
    fn not_found(&self) -> Error {
        let schema = self.schema.as_ref().map_or_else(String::new, |schema| format!("{schema}."));
        let name = &self.name;
        Error::SerializationError(
            format!("there is no type `{schema}{name}` in the database, as far as the search path leads")
                .into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, STAND_INS, places, stand_ins};

    #[test]
    fn what_stands_for_a_type_is_found_where_both_walks_have_it() {
        let value = |stand_in: u32| {
            let mut bytes = vec![0, 0, 0, 1, 0xf0, 0xe1];
            bytes.extend(stand_ins(stand_in, 3)[0].to_be_bytes());
            bytes.extend([0xf0, 0xe1, 0, 6]);
            bytes.extend(stand_ins(stand_in, 240)[1].to_be_bytes());
            Some(bytes)
        };
        let found = places(&vec![None, value(STAND_INS[0])], &vec![None, value(STAND_INS[1])]);
        assert_eq!(found, [Place { value: 1, byte: 6 }, Place { value: 1, byte: 14 }]);
    }

    #[test]
    fn what_looks_like_one_and_is_a_value_is_left() {
        let bytes = vec![Some(stand_ins(STAND_INS[0], 0)[0].to_be_bytes().to_vec())];
        assert_eq!(places(&bytes, &bytes), []);
    }
}
