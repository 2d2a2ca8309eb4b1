
local function clean(headers)
  headers:remove(REMAINING)
  headers:remove("x-ratelimit-limit")
  headers:remove("x-ratelimit-reset")
  headers:remove("x-meridian-plan")
end

local function tell(headers, limit, left, reset)
  if limits.ietf then
    headers:add("ratelimit-policy", limit.policy)
    headers:add("ratelimit", limit.quoted .. left .. ";t=" .. reset)
  end
  if limits.draft03 then
    headers:add("x-ratelimit-limit", limit.burst .. ", " .. limit.burst .. ";w=" .. limit.window)
    headers:add(REMAINING, left)
    headers:add("x-ratelimit-reset", reset)
  end
end

local function problem(limit, wait)
  return '{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","title":"Too many requests","status":429,'
    .. '"detail":"The limit ' .. limit.name .. " allows " .. limit.burst .. " requests in " .. limit.window
    .. " seconds. Try again in " .. wait .. (wait == 1 and " second" or " seconds") .. '.","violated-policies":["' .. limit.name
    .. '"],"limit":"' .. limit.name .. '","quota":' .. limit.burst .. ',"window":' .. limit.window
    .. ',"retry_after":' .. wait .. "}"
end

-- The limit that admission counted, as it told it: name;q=5;w=3600;r=3;t=720.
local function exact_of(headers)
  local told = headers:get("x-meridian-exact")
  if not told then return nil end
  headers:remove("x-meridian-exact")
  local name, rate, window, left, reset = told:match("^([%w_-]+);q=(%d+);w=(%d+);r=(%d+);t=(%d+)$")
  if not name then return nil end
  local limit = {rate = rate, window = window, policy = '"' .. name .. '";q=' .. rate .. ";w=" .. window, quoted = '"' .. name .. '";r='}
  return limit, tonumber(left), tonumber(reset)
end

-- The exhausted one of a request that was refused; of the others, the one with least left.
local function answered(handle, headers, id)
  local asked = id:match("^check (.*)$")
  local plan = plans[asked and asked:match("^%S+ (.*)$") or id]
  local refused = headers:get("x-meridian-refused")
  if not plan then return clean(headers) end
  local all = states(headers, plan, refused)
  clean(headers)
  if asked then return checked(handle, headers, all, refused, asked) end
  if refused then
    headers:remove("x-meridian-refused")
    local state = all[1]
    local limit = state.limit
    local wait = max(1, until_there(limit, state.credits, limit.price))
    headers:replace("retry-after", wait)
    headers:replace("x-meridian-limit", limit.name)
    tell(headers, limit, 0, until_there(limit, state.credits, CREDITS))
    handle:body(true):setBytes(problem(limit, wait))
    return
  end
  if headers:get("x-meridian-limit") then return end -- admission refused it, and said all there is to say
  local nearest
  for _, state in ipairs(all) do
    if not nearest or state.left < nearest.left then nearest = state end
  end
  local exact, left, reset = exact_of(headers)
  if exact and (not nearest or left <= nearest.left) then return tell(headers, exact, left, reset) end
  if nearest then tell(headers, nearest.limit, nearest.left, until_there(nearest.limit, nearest.credits, CREDITS)) end
end
