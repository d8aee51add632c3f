//! What a password manager asks, with a scope added.

use diesel::dsl::count_star;
use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{AdmissionDoor, CrossTenant, insert_into, testing, update};

use crate::schema::*;
use crate::{populated, walled};

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = items, primary_key(uuid))]
#[tenant_scoped(tenant = organization_uuid)]
struct Item {
    uuid: String,
    organization_uuid: String,
    name: String,
    tags: Vec<Option<String>>,
}

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, Associations, TenantScoped)]
#[diesel(table_name = attachments, belongs_to(Item, foreign_key = item_uuid))]
#[tenant_scoped(id = String)]
struct Attachment {
    id: String,
    item_uuid: String,
    file_size: i64,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = items, primary_key(uuid))]
struct NewItem<'a> {
    uuid: &'a str,
    kind: i16,
    name: &'a str,
    data: serde_json::Value,
}

fn scope(id: &str) -> Scoped<String> {
    testing::scope(id.to_owned())
}

#[test]
fn a_person_of_two_organisations_sees_each_by_itself() {
    let (database, fixture) = populated();
    let db = &mut database.superuser();
    let (acme, globex) = (&scope("acme"), &scope("globex"));
    let person = fixture.value_of("public.people", tenancy_schemas::Whose::Theirs, "uuid");
    let joins = (
        memberships::uuid.eq("both"),
        memberships::person_uuid.eq(&person),
        memberships::role.eq(1),
        memberships::status.eq(2),
        memberships::akey.eq("k"),
    );
    insert_into(memberships::table.scoped(acme)).values(joins).execute(db).unwrap();

    // The person, and with them their devices and keys; nothing of the other organisation.
    let seen = |scope: &Scoped<String>, db: &mut PgConnection| {
        people::table.scoped(scope).filter(people::uuid.eq(&person)).count().get_result::<i64>(db).unwrap()
    };
    assert_eq!((seen(acme, db), seen(globex, db)), (1, 1));
    let devices: i64 =
        devices::table.scoped(acme).filter(devices::person_uuid.eq(&person)).count().get_result(db).unwrap();
    assert_eq!(devices, 1);
    assert_eq!(items::table.scoped(acme).count().get_result::<i64>(db), Ok(2));

    // What is asked before anybody is admitted.
    let door = AdmissionDoor::new("a sign-in").unwrap();
    let mut organisations: Vec<String> = memberships::table
        .before_admission(&door, memberships::person_uuid, person.clone())
        .select(memberships::organization_uuid)
        .load(db)
        .unwrap();
    organisations.sort_unstable();
    assert_eq!(organisations, ["acme", "globex"]);

    // Folders are a membership's, and so the organisation's.
    let folder = (folders::uuid.eq("f"), folders::membership_uuid.eq("both"), folders::name.eq("mine"));
    insert_into(folders::table.scoped(globex)).values(folder).execute(db).unwrap_err();
    assert_eq!(insert_into(folders::table.scoped(acme)).values(folder).execute(db), Ok(1));
}

#[test]
fn what_one_may_see_is_joined_over_collections_and_groups() {
    let (database, _) = populated();
    let (db, acme) = (&mut database.superuser(), &scope("acme"));
    let visible: Vec<(String, String, Option<bool>)> = items::table
        .scoped(acme)
        .inner_join(
            item_collections::table
                .scoped(acme)
                .inner_join(collections::table.scoped(acme).left_join(collection_people::table.scoped(acme))),
        )
        .order(items::uuid)
        .select((items::name, collections::name, collection_people::read_only.nullable()))
        .load(db)
        .unwrap();
    assert_eq!(visible.len(), 2);

    let sizes: Vec<(String, i64)> = attachments::table
        .scoped(acme)
        .inner_join(items::table.scoped(acme))
        .group_by(items::uuid)
        .select((items::uuid, count_star()))
        .load(db)
        .unwrap();
    assert_eq!(sizes.len(), 2);

    let mine: Vec<Item> = Item::scoped(acme).order(items::uuid).load(db).unwrap();
    let theirs: Vec<Item> = Item::scoped(&scope("globex")).load(db).unwrap();
    assert!(mine.iter().all(|item| item.organization_uuid == "acme"));
    assert_eq!(Attachment::belonging_to(acme, &mine).load::<Attachment>(db).unwrap().len(), 2);
    assert_eq!(Attachment::belonging_to(acme, &theirs).load::<Attachment>(db).unwrap(), []);

    // Aliases: who shares a collection with whom.
    let others = alias!(collection_people as others);
    let pairs: i64 = collection_people::table
        .scoped(acme)
        .inner_join(
            others
                .scoped(acme)
                .on(others.field(collection_people::collection_uuid).eq(collection_people::collection_uuid)),
        )
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(pairs, 2);
}

