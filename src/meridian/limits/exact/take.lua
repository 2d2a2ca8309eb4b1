-- Takes from every limit of one request, or from none; the same rule as gcra.py, to the microsecond.
-- KEYS: one counter for each limit. ARGV: "take" or "peek", then for each limit: interval, refill, hits, floor.
-- floor: the arrival time that the asking process knows of; what Redis has lost since comes back with it.
-- Returns: 1 or 0, the time here, and each limit's arrival time afterwards.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local stored = redis.call('MGET', unpack(KEYS))
local answer = {1, now}
local taking = ARGV[1] == 'take'
for i = 1, #KEYS do
  local at = 4 * i - 2
  local interval, refill = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local tat = math.max(tonumber(stored[i] or 0), tonumber(ARGV[at + 3]), now)
  tat = math.min(tat, now + refill)
  answer[i + 2] = tat
  if tat + ARGV[at + 2] * interval > now + refill then
    answer[1] = 0
  end
end
if not taking then
  return answer
end
for i = 1, #KEYS do
  local at = 4 * i - 2
  local tat = answer[i + 2]
  if answer[1] == 1 then
    tat = tat + ARGV[at + 2] * ARGV[at]
    answer[i + 2] = tat
  end
  if tat > now and tat > tonumber(stored[i] or 0) then
    redis.call('SET', KEYS[i], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
  end
end
return answer
