CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
AS $tenancy$
DECLARE
    token text := current_setting('tenancy.tenant', true);
    backend_only boolean;
BEGIN
    SELECT k.backend_only INTO backend_only
      FROM tenancy.sealing_keys AS k
     WHERE (k.id = split_part(token, '.', 2)) IS TRUE
       AND sha256(k.outer_pad || convert_to(right(token, 64), 'UTF8'))
         = sha256(k.outer_pad || convert_to(encode(
               sha256(k.outer_pad || sha256(k.inner_pad || convert_to(left(token, -65), 'UTF8'))), 'hex'), 'UTF8'));
    IF (CASE WHEN backend_only IS NULL THEN false
             ELSE starts_with(token, 'v1.')
              AND CASE split_part(token, '.', 3) WHEN '0' THEN NOT backend_only
                                                 WHEN pg_backend_pid()::text THEN true END
              AND CURRENT_TIMESTAMP BETWEEN to_timestamp(split_part(token, '.', 4)::double precision - 60)
                                        AND to_timestamp(split_part(token, '.', 5)::double precision) END) THEN
        RETURN NULLIF(convert_from(decode(split_part(token, '.', 6), 'hex'), 'UTF8'), '');
    END IF;
    IF token IS NULL OR token = '' THEN
        RETURN NULL;
    ELSIF backend_only IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds no seal of a known key',
            HINT = 'Only the application seals tenants. After a rotation, check that the new key is installed.';
    ELSIF NOT starts_with(token, 'v1.') THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal of an unknown version';
    ELSIF split_part(token, '.', 3) = '0' AND backend_only THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal of no backend',
            HINT = 'The key is installed for direct connections only: seal with the backend''s pid.';
    ELSIF split_part(token, '.', 3) NOT IN ('0', pg_backend_pid()::text) THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds the seal of another backend';
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal that is not of this transaction''s time',
        HINT = 'Seal anew for each transaction; compare the clocks of the application and the database.';
END
$tenancy$;
