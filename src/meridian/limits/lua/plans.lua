-- Which limits a request meets, and what it pays for them: the rules of applies.py and quota.py, and the prices of pricing.py.

local limits = data.limits
local CREDITS = 1e9
local SHARE = 1 -- the part of each limit that this edge holds
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min

-- What one policy asks of a request, by quota.py. rate: an operator's own choice, which nothing multiplies.
local function priced(name, tier, risk, value, rate)
  local policy = limits.policies[name]
  local amount = rate
  if not amount then
    local factor = 1
    if policy.tiers then factor = factor * (limits.tiers[tier] or 1) end
    if policy.risk then factor = factor * (limits.risk[risk] or 1) end
    amount = max(1, floor((policy.each and policy.each[value] or policy.rate) * factor + 1e-9))
  end
  local burst = amount
  if policy.burst then burst = max(1, floor(policy.burst * amount / policy.rate + 0.5)) end
  local wanted = burst * (limits.shared[policy.key] and SHARE or 1)
  local price = min(CREDITS, floor(CREDITS / wanted))
  if wanted >= 1 and floor(CREDITS / price) > wanted then price = price + 1 end
  local seconds = tonumber(policy.slot:match("^%d+")) / 1000 -- in which a full bucket comes back
  return {
    name = name, key = policy.key, slot = policy.slot, price = price, burst = burst, window = ceil(seconds),
    fill = CREDITS / seconds,
    policy = '"' .. name .. '";q=' .. burst .. ";w=" .. ceil(seconds),
    quoted = '"' .. name .. '";r=',
  }
end

-- The address as it is counted: without its port, in brackets or not.
local function bare(address)
  return address:match("^%[(.*)%]:%d+$") or address:match("^([%d%.]+):%d+$") or address
end

-- A plan is what requests of one kind pay: headers to set, and what the answer needs to know. told: by key in use, in order.
local function made_for(id, meets, tier, risk, country, region, own)
  local plan = {id = id, told = {}, headers = {"x-meridian-plan", id}}
  for place, key in ipairs(limits.keys) do
    local name = meets[key]
    local limit = false
    if name and (tier ~= "" or (key ~= "user" and key ~= "burst")) then
      limit = priced(name, tier, risk, key == "country" and country or region, own and own[name])
      table.insert(plan.headers, "x-meridian-" .. key .. "-slot")
      table.insert(plan.headers, limit.slot)
      table.insert(plan.headers, "x-meridian-" .. key .. "-price")
      table.insert(plan.headers, string.format("%d", limit.price))
    end
    plan.told[place] = limit
  end
  return plan
end

-- Plans are made when they are first needed. Those that depend on the country, the region or a person are forgotten together
-- once there are many.
local plans, common, rare = {}, {}, 0

local function remembered(plan, special)
  if special then
    rare = rare + 1
    if rare > 20000 then plans, common, rare = {}, {}, 0 end
  end
  plans[plan.id] = plan
  return plan
end

-- A country or region with a rate of its own; empty for all the others, which share their plans.
local function own_rate(name, value)
  local policy = name and limits.policies[name]
  return policy and policy.each and policy.each[value] and value or ""
end

-- tier: empty for a user who has not signed in.
local function plan_of(meets, tier, risk, facts, own)
  if tier ~= "" and not limits.tiers[tier] then tier = "free" end
  if not limits.risk[risk] then risk = "low" end
  local country, region = "", ""
  if meets.varies then
    country, region = own_rate(meets.country, facts.country), own_rate(meets.region, facts.region)
  end
  if own or country ~= "" or region ~= "" then
    local id = meets.id .. "/" .. tier .. "/" .. risk .. "/" .. country .. "/" .. region
    if own then id = id .. "/" .. own.id end
    return plans[id] or remembered(made_for(id, meets, tier, risk, country, region, own), true)
  end
  local by_tier = common[meets.id]
  if not by_tier then by_tier = {} common[meets.id] = by_tier end
  local by_risk = by_tier[tier]
  if not by_risk then by_risk = {} by_tier[tier] = by_risk end
  local plan = by_risk[risk]
  if not plan then
    plan = remembered(made_for(meets.id .. "/" .. tier .. "/" .. risk, meets, tier, risk, "", "", nil), false)
    by_risk[risk] = plan
  end
  return plan
end

-- An operator's choices for this user and this client together; nil where there are none, as for nearly everyone.
local function chosen(user, client)
  local mine, theirs = limits.users[user], client and limits.clients[client]
  if not mine then return theirs end
  if not theirs then return mine end
  local both = {id = mine.id .. "+" .. theirs.id}
  for _, own in ipairs({theirs, mine}) do
    for name, rate in pairs(own) do
      if name ~= "id" then both[name] = rate end
    end
  end
  return both
end
