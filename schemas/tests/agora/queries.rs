//! What a forum asks, as it would be written without tenants, with a scope added.

use std::collections::HashMap;

use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, testing, update};

use crate::populated;
use crate::schema::*;

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = threads)]
#[tenant_scoped(id = i64)]
struct Thread {
    id: i64,
    category_id: i64,
    title: String,
    views: i32,
}

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, Associations, TenantScoped)]
#[diesel(table_name = posts, belongs_to(Thread))]
#[tenant_scoped(id = i64)]
struct Post {
    id: i64,
    thread_id: i64,
    number: i32,
    body: String,
}

#[derive(Insertable)]
#[diesel(table_name = posts)]
struct NewPost<'a> {
    thread_id: i64,
    author_id: i64,
    number: i32,
    reply_to: Option<i64>,
    body: &'a str,
}

#[derive(AsChangeset)]
#[diesel(table_name = threads)]
struct Change<'a> {
    title: Option<&'a str>,
    views: Option<i32>,
}

/// The threads of a community, some of them written by this, with their own numbers.
fn threads_of(scope: &Scoped<i64>, db: &mut PgConnection) -> Vec<Thread> {
    Thread::scoped(scope).order(threads::id).load(db).unwrap()
}

#[test]
fn a_page_of_a_thread_is_read_with_everything_around_it() {
    let (database, _) = populated();
    let (db, scope) = (&mut database.superuser(), &testing::scope(1));
    let (theirs, ours) = (threads_of(&testing::scope(2), db), threads_of(scope, db));
    assert_eq!((ours.len(), theirs.len()), (2, 2));

    // Five tables, each owned in another way, and a column from each.
    let page: Vec<(Post, String, String, String)> = posts::table
        .scoped(scope)
        .inner_join(threads::table.scoped(scope).inner_join(categories::table.scoped(scope)))
        .inner_join(people::table.scoped(scope))
        .filter(threads::id.eq(ours[0].id))
        .order(posts::number)
        .select((Post::as_select(), threads::title, categories::title, people::display_name))
        .load(db)
        .unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].1, ours[0].title);

    // Another community's thread is none.
    let none: i64 = posts::table
        .scoped(scope)
        .inner_join(threads::table.scoped(scope))
        .filter(threads::id.eq_any(theirs.iter().map(|thread| thread.id)))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(none, 0);

    let grouped =
        Post::belonging_to(scope, &ours).order(posts::id).load::<Post>(db).unwrap().grouped_by(&ours);
    assert_eq!(grouped.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(Post::belonging_to(scope, &theirs).load::<Post>(db).unwrap(), []);
}

#[test]
fn tags_are_many_to_many_and_counted() {
    let (database, _) = populated();
    let (db, scope) = (&mut database.superuser(), &testing::scope(1));
    let rows: Vec<(String, i64)> = threads::table
        .scoped(scope)
        .inner_join(thread_tags::table.scoped(scope).inner_join(tags::table.scoped(scope)))
        .group_by(tags::name)
        .order(tags::name)
        .select((tags::name, count_star()))
        .load(db)
        .unwrap();
    assert_eq!(rows.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 1]);

    let untagged = threads::table
        .scoped(scope)
        .left_join(thread_tags::table.scoped(scope))
        .filter(thread_tags::tag_id.nullable().is_null())
        .select(threads::id)
        .load::<i64>(db)
        .unwrap();
    assert_eq!(untagged, [0; 0]);

    let busy: HashMap<i64, Option<i32>> = posts::table
        .scoped(scope)
        .group_by(posts::thread_id)
        .having(max(posts::number).gt(0))
        .select((posts::thread_id, max(posts::number)))
        .load::<(i64, Option<i32>)>(db)
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(busy.len(), 2);
}

#[test]
fn aliases_subqueries_and_boxes_stay_within_the_community() {
    let (database, _) = populated();
    let (db, scope) = (&mut database.superuser(), &testing::scope(1));
    let first =
        posts::table
            .scoped(scope)
            .select((posts::id, posts::thread_id, posts::author_id))
            .first::<(i64, i64, i64)>(db);
    let (post, thread_id, author_id) = first.unwrap();
    let reply = NewPost { thread_id, author_id, number: 100, reply_to: Some(post), body: "yes" };
    insert_into(posts::table.scoped(scope)).values(&reply).execute(db).unwrap();

    // A table with itself, and people twice.
    let (answered, authors) = alias!(posts as answered, people as authors);
    let rows: Vec<(i32, String)> = posts::table
        .scoped(scope)
        .inner_join(answered.scoped(scope).on(posts::reply_to.eq(answered.field(posts::id).nullable())))
        .inner_join(authors.scoped(scope).on(authors.field(people::id).eq(posts::author_id)))
        .inner_join(people::table.scoped(scope))
        .select((posts::number, authors.field(people::display_name)))
        .load(db)
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].0, 100);

    let replied = threads::table
        .scoped(scope)
        .filter(exists(
            posts::table
                .scoped(scope)
                .filter(posts::thread_id.eq(threads::id))
                .filter(posts::reply_to.is_not_null()),
        ))
        .select(threads::id)
        .load::<i64>(db)
        .unwrap();
    assert_eq!(replied, [thread_id]);

    let mut search = Thread::scoped(scope).order(threads::id).into_boxed::<diesel::pg::Pg>();
    for word in "x 1".split(' ').take(1) {
        search = search.filter(threads::title.ilike(format!("%{word}%")));
    }
    search = search.or_filter(threads::state.eq_any(Vec::<State>::new()));
    assert_eq!(search.load::<Thread>(db).unwrap().len(), 2);

    let with_defaults: i64 = badges::table.scoped(scope).or_shared().count().get_result(db).unwrap();
    assert_eq!(with_defaults, 4);
    let rules: i64 = badge_rules::table
        .scoped(scope)
        .inner_join(badges::table.scoped(scope))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(rules, 2);
}

