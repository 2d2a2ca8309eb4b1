
-- For each request:
local feature = facts.feature
if not feature then
  if facts.about and facts.about:get("check") then check(handle, facts) end
  return
end
local asks = limits.asks[feature]
if not asks then return end
local meets = limits.meets[asks[facts.method] or asks["*"]]
local headers = facts.headers
local user, client = facts.user, nil
if meets.action then headers:add("x-meridian-action", meets.action) end
if limits.clients_matter then client = masked(bare(handle:streamInfo():downstreamRemoteAddress())) end
if meets.exact then admit(handle, facts, meets) end
if not limits.keys[1] then return end
local plan = plan_of(meets, user ~= "" and facts.tier or "", facts.risk, facts, chosen(user, client))
local pairs_of = plan.headers
for at = 1, #pairs_of, 2 do headers:add(pairs_of[at], pairs_of[at + 1]) end
if limits.resets_matter then
  local generation = limits.resets[user] or limits.resets[client]
  if generation then headers:add("x-meridian-reset", generation) end
end
