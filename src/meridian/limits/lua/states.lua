
local REMAINING = "x-ratelimit-remaining"

local function place_of(key)
  for place, each in ipairs(limits.keys) do
    if each == key then return place end
  end
end

-- Every limit that the request met, with what is left of it: {limit, left, credits}.
local function states(headers, plan, refused)
  local found, reached = {}, refused and place_of(refused) or #limits.keys
  local first = headers:getNumValues(REMAINING) - reached
  if first < 0 then return found end
  for place = reached, 1, -1 do
    local limit = plan.told[place]
    if limit then
      local credits = tonumber(headers:getAtIndex(REMAINING, first + reached - place))
      table.insert(found, {limit = limit, left = floor(credits / limit.price), credits = credits})
    end
  end
  return found
end

-- Seconds until so many credits are there again.
local function until_there(limit, credits, wanted)
  return max(0, ceil((wanted - credits) / limit.fill))
end