#[test]
fn items_are_written_buried_and_kept_in_versions() {
    let (database, fixture) = populated();
    // The wall's migration gives the items the key that an upsert within an organisation goes by.
    walled(&database);
    let (db, acme) = (&mut database.superuser(), &scope("acme"));
    let kind: i16 = item_kinds::table.select(item_kinds::code).first(db).unwrap();
    let new = NewItem { uuid: "new", kind, name: "router", data: serde_json::json!({ "password": "x" }) };
    assert_eq!(Item::insert(acme, &new).execute(db), Ok(1));
    let renamed = NewItem { name: "switch", ..new };
    assert_eq!(Item::upsert(acme, &renamed).execute(db), Ok(1));
    let version = |number: i32| {
        (
            item_versions::uuid.eq(format!("v{number}")),
            item_versions::item_uuid.eq("new"),
            item_versions::number.eq(number),
            item_versions::data.eq(serde_json::json!({})),
        )
    };
    let versions = vec![version(1), version(2)];
    assert_eq!(insert_into(item_versions::table.scoped(acme)).values(&versions).execute(db), Ok(2));
    // The key of a child has the parent in it.
    let again = insert_into(item_versions::table.scoped(acme))
        .values(version(2))
        .on_conflict(item_versions::number)
        .do_nothing()
        .execute(db);
    assert_eq!(again, Ok(0));

    let theirs = fixture.value_of("public.items", tenancy_schemas::Whose::Theirs, "uuid");
    let stolen = update(item_versions::table.scoped(acme)).filter(item_versions::number.eq(2)).under(theirs);
    stolen.execute(db).unwrap_err();

    let buried = update(items::table.scoped(acme)).find("new").set(items::deleted_at.eq(diesel::dsl::now));
    assert_eq!(buried.execute(db), Ok(1));
    assert_eq!(Item::find(acme, "new").first(db).optional(), Ok(None::<Item>));
    assert_eq!(
        items::table.scoped(acme).unfiltered().filter(items::uuid.eq("new")).count().get_result(db),
        Ok(1_i64)
    );
}

#[test]
fn defaults_are_everybody_s_and_written_across() {
    let (database, _) = populated();
    let (db, acme) = (&mut database.superuser(), &scope("acme"));
    assert_eq!(item_templates::table.scoped(acme).count().get_result::<i64>(db), Ok(2));
    assert_eq!(item_templates::table.scoped(acme).or_shared().count().get_result::<i64>(db), Ok(4));
    let mut names: Vec<String> = item_templates::table
        .scoped(acme)
        .over_shared(item_templates::name)
        .select(item_templates::name)
        .load(db)
        .unwrap();
    names.sort_unstable();
    assert_eq!(names.len(), 4);
    let across: CrossTenant = testing::cross_tenant("a test writes a default");
    let added = insert_into(item_templates::table.write_across_tenants(&across).shared()).values((
        item_templates::uuid.eq("default"),
        item_templates::name.eq("wifi"),
        item_templates::kind.eq(item_kinds::table.select(item_kinds::code).first::<i16>(db).unwrap()),
    ));
    assert_eq!(added.execute(db), Ok(1));
    assert_eq!(item_templates::table.scoped(acme).or_shared().count().get_result::<i64>(db), Ok(5));
}
