//! Whether a role sees every row of a table, behind a wall as well. A part of them, taken for all, would be an export with holes, an erasure that is none, a
//! move that leaves rows behind.

/// The condition that the policies of the table `c` of pg_class show this role everything: one gives it every row, as the wall's does to the role across
/// tenants, and none takes any away. The wall's restrictive policy on roles, which holds for everybody, is known by what it says: that the role is one
/// of two, of which this is one; or reads by a condition of its own. A policy's name says nothing.
pub(crate) const SHOWS_ALL: &str = r#"(
EXISTS (SELECT FROM pg_policy AS p
         WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'
           AND pg_get_expr(p.polqual, p.polrelid) = 'true'
           AND EXISTS (SELECT FROM unnest(p.polroles) AS role WHERE CASE role WHEN 0 THEN false ELSE pg_has_role(role, 'USAGE') END))
AND NOT EXISTS (SELECT FROM pg_policy AS p
                 WHERE p.polrelid = c.oid AND NOT p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM 'true'
                   AND EXISTS (SELECT FROM unnest(p.polroles) AS role
                                WHERE CASE role WHEN 0 THEN true ELSE pg_has_role(role, 'USAGE') END)
                   AND NOT EXISTS (SELECT FROM (VALUES
                                        ('^\(?\(\s*SELECT\s+\(pg_has_role\(''((?:[^'']|'''')+)''::name,\s+''USAGE''::text\)\s+OR\s+pg_has_role\(''((?:[^'']|'''')+)''::name,\s+''USAGE''::text\)\)(?:\s+AS\s+"?[?\w]+"?)?\)(?:$|\s+OR\s)'),
                                        -- On Citus the role across tenants comes first, and the other has its condition.
                                        ('^\(pg_has_role\(''((?:[^'']|'''')+)''::name,\s+''USAGE''::text\)\s+OR\s')) AS known (pattern),
                                        unnest(regexp_match(pg_get_expr(p.polqual, p.polrelid), known.pattern)) AS named (role)
                                   JOIN pg_roles AS r ON r.rolname = replace(named.role, '''''', '''')
                                  WHERE pg_has_role(r.oid, 'USAGE'))))"#;
