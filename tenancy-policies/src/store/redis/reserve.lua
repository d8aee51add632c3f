-- One sorted set for each period: the member `used` has, as a negative score, what is used, reserved units included; any other member is a
-- reservation, `id:units`, whose score is when it lapses. One key, so that it is in one slot of a cluster.
local units, limit, ends, starts = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[3])
local member, hold, keep = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ends > 0 and (now < starts or now >= ends) then
    return { -1, 0, now } -- the client's clock is in another period
end
-- At most so many at once, so that no call blocks the server for long. The rest counts until the next.
for _, lapsed in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(0', now, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', KEYS[1], lapsed)
    redis.call('ZINCRBY', KEYS[1], string.match(lapsed, ':(%d+)$'), 'used')
end
local used = -tonumber(redis.call('ZSCORE', KEYS[1], 'used') or 0)
if used + units > limit then
    return { 0, used, now }
end
redis.call('ZINCRBY', KEYS[1], -units, 'used')
if hold > 0 then
    redis.call('ZADD', KEYS[1], now + hold, member)
elseif hold < 0 then
    redis.call('ZADD', KEYS[1], '+inf', member)
end
if ends > 0 then
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', ends + keep))
end
return { 1, used + units, now }
