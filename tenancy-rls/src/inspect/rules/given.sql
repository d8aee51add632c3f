known AS (
    -- Not by to_regclass, which fails where the role may not use the schema; by the parts of the name, which have an index: there
    -- may be thousands of schemas.
    SELECT i.*, c.oid AS relation
      FROM input AS i
      LEFT JOIN pg_namespace AS n ON n.nspname = (parse_ident(i.object))[1]
      LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = (parse_ident(i.object))[2]
), declared AS (
    SELECT relation, tenant::name AS tenant, sql_type, shared FROM known WHERE tenant <> '' AND relation IS NOT NULL
), kept AS (
    SELECT k.relation, o.key::name AS key, o.reason
      FROM unnest($17::text[], $18::text[], $19::text[]) AS o (object, key, reason) JOIN known AS k USING (object)
), referring AS (
    -- Through which tables others belong to tenants.
    SELECT k.relation, k.object, k.member::name AS member, o.relation AS other, k.other_key::name AS key, k.kind
      FROM known AS k JOIN known AS o ON o.object = k.other
     WHERE k.other <> '' AND k.relation IS NOT NULL AND o.relation IS NOT NULL
), loosely_not_null AS (
    -- Since PostgreSQL 18 a column can be NOT NULL and NOT VALID: rows from before may be NULL.
    SELECT c.conrelid AS relation, c.conkey[1] AS attnum FROM pg_constraint AS c WHERE c.contype = 'n' AND NOT c.convalidated
), attached AS (
    -- Which columns hold to rows that are there, by foreign keys that do.
    SELECT c.conrelid AS child, a.attname AS child_column, c.confrelid AS parent, b.attname AS parent_column
      FROM pg_constraint AS c, unnest(c.conkey, c.confkey) AS u (child_column, parent_column), pg_attribute AS a, pg_attribute AS b
     WHERE c.contype = 'f' AND c.convalidated
       AND a.attrelid = c.conrelid AND a.attnum = u.child_column AND b.attrelid = c.confrelid AND b.attnum = u.parent_column
       -- A default is somebody's row, whoever's the child was.
       AND c.confdeltype <> 'd' AND c.confupdtype <> 'd'
       -- With a NULL beside it nothing is asked.
       AND NOT EXISTS (SELECT FROM pg_attribute AS n
                        WHERE n.attrelid = c.conrelid AND n.attnum = ANY (c.conkey) AND n.attname <> a.attname
                          AND (NOT n.attnotnull OR (n.attrelid, n.attnum) IN (SELECT relation, attnum FROM loosely_not_null)))
       AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgconstraint = c.oid AND t.tgenabled IN ('D', 'R'))
), links AS (
    -- By which tables' rows others are seen, and why tenants write them, if they do.
    SELECT k.relation, k.object, l.member::name AS member, l.reason
      FROM unnest($27::text[], $28::text[], $29::text[]) AS l (object, member, reason) JOIN known AS k USING (object)
     WHERE k.relation IS NOT NULL
), walled AS (
    SELECT k.object, k.tenant, k.sql_type, k.wall, k.relation, k.kind, k.member, k.shared, k.reads, k.writes,
           c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relname, c.relnamespace
      FROM known AS k JOIN pg_class AS c ON c.oid = k.relation
     WHERE k.kind <> ''
), given AS (
    SELECT quote_ident($5) AS application, to_regrole(quote_ident($5))::oid AS application_oid,
           to_regrole(quote_ident($6))::oid AS across_oid, $5::text AS application_name, $6::text AS across_name,
           -- Who gets what the application may not own.
           coalesce(quote_ident($7), CASE WHEN pg_get_userbyid(d.datdba) IN ($5, session_user, current_user) THEN 'CURRENT_USER'
                                          ELSE quote_ident(pg_get_userbyid(d.datdba)) END) AS owner,
           d.oid AS database_oid, quote_ident(d.datname) AS database
      FROM pg_database AS d WHERE d.datname = current_database()
), subjects AS (
    SELECT r.oid, quote_ident(r.rolname) AS name, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
      FROM pg_roles AS r
     WHERE r.rolname = $5 OR (($8 OR $36) AND r.rolname IN (session_user, current_user)) OR r.oid IN (SELECT oid FROM readers)
), ordinary AS (
    SELECT * FROM subjects WHERE NOT rolsuper
), tenant_function AS (
    SELECT p.*, l.lanname FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
     WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'tenancy') AND p.proname = 'tenant' AND p.pronargs = 0
), accepts_both AS (
    -- Plain tenants and sealed ones, while a wall becomes a sealed one.
    SELECT f.oid FROM tenant_function AS f
     WHERE f.prosrc = $15 AND f.lanname = 'plpgsql' AND f.prosecdef AND f.proparallel = 'r'
       AND f.proconfig IS NULL
), key_table AS (
    SELECT c.oid, c.relowner FROM pg_class AS c
     WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'tenancy') AND c.relname = 'sealing_keys'
), owners AS (
    SELECT relowner AS oid FROM walled UNION SELECT proowner FROM tenant_function UNION SELECT relowner FROM key_table
    UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'tenancy'
    UNION SELECT c.relowner FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE n.nspname = 'tenancy' AND c.relname = 'before_wall'
), acting AS (
    -- With whom they can become: SET ROLE asks for no inheritance, which the has_…_privilege functions do. Those that R003
    -- finds have every privilege anyway.
    SELECT s.oid, s.name, s.rolcreaterole, s.rolreplication FROM ordinary AS s
    UNION
    SELECT r.oid, quote_ident(r.rolname), r.rolcreaterole, r.rolreplication
      FROM ordinary AS s JOIN pg_roles AS r ON pg_has_role(s.oid, r.oid, 'MEMBER'), given AS g
     WHERE NOT r.rolsuper AND NOT r.rolbypassrls AND r.oid <> coalesce(g.across_oid, 0) AND r.oid NOT IN (SELECT oid FROM owners)
       AND r.rolname NOT LIKE 'pg\_%'
), memberships AS (
    -- Since PostgreSQL 16 each giver's is one of its own, and only the database's first superuser's goes without the name.
    SELECT m.roleid, m.member,
           format('REVOKE %I FROM %I', pg_get_userbyid(m.roleid), pg_get_userbyid(m.member))
           || CASE WHEN current_setting('server_version_num')::integer < 160000 THEN ''
                   ELSE format(' GRANTED BY %I CASCADE', pg_get_userbyid(m.grantor)) END AS revoke
      FROM pg_auth_members AS m
), children AS (
    SELECT i.inhrelid AS relation, w.object AS parent FROM pg_inherits AS i JOIN walled AS w ON w.relation = i.inhparent
    UNION
    SELECT i.inhrelid, c.parent FROM pg_inherits AS i JOIN children AS c ON c.relation = i.inhparent
), parents AS (
    SELECT i.inhparent AS relation, w.object AS child FROM pg_inherits AS i JOIN walled AS w ON w.relation = i.inhrelid
    UNION
    SELECT i.inhparent, p.child FROM pg_inherits AS i JOIN parents AS p ON p.relation = i.inhrelid
), holding AS (
    -- Where tenants' rows are: a part's policies, if it has any, are not its parent's.
    SELECT relation, object FROM walled UNION SELECT relation, parent FROM children WHERE relation NOT IN (SELECT relation FROM walled)
), views AS (
    SELECT r.ev_class AS relation, w.object AS reads
      FROM holding AS w
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = w.relation AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> w.relation
    UNION
    SELECT r.ev_class, v.reads
      FROM views AS v
      JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = v.relation AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class <> v.relation
), invokers AS (
    SELECT c.oid FROM pg_class AS c, pg_options_to_table(c.reloptions)
     WHERE c.relkind = 'v' AND option_name = 'security_invoker' AND option_value::boolean
), used_views AS (
    -- With what they read, through whatever other views.
    SELECT s.oid AS role, s.name, c.oid AS relation, c.relkind, c.oid AS through
      FROM acting AS s, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
       AND (has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE') OR has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE'))
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       AND c.oid NOT IN (SELECT oid FROM invokers)
    UNION
    SELECT v.role, v.name, v.relation, v.relkind, d.refobjid
      FROM used_views AS v
      JOIN pg_rewrite AS r ON r.ev_class = v.through AND r.rulename = '_RETURN'
      JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
     WHERE v.through NOT IN (SELECT oid FROM invokers)
), shown AS (
    -- What the role may not read itself: rows of tenants in tables that nobody declared, and what PostgreSQL keeps to itself.
    SELECT v.role, v.name, v.relation, v.relkind, v.through AS reads
      FROM used_views AS v JOIN pg_class AS c ON c.oid = v.through
     WHERE c.relkind IN ('r', 'p', 'f', 't') AND NOT has_table_privilege(v.role, c.oid, 'SELECT') AND c.oid NOT IN (SELECT relation FROM walled)
       AND (c.relnamespace::regnamespace::text = 'pg_toast'
            OR EXISTS (SELECT FROM pg_attribute AS a
                        WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname IN (SELECT tenant FROM walled)))
    UNION
    -- Of what depends on its own PostgreSQL keeps no record, but the views' texts.
    SELECT v.role, v.name, v.relation, v.relkind, c.oid
      FROM used_views AS v
      JOIN pg_rewrite AS r ON r.ev_class = v.through AND r.rulename = '_RETURN'
      JOIN pg_class AS c ON c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'pg_catalog')
                        AND c.relkind IN ('r', 'v') AND strpos(r.ev_action::text, format(':relid %s ', c.oid)) > 0
     WHERE NOT has_table_privilege(v.role, c.oid, 'SELECT')
), patterns AS (
    -- The conditions of what is no tenant column's, as the server prints them here: what a name needs of quotes, and a table of its schema.
    SELECT w.relation, p.is_read,
           regexp_replace(string_agg(CASE left(part, 1) WHEN 'n' THEN quote_ident(substr(part, 2)) WHEN 't' THEN k.relation::regclass::text ELSE substr(part, 2) END,
                                     '' ORDER BY n), '\s', '', 'g') AS pattern
      FROM walled AS w,
           LATERAL (VALUES (true, w.reads), (false, w.writes)) AS p (is_read, pattern),
           LATERAL regexp_split_to_table(substr(p.pattern, 2), chr(30)) WITH ORDINALITY AS o (part, n)
           LEFT JOIN known AS k ON left(part, 1) = 't' AND k.object = substr(part, 2)
     WHERE p.pattern <> ''
     GROUP BY w.relation, p.is_read
), walled_elsewhere AS (
    -- The tables of other schemas, of tenants of their own, that have a wall for the application: known by what its restrictive policy
    -- says of rows that are read and of rows that are written, by which column and for whom. The name only spares the others from being read.
    SELECT p.polrelid AS relation, c.relname, (regexp_match(t.plain, own.form))[1] AS member, p.polroles AS roles
      FROM given AS g, pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace,
           LATERAL (SELECT regexp_replace(pg_get_expr(p.polqual, p.polrelid), ' AS "?\w+"?', '', 'g') AS text,
                           regexp_replace(pg_get_expr(coalesce(p.polwithcheck, p.polqual), p.polrelid), ' AS "?\w+"?', '', 'g') AS check_) AS e,
           LATERAL (SELECT translate(e.text, E' ()\n', '') AS plain, translate(e.check_, E' ()\n', '') AS plain_check) AS t,
           LATERAL (SELECT '^("[^"]+"|[a-z_0-9]+)(?:::text)?=(?:SELECT)?tenancy\.tenant(?:::[a-z_0-9."]+)?\Z' AS form) AS own
     WHERE p.polname = 'tenancy_tenant' AND (NOT p.polpermissive OR $16) AND p.polcmd = '*' AND c.relrowsecurity AND c.relforcerowsecurity
       AND (0 = ANY (p.polroles) OR g.application_oid = ANY (p.polroles))
       AND c.relnamespace NOT IN (SELECT relnamespace FROM walled)
       AND (t.plain ~ own.form AND t.plain_check = t.plain
            -- Or as the declared table of that name has both, but for the schemas.
            OR EXISTS (SELECT FROM patterns AS o JOIN pg_class AS d ON d.oid = o.relation JOIN pg_namespace AS m ON m.oid = d.relnamespace,
                              LATERAL (SELECT regexp_replace(
                                                  regexp_replace(
                                                      regexp_replace(CASE WHEN o.is_read THEN e.text ELSE e.check_ END, '\(((?:"(?:[^"]|"")*"|[\w.])+(?:\(\))?)\)::(?:text|integer|bigint|smallint|uuid|character varying)(?![\w(])', '\1', 'g'),
                                                      '(''(?:[^'']|'''')*'')::(?:text|integer|bigint|smallint|uuid|character varying)(?![\w(])', '\1', 'g'),
                                                  '\s', '', 'g') AS pattern) AS here
                        WHERE d.relname = c.relname
                          AND replace(replace(o.pattern, quote_ident(m.nspname) || '.', ''), quote_ident(n.nspname) || '.', '')
                              = replace(replace(here.pattern, quote_ident(m.nspname) || '.', ''), quote_ident(n.nspname) || '.', '')
                        GROUP BY o.relation HAVING bool_or(o.is_read) AND bool_or(NOT o.is_read)))
), bound_elsewhere AS (
    -- For which roles those walls hold: put together once, to be looked up by a hash. There may be tens of thousands of these tables.
    SELECT e.relation, e.relname, e.member, s.oid AS role
      FROM given AS g, acting AS s, walled_elsewhere AS e
           -- Those that see more have policies of their own, which other rules look at.
     WHERE s.oid = g.across_oid OR s.oid IN (SELECT oid FROM readers WHERE oid IS NOT NULL)
        OR EXISTS (SELECT FROM unnest(e.roles) AS role WHERE CASE role WHEN 0 THEN true ELSE pg_has_role(s.oid, role, 'USAGE') END)
), walled_for AS (
    -- And which column of the tenants' they keep apart.
    SELECT e.relation, e.role, a.attname AS member
      FROM bound_elsewhere AS e,
           LATERAL (SELECT a.attname FROM pg_attribute AS a
                     WHERE a.attrelid = e.relation AND NOT a.attisdropped AND a.attname IN (SELECT tenant FROM walled) OFFSET 0) AS a
       -- By the column that the declared table of that name has, if there is one: tables of one schema may have several.
     WHERE e.member IS NULL
        OR e.member IN (SELECT translate(quote_ident(w.tenant), ' ()', '') FROM walled AS w WHERE w.relname = e.relname)
        OR e.member = translate(quote_ident(a.attname), ' ()', '') AND NOT EXISTS (SELECT FROM walled AS w WHERE w.relname = e.relname)
), policies AS (
    SELECT w.object, w.relation, w.wall, w.reads <> '' AS is_of_pattern, p.polname, p.polpermissive, p.polcmd, p.polroles,
           format('DROP POLICY %I ON %s', p.polname, w.object) AS dropped,
           pg_get_expr(p.polqual, p.polrelid) AS qualification, pg_get_expr(p.polwithcheck, p.polrelid) AS verification,
           -- As the wall's own conditions read without blanks, parentheses and the sub-select's alias.
           translate(regexp_replace(pg_get_expr(p.polqual, p.polrelid), ' AS "?\w+"?', '', 'g'), E' ()\n', '') AS using_,
           translate(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), ' AS "?\w+"?', '', 'g'), E' ()\n', '') AS check_,
           own.conditions, pattern.reads, pattern.writes, as_pattern.using_ AS using_pattern, as_pattern.check_ AS check_pattern
      FROM walled AS w
      JOIN pg_policy AS p ON p.polrelid = w.relation,
           LATERAL (SELECT array_agg(translate(quote_ident(w.tenant), ' ()', '') || cast_ || '=' || read || 'tenancy.tenant'
                                     || CASE w.sql_type WHEN 'text' THEN '' ELSE '::' || translate(w.sql_type, ' ()', '') END) AS conditions
                      FROM unnest(ARRAY['', '::text']) AS cast_, unnest(ARRAY['', 'SELECT']) AS read) AS own,
           LATERAL (SELECT max(t.pattern) FILTER (WHERE t.is_read) AS reads, max(t.pattern) FILTER (WHERE NOT t.is_read) AS writes
                      FROM patterns AS t WHERE t.relation = w.relation) AS pattern,
           -- As the others read without blanks, the sub-selects' aliases, and the casts that change no value; but with parentheses.
           LATERAL (SELECT max(e.text) FILTER (WHERE e.is_using) AS using_, max(e.text) FILTER (WHERE NOT e.is_using) AS check_
                      FROM (SELECT v.is_using,
                                   regexp_replace(
                                       regexp_replace(
                                           regexp_replace(
                                               regexp_replace(v.text, ' AS "?\w+"?', '', 'g'),
                                               '\(((?:"(?:[^"]|"")*"|[\w.])+(?:\(\))?)\)::(?:text|integer|bigint|smallint|uuid|character varying)(?![\w(])', '\1', 'g'),
                                           '(''(?:[^'']|'''')*'')::(?:text|integer|bigint|smallint|uuid|character varying)(?![\w(])', '\1', 'g'),
                                       '\s', '', 'g') AS text
                              FROM (VALUES (true, pg_get_expr(p.polqual, p.polrelid)), (false, pg_get_expr(p.polwithcheck, p.polrelid))) AS v (is_using, text)) AS e) AS as_pattern
), policies_read AS (
    SELECT p.*, CASE WHEN p.is_of_pattern
                     -- What is read may be more than what is written, and only a restrictive policy for all commands leaves that to others.
                     THEN coalesce(p.using_pattern = p.writes
                                   OR p.using_pattern = p.reads AND (p.polcmd = 'r' OR p.polcmd = '*' AND NOT p.polpermissive), true)
                      AND (p.polcmd IN ('r', 'd') OR coalesce(p.check_pattern, p.using_pattern) = p.writes)
                     ELSE coalesce(p.using_ = ANY (p.conditions), true) AND coalesce(p.check_ = ANY (p.conditions), true) END
           OR EXISTS (SELECT FROM reading AS own
                       WHERE own.relation = p.relation AND p.polcmd = 'r' AND p.polroles = ARRAY[own.oid] AND p.using_pattern = own.pattern) AS is_own,
           -- A sub-select, but on Citus; and where some roles only read, what each reads beside it.
           p.polcmd = '*' AND p.polroles = ARRAY[0::oid]
             AND CASE WHEN p.relation IN (SELECT relation FROM reading)
                      THEN p.using_pattern = (SELECT s.using_ FROM reading_by_role AS s WHERE s.relation = p.relation)
                      ELSE regexp_replace(p.using_, '^SELECT', '') = ANY (r.roles) END
             AND regexp_replace(coalesce(p.check_, p.using_), '^SELECT', '') = ANY (r.roles) AS is_of_roles,
           -- Citus drops the word from a policy that it sends to the shards.
           NOT p.polpermissive OR $16 AS restricts, p.polpermissive OR $16 AS permits,
           concat(p.qualification, ' ', p.verification) AS condition
      FROM policies AS p, given AS g,
           LATERAL (SELECT translate(format('pg_has_role(%L::name, ''USAGE''::text)', g.application_name), ' ()', '') AS application,
                           translate(format('pg_has_role(%L::name, ''USAGE''::text)', g.across_name), ' ()', '') AS across_) AS has,
           LATERAL (SELECT CASE WHEN $16 THEN array_agg(has.across_ || 'OR' || has.application || 'AND' || c.condition)
                                ELSE ARRAY[has.application || 'OR' || has.across_] END AS roles
                      FROM unnest(p.conditions) AS c (condition)) AS r
), searched AS (
    -- Whether anything that an operator class searches by is used before the policies are asked. An index by trigrams is not for
    -- the = that it has as well.
    SELECT o.oid AS opclass,
           CASE WHEN m.amname IN ('btree', 'hash', 'brin') THEN bool_or(p.proleakproof)
                ELSE coalesce(bool_or(p.proleakproof) FILTER (WHERE r.oprname <> '='), bool_or(p.proleakproof)) END AS sound,
           string_agg(DISTINCT r.oprname, ' ') FILTER (WHERE NOT p.proleakproof) AS operators
      FROM pg_opclass AS o
      JOIN pg_am AS m ON m.oid = o.opcmethod
      JOIN pg_amop AS a ON a.amopfamily = o.opcfamily AND a.amoppurpose = 's' AND a.amoplefttype = o.opcintype
      JOIN pg_operator AS r ON r.oid = a.amopopr
      JOIN pg_proc AS p ON p.oid = r.oprcode
     GROUP BY o.oid, m.amname
), strong AS (
    -- The functions that do more than whoever calls them may. Those of extensions are trusted; PostgreSQL's own, which have low
    -- numbers, are as they were compiled; and the constructors of a range type are of the type.
    SELECT p.oid, p.proowner, p.prosecdef, NOT l.lanpltrusted AND p.oid >= 16384
             AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i') AS untrusted
      FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
     WHERE (p.prosecdef OR NOT l.lanpltrusted AND p.oid >= 16384) AND p.oid NOT IN (SELECT oid FROM tenant_function)
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
), called AS (
    SELECT s.oid AS role, s.name, p.*, has_function_privilege(s.oid, p.oid, 'EXECUTE') AS executes
      FROM acting AS s, strong AS p
     WHERE p.proowner <> s.oid
       AND (has_function_privilege(s.oid, p.oid, 'EXECUTE')
            -- What a function is a part of mostly asks nobody whether it may be called: not an index, a sort, a type, the planner. A
            -- default or a check does, but in a foreign key's action asks that of the table's owner.
            OR EXISTS (SELECT FROM pg_depend AS d
                        WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.classid <> 'pg_trigger'::regclass
                          AND (d.classid <> 'pg_proc'::regclass OR has_function_privilege(s.oid, d.objid, 'EXECUTE')))
            OR EXISTS (SELECT FROM pg_trigger AS t
                        WHERE t.tgfoid = p.oid
                          AND (t.tgrelid IN (SELECT relation FROM known)
                               OR has_table_privilege(s.oid, t.tgrelid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                               OR has_any_column_privilege(s.oid, t.tgrelid, 'INSERT, UPDATE')
                               -- By way of another table, as whose part, by whose view or rule, or by whose foreign key it is written.
                               OR EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = t.tgrelid)
                               OR EXISTS (SELECT FROM pg_depend AS d
                                           WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = t.tgrelid
                                             AND d.classid = 'pg_rewrite'::regclass AND d.deptype = 'n')
                               OR EXISTS (SELECT FROM pg_constraint AS c
                                           WHERE c.conrelid = t.tgrelid AND c.contype = 'f'
                                             AND (c.confdeltype NOT IN ('a', 'r') OR c.confupdtype NOT IN ('a', 'r'))))))
),
