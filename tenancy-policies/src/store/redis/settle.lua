-- Ends a reservation: its units are used, or given back.
local member, units, commit, expires = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
if redis.call('ZREM', KEYS[1], member) == 1 then
    if not commit then
        redis.call('ZINCRBY', KEYS[1], units, 'used')
    end
    return 1
end
-- It has lapsed, and its units were given back. What was done is counted, whatever the limit says.
if commit then
    redis.call('ZINCRBY', KEYS[1], '-' .. units, 'used')
    if expires > 0 then
        redis.call('PEXPIREAT', KEYS[1], ARGV[4])
    end
end
return 0
