-- What CREATE DATABASE leaves behind: the owner, the grants on the database itself, and its settings. Without them a copy of a walled
-- database has a hole, because PUBLIC may make temporary tables in a new one. {copy} and {template} are quoted texts.
DO $$
DECLARE
    template record;
    entry record;
BEGIN
    SELECT oid, datacl, pg_get_userbyid(datdba) AS owner INTO STRICT template FROM pg_database WHERE datname = {template};
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', {copy}, template.owner);
    IF template.datacl IS NOT NULL THEN
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', {copy});
        FOR entry IN SELECT * FROM aclexplode(template.datacl) LOOP
            EXECUTE format('GRANT %s ON DATABASE %I TO %s %s', entry.privilege_type, {copy},
                CASE entry.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(entry.grantee)) END,
                CASE WHEN entry.is_grantable THEN 'WITH GRANT OPTION' ELSE '' END);
        END LOOP;
    END IF;
    FOR entry IN
        SELECT setrole, split_part(config, '=', 1) AS name, substr(config, strpos(config, '=') + 1) AS value
        FROM pg_db_role_setting, unnest(setconfig) AS config
        WHERE setdatabase = template.oid
    LOOP
        EXECUTE CASE entry.setrole
                WHEN 0 THEN format('ALTER DATABASE %I', {copy})
                ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(entry.setrole), {copy})
            END
            || format(' SET %I TO ', entry.name)
            -- Lists of names are kept with the quotes of each name, as pg_dump knows them.
            || CASE WHEN entry.name IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
                THEN entry.value ELSE quote_literal(entry.value) END;
    END LOOP;
END $$
