//! What a large product asks, with a scope of each kind of owner added.

use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, testing, update};
use tenancy_schemas::Whose;

use crate::schema::*;
use crate::{CanvasId, ORGS, OrgId, WorkspaceId, ids, populated};

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = invoices, primary_key(org_id, number))]
#[tenant_scoped(id = OrgId)]
struct Invoice {
    org_id: uuid::Uuid,
    number: i32,
    total: bigdecimal::BigDecimal,
}

#[test]
fn three_kinds_of_owner_meet_where_their_keys_do() {
    let (database, fixture) = populated();
    let db = &mut database.superuser();
    let org = &testing::scope(OrgId(ORGS[0]));
    let [workspace, foreign] = ids(&fixture, "public.workspaces").map(|id| testing::scope(WorkspaceId(id)));
    let [canvas, _] = ids(&fixture, "public.canvases").map(|id| testing::scope(CanvasId(id)));

    let titles: Vec<(String, String)> = canvases::table
        .scoped(&workspace)
        .inner_join(workspaces::table.scoped(org))
        .select((canvases::title, workspaces::title))
        .load(db)
        .unwrap();
    assert_eq!(titles.len(), 1);
    // A workspace of another organisation and one's own: nothing refers from the one to the other.
    let none: i64 = canvases::table
        .scoped(&foreign)
        .inner_join(workspaces::table.scoped(org))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(none, 0);

    let texts: Vec<(i32, String)> = elements::table
        .scoped(&canvas)
        .inner_join(
            element_texts::table.scoped(&canvas).on(element_texts::element_number.eq(elements::number)),
        )
        .inner_join(canvases::table.scoped(&workspace))
        .order(elements::number)
        .select((elements::number, element_texts::text))
        .load(db)
        .unwrap();
    assert_eq!(texts.len(), 2);

    let labelled: Vec<(String, i64)> = tasks::table
        .scoped(&workspace)
        .inner_join(task_labels::table.scoped(&workspace).inner_join(labels::table.scoped(&workspace)))
        .inner_join(projects::table.scoped(&workspace))
        .group_by(labels::name)
        .order(labels::name)
        .select((labels::name, count_star()))
        .load(db)
        .unwrap();
    assert_eq!(labelled.len(), 2);
    let children = alias!(tasks as children);
    let parents: i64 = tasks::table
        .scoped(&workspace)
        .left_join(children.scoped(&workspace).on(children.field(tasks::parent_id).eq(tasks::id.nullable())))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(parents, 2);
}

#[test]
fn keys_of_several_columns_are_found_upserted_and_summed() {
    let (database, fixture) = populated();
    let (db, org) = (&mut database.superuser(), &testing::scope(OrgId(ORGS[0])));
    let all: Vec<Invoice> = Invoice::scoped(org).order(invoices::number).load(db).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(Invoice::find(org, all[0].number).first(db).as_ref(), Ok(&all[0]));
    let theirs: i32 = fixture.value_of("public.invoices", Whose::Theirs, "number").parse().unwrap();
    assert_eq!(Invoice::find(org, theirs).first(db).optional(), Ok(None::<Invoice>));

    let total: Vec<(i32, Option<bigdecimal::BigDecimal>)> = invoice_lines::table
        .scoped(org)
        .group_by(invoice_lines::invoice_number)
        .select((invoice_lines::invoice_number, sum(invoice_lines::amount)))
        .load(db)
        .unwrap();
    assert_eq!(total.len(), 2);

    let setting = |value: i32| {
        insert_into(org_settings::table.scoped(org))
            .values((org_settings::name.eq("limit"), org_settings::value.eq(serde_json::json!(value))))
            .on_conflict(org_settings::name)
            .do_update()
            .set(org_settings::value.eq(serde_json::json!(value)))
    };
    assert_eq!(setting(1).execute(db), Ok(1));
    assert_eq!(setting(2).execute(db), Ok(1));
    let level = |quantity: i32| {
        let [warehouse, product] = ["warehouses", "products"].map(|table| {
            fixture.value_of(&format!("public.{table}"), Whose::Ours, "id").parse::<uuid::Uuid>().unwrap()
        });
        insert_into(stock_levels::table.scoped(org))
            .values((
                stock_levels::warehouse_id.eq(warehouse),
                stock_levels::product_id.eq(product),
                stock_levels::quantity.eq(quantity),
            ))
            .on_conflict(stock_levels::product_id)
            .do_update()
            .set(stock_levels::quantity.eq(quantity))
    };
    assert_eq!(level(7).execute(db), Ok(1));
    assert_eq!(
        stock_levels::table.scoped(org).filter(stock_levels::quantity.eq(7)).count().get_result(db),
        Ok(1_i64)
    );

    let mut deals = deals::table.scoped(org).order(deals::id).into_boxed::<diesel::pg::Pg>();
    if let Some(least) = Some(bigdecimal::BigDecimal::from(0)) {
        deals = deals.filter(deals::amount.ge(least).or(deals::amount.is_null()));
    }
    assert_eq!(deals.select(deals::id).load::<uuid::Uuid>(db).unwrap().len(), 2);
    assert_eq!(update(contacts::table.scoped(org)).set(contacts::phone.eq("0")).execute(db), Ok(2));
    assert_eq!(delete(deal_events::table.scoped(org)).execute(db), Ok(2));
    let left = deal_events::table.scoped(&testing::scope(OrgId(ORGS[1]))).count().get_result::<i64>(db);
    assert_eq!(left, Ok(2));
}
