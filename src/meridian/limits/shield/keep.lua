-- Writes what a process made of a track, if nobody has written it since it was read.
-- KEYS: the track. ARGV: what was read (empty: nothing), what to write, how long it lives at least, in milliseconds:
-- never shorter than what it replaces, or another edge would take its own, older memory for the newest there is.
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', math.max(tonumber(ARGV[3]), redis.call('PTTL', KEYS[1])))
return 1
