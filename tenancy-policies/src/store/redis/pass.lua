-- The generic cell rate algorithm (ITU-T I.371): the key has the theoretical arrival time of the next unit, in microseconds.
-- Atomic, as every script of Redis' is, and by the server's clock.
local interval, burst, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + units * interval
local wait = arrival - burst * interval - now
if wait > 0 then
    return wait
end
-- Microseconds since 1970 have sixteen digits; tostring() would write fourteen. A bucket that is full again is as good as none.
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
return 0
