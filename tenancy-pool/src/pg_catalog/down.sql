DROP TABLE tenancy.tenant_placements;
DROP FUNCTION tenancy.announce_placement();
DROP FUNCTION tenancy.stamp_placement();
