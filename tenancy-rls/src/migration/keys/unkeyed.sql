unkeyed AS (
    -- What rows belong to tenants through, and is not unique at any moment: another tenant could have the same, for a transaction at least.
    SELECT r.* FROM referring AS r
     WHERE r.kind = 'parent'
       AND NOT EXISTS (SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = r.key
                        WHERE i.indrelid = r.other AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
                          AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
)
