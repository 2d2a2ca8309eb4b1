
-- For each request:
local feature = facts.feature
if not feature then
  if facts.about and facts.about:get("check") then unknown(handle) end -- who may ask was answered before all parts
  return
end
local asks = limits.asks[feature]
if not asks then return end
local meets = limits.meets[asks[facts.method] or asks["*"]]
local headers = facts.headers
local user, client = facts.user, nil
if meets.action then headers:add("x-meridian-action", meets.action) end
local forwarded = headers:get("x-forwarded-for")
local mapped = forwarded and forwarded:find("::[fF][fF][fF][fF]:")
if mapped or limits.clients_matter then client = masked(bare(handle:streamInfo():downstreamRemoteAddress())) end
if meets.exact then admit(handle, facts, meets) end
if not limits.keys[1] then return end
local plan = plan_of(meets, user ~= "" and facts.tier or "", facts.risk, facts, chosen(user, client))
local pairs_of = plan.headers
for at = 1, #pairs_of, 2 do headers:add(pairs_of[at], pairs_of[at + 1]) end
reset(headers, user, client)
-- Envoy would count all IPv4 clients that a proxy writes as IPv6 as one.
if mapped and client and client:find("/32", 1, true) then
  headers:add("x-meridian-asked", client)
  for _, key in ipairs({"client", "address"}) do
    local slot = headers:get("x-meridian-" .. key .. "-slot")
    if slot then
      headers:remove("x-meridian-" .. key .. "-slot")
      headers:add("x-meridian-" .. key .. "-slot-asked", slot)
    end
  end
end
