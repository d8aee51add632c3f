readers AS (
    -- The roles that only read.
    SELECT r.n, r.name, quote_ident(r.name) AS quoted, r.policy, r.purpose, r.is_lent, to_regrole(quote_ident(r.name))::oid AS oid
      FROM unnest($30::text[], $31::text[], $32::text[], $37::boolean[]) WITH ORDINALITY AS r (name, policy, purpose, is_lent, n)
), opened AS (
    -- What is read before admission: the columns of tenants' tables, and global ones as a whole.
    SELECT r.oid, r.quoted, k.relation, k.object, (parse_ident(k.object))[2] AS relname, nullif(c.member, '')::name AS member
      FROM unnest($38::text[], $39::text[], $40::text[]) AS c (name, object, member)
      JOIN readers AS r USING (name) JOIN known AS k USING (object)
     WHERE k.relation IS NOT NULL
), strangers AS (
    -- Who reads it, and on a connection for that whoever connects.
    SELECT s.oid, s.name FROM ordinary AS s
     WHERE s.oid IN (SELECT r.oid FROM readers AS r WHERE NOT r.is_lent)
        OR $36 AND s.name IN (quote_ident(session_user), quote_ident(current_user))
), reading AS (
    -- By what condition each reads a table, as the server prints it.
    SELECT w.object, w.relation, w.wall, r.n, r.name, r.quoted, r.policy, r.purpose, r.oid,
           regexp_replace(string_agg(CASE left(part, 1) WHEN 'n' THEN quote_ident(substr(part, 2)) WHEN 't' THEN k.relation::regclass::text ELSE substr(part, 2) END,
                                     '' ORDER BY o.n), '\s', '', 'g') AS pattern
      FROM unnest($33::text[], $34::text[], $35::text[]) AS p (name, object, pattern)
      JOIN walled AS w USING (object)
      JOIN readers AS r ON r.name = p.name,
           LATERAL regexp_split_to_table(substr(p.pattern, 2), chr(30)) WITH ORDINALITY AS o (part, n)
           LEFT JOIN known AS k ON left(part, 1) = 't' AND k.object = substr(part, 2)
     GROUP BY w.object, w.relation, w.wall, r.n, r.name, r.quoted, r.policy, r.purpose, r.oid
), reading_by_role AS (
    -- The condition of the policy on roles, likewise.
    SELECT s.relation,
           regexp_replace(format('((SELECT(pg_has_role(%L::name,''USAGE'')ORpg_has_role(%L::name,''USAGE'')))', g.application_name, g.across_name)
                          || string_agg(format('OR((SELECTpg_has_role(%L::name,''USAGE''))AND%s)', s.name, s.pattern), '' ORDER BY s.n)
                          || ')', '\s', '', 'g') AS using_
      FROM reading AS s, given AS g
     GROUP BY s.relation, g.application_name, g.across_name
), 