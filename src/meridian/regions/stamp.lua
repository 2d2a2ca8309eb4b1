-- The user's region and the request's target, by the rules of policy.py, in its order and its words.

-- At most 140 characters, as `clip` in core/decision.py; all that stands in a sentence is ASCII.
local function clip(sentence)
  return #sentence <= 140 and sentence or sentence:sub(1, 139) .. "\226\128\166"
end

-- For each request:
local headers = facts.headers
local region, rule, because
local override = data.overrides[facts.user]
if override and data.regions[override] then
  region, rule, because = override, "1 of 5 (override)", "an operator placed this user"
elseif data.regions[facts.home] then
  region, rule, because = facts.home, "2 of 5 (home)", "stored home assignment"
elseif data.countries[facts.country] then
  region, rule, because = data.countries[facts.country], "3 of 5 (country)", "the client address is in "
elseif data.countries[facts.declared] then
  region, rule, because = data.countries[facts.declared], "4 of 5 (declared)", "the app declares " .. facts.declared
else
  region, rule, because = data.default_region, "5 of 5 (default)", "nothing else is known"
end
facts.region = region
headers:add("x-meridian-region", region)

facts.about = handle:metadata()
local feature = facts.about:get("feature")
facts.feature = feature
local plan = feature and data.features[feature]
if not plan then return end
local target = region
if plan.route == "pinned" then
  target = plan.region
elseif plan.route == "nearest" then
  target = data.nearest[facts.country] or data.countries[facts.country] or region
elseif plan.route == "optimal" then
  target = (data.optimal[region] or {})[facts.country] or region
end
if plan.targets and not plan.targets[region][target] then target = plan.otherwise[region] end
facts.target = target
headers:add("x-meridian-target", target)

-- Only what is safe to send twice may be tried again after it reached an instance.
local method = headers:get(":method")
facts.method = method
if data.idempotent[method] or headers:get("idempotency-key") then
  headers:add("x-meridian-repeatable", "1")
end
handle:clearRouteCache()

if headers:get("x-meridian-explain") then
  if rule == "3 of 5 (country)" then because = because .. facts.country end
  local user = clip(region .. " by rule " .. rule .. ": " .. because)
  local sentence
  if plan.route == "home" then
    sentence = feature .. " -> " .. target .. ", the user's home: " .. user
  else
    sentence = feature .. " -> " .. target .. " (" .. plan.route .. "); user in " .. user
  end
  handle:streamInfo():dynamicMetadata():set("meridian", "route", clip(sentence))
end
