
-- What is turned off of what the region serves to which the request goes, by the rules of plan.py.

local function luck(feature, who)
  local state = 0
  local text = feature .. " " .. who
  for at = 1, #text do
    state = (state + text:byte(at)) * 1025 % 4294967296
    state = bit.bxor(state, bit.rshift(state, 6)) % 4294967296
  end
  state = state * 9 % 4294967296
  state = bit.bxor(state, bit.rshift(state, 11)) % 4294967296
  return state * 32769 % 4294967296 / 4294967296
end

local function who_of(handle, facts)
  if facts.user ~= "" then return facts.user end
  local address = handle:streamInfo():downstreamRemoteAddress()
  return address:match("^%[(.*)%]:%d+$") or address:match("^([%d%.]+):%d+$") or address
end

-- For each request:
local here = data.degraded[facts.target]
if not here then return end
facts.headers:replace("x-meridian-degraded", here.level)
local method = facts.method
for _, off in ipairs(here.off[facts.feature] or {}) do
  local asked = method ~= "OPTIONS"
  if off.methods then asked = off.methods[method] end
  if asked and (off.share >= 1 or luck(facts.feature, who_of(handle, facts)) < off.share) then
    handle:respond({
      [":status"] = "503",
      ["content-type"] = "application/problem+json",
      ["retry-after"] = here.retry_after,
      ["x-meridian-limit"] = here.mark,
    }, off.body)
  end
end