#[test]
fn what_is_written_is_the_community_s_or_refused() {
    let (database, _) = populated();
    let (db, scope) = (&mut database.superuser(), &testing::scope(1));
    let (theirs, ours) = (threads_of(&testing::scope(2), db), threads_of(scope, db));

    // Keys with the tenant, with the parent, and without either.
    let used = || {
        insert_into(tags::table.scoped(scope))
            .values((tags::name.eq("rust"), tags::uses.eq(1)))
            .on_conflict(tags::name)
            .do_update()
            .set(tags::uses.eq(tags::uses + 1))
            .returning(tags::uses)
    };
    assert_eq!(used().get_result::<i32>(db), Ok(1));
    assert_eq!(used().get_result::<i32>(db), Ok(2));
    let person: i64 = people::table.scoped(scope).select(people::id).first(db).unwrap();
    let read = |thread: &Thread, number: i32, db: &mut PgConnection| {
        insert_into(thread_reads::table.scoped(scope))
            .values((
                thread_reads::thread_id.eq(thread.id),
                thread_reads::person_id.eq(person),
                thread_reads::last_number.eq(number),
            ))
            .on_conflict(thread_reads::person_id)
            .do_update()
            .set(thread_reads::last_number.eq(number))
            .execute(db)
    };
    assert_eq!(read(&ours[0], 5, db), Ok(1));
    assert_eq!(read(&ours[0], 6, db), Ok(1));
    read(&theirs[0], 7, db).unwrap_err();
    let read_by_them: i64 = thread_reads::table
        .scoped(&testing::scope(2))
        .filter(thread_reads::last_number.eq(7))
        .count()
        .get_result(db)
        .unwrap();
    assert_eq!(read_by_them, 0);

    let change = Change { title: Some("renamed"), views: None };
    assert_eq!(Thread::update(scope, ours[0].id).set(&change).execute(db), Ok(1));
    assert_eq!(Thread::update(scope, theirs[0].id).set(&change).execute(db), Ok(0));
    let buried = update(threads::table.scoped(scope).filter(threads::id.eq(ours[1].id)))
        .set(threads::deleted_at.eq(diesel::dsl::now))
        .execute(db);
    assert_eq!(buried, Ok(1));
    assert_eq!(threads_of(scope, db).len(), 1);

    // Below a buried thread the posts are still its community's.
    assert_eq!(posts::table.scoped(scope).count().get_result::<i64>(db), Ok(2));
    let voted = delete(poll_votes::table.scoped(scope)).filter(poll_votes::person_id.gt(0)).execute(db);
    assert_eq!(voted, Ok(2));
    assert_eq!(poll_votes::table.scoped(&testing::scope(2)).count().get_result::<i64>(db), Ok(2));
    let moved =
        update(posts::table.scoped(scope)).filter(posts::thread_id.eq(ours[1].id)).set(posts::number.eq(50));
    assert_eq!(moved.under(ours[0].id).execute(db), Ok(1));
    let stolen = update(posts::table.scoped(scope)).set(posts::edited_at.eq(diesel::dsl::now));
    stolen.under(theirs[0].id).execute(db).unwrap_err();

    let rows: Vec<_> = (200..240)
        .map(|number| NewPost {
            thread_id: ours[0].id,
            author_id: person,
            number,
            reply_to: None,
            body: "many",
        })
        .collect();
    assert_eq!(insert_into(posts::table.scoped(scope)).values(&rows).execute(db), Ok(40));
}

#[derive(Debug, Clone, Copy, diesel::expression::AsExpression)]
#[diesel(sql_type = crate::schema::sql_types::ThreadState)]
enum State {}

impl diesel::serialize::ToSql<crate::schema::sql_types::ThreadState, diesel::pg::Pg> for State {
    fn to_sql<'b>(
        &'b self,
        _: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        match *self {}
    }
}
