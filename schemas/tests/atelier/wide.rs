//! A table of a hundred columns, below a product.

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{insert_into, testing};
use tenancy_schemas::Whose;

use crate::schema::products;
use crate::{ORGS, OrgId, populated};

mod schema {
    use crate::schema::products;

    tenancy_diesel::schema! {
        include = "tests/atelier/wide_schema.rs",
        tenant_column = org_id: crate::ids::OrgId,
        scoped = [product_sheets(through = products(product_id))],
    }
}
pub(crate) use schema::product_sheets;

tenancy_diesel::joinable!(product_sheets -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(product_sheets, products);

/// Of a table with a hundred columns those that an import fills: more than a tuple has by default.
#[derive(Debug, PartialEq, Insertable, AsChangeset)]
#[diesel(table_name = product_sheets)]
struct Sheet {
    product_id: uuid::Uuid,
    revision: i32,
    title: String,
    summary_text: Option<String>,
    description_text: Option<String>,
    care_text: Option<String>,
    origin_text: Option<String>,
    safety_text: Option<String>,
    storage_text: Option<String>,
    warning_text: Option<String>,
    legal_text: Option<String>,
    packaging_text: Option<String>,
    recycling_text: Option<String>,
    marketing_text: Option<String>,
    keywords_text: Option<String>,
    headline_text: Option<String>,
    subtitle_text: Option<String>,
    footnote_text: Option<String>,
    recipe_text: Option<String>,
    allergens_text: Option<String>,
    directions_text: Option<String>,
    warranty_text: Option<String>,
    certificate_text: Option<String>,
    pieces: Option<i32>,
    layer_count: Option<i32>,
    pallet_count: Option<i32>,
    shelf_days: Option<i32>,
    min_order: Option<i32>,
    max_order: Option<i32>,
    lead_days: Option<i32>,
    warranty_months: Option<i32>,
    ports: Option<i32>,
    cores: Option<i32>,
    is_fragile: bool,
    is_hazardous: bool,
    is_organic: bool,
    is_vegan: bool,
    colours: Option<Vec<Option<String>>>,
    ph_range: Option<(std::ops::Bound<bigdecimal::BigDecimal>, std::ops::Bound<bigdecimal::BigDecimal>)>,
}

#[test]
fn a_hundred_columns_are_read_and_written_below_their_parent() {
    let (database, fixture) = populated();
    let (db, org) = (&mut database.superuser(), &testing::scope(OrgId(ORGS[0])));
    let [ours, theirs] = [Whose::Ours, Whose::Theirs]
        .map(|whose| fixture.value_of("public.products", whose, "id").parse().unwrap());
    let sheet = |product_id: uuid::Uuid, revision: i32| Sheet { product_id, revision, ..blank() };
    assert_eq!(
        insert_into(product_sheets::table.scoped(org)).values(&sheet(ours, 100_001)).execute(db),
        Ok(1)
    );
    let batch = [sheet(ours, 100_002), sheet(ours, 100_003)];
    assert_eq!(insert_into(product_sheets::table.scoped(org)).values(&batch).execute(db), Ok(2));
    insert_into(product_sheets::table.scoped(org)).values(&sheet(theirs, 100_004)).execute(db).unwrap_err();

    let revised: Vec<(i32, Option<i32>)> = product_sheets::table
        .scoped(org)
        .inner_join(products::table.scoped(org))
        .filter(product_sheets::revision.gt(100_000))
        .order(product_sheets::revision)
        .select((product_sheets::revision, product_sheets::cores))
        .load(db)
        .unwrap();
    assert_eq!(revised, [(100_001, Some(8)), (100_002, Some(8)), (100_003, Some(8))]);
    // All of its columns, through the table and through an alias.
    let sheets = alias!(product_sheets as sheets);
    let whole = product_sheets::table.scoped(org).select(product_sheets::all_columns);
    assert!(diesel::debug_query::<diesel::pg::Pg, _>(&whole).to_string().contains("\"extra\""));
    let own: i64 = sheets
        .scoped(org)
        .filter(sheets.field(product_sheets::colours).contains(vec!["red"]))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(own, 3);
}

fn blank() -> Sheet {
    let text = || Some("x".to_owned());
    Sheet {
        product_id: uuid::Uuid::nil(),
        revision: 0,
        title: "sheet".to_owned(),
        summary_text: text(),
        description_text: text(),
        care_text: text(),
        origin_text: text(),
        safety_text: text(),
        storage_text: text(),
        warning_text: text(),
        legal_text: text(),
        packaging_text: text(),
        recycling_text: text(),
        marketing_text: text(),
        keywords_text: text(),
        headline_text: text(),
        subtitle_text: text(),
        footnote_text: text(),
        recipe_text: text(),
        allergens_text: text(),
        directions_text: text(),
        warranty_text: text(),
        certificate_text: text(),
        pieces: None,
        layer_count: None,
        pallet_count: None,
        shelf_days: None,
        min_order: None,
        max_order: None,
        lead_days: None,
        warranty_months: None,
        ports: None,
        cores: Some(8),
        is_fragile: true,
        is_hazardous: false,
        is_organic: false,
        is_vegan: false,
        colours: Some(vec![Some("red".to_owned())]),
        ph_range: None,
    }
}
