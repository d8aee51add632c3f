    -- As the declared ones are written.
    SELECT format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(named.parts[cardinality(named.parts)], '"', '""')),
           i.tenant, i.sql_type, i.wall, i.kind, i.member, i.other, i.other_key, i.shared, i.reads, i.writes
      FROM declared_input AS i
      JOIN pg_namespace AS n ON n.nspname = (parse_ident(i.object))[1]
      JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = (parse_ident(i.object))[2]
      JOIN pg_dist_shard AS s ON s.logicalrelid = c.oid
      JOIN pg_dist_placement AS p ON p.shardid = s.shardid
      JOIN pg_dist_local_group AS l ON l.groupid = p.groupid,
           -- It leaves out a schema that is in the search path.
           LATERAL (SELECT parse_ident(shard_name(s.logicalrelid, s.shardid)) AS parts) AS named
