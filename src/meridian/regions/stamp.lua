-- The user's region and the request's target, by the rules of policy.py, in its order and its words.
local headers = handle:headers()
local route = handle:metadata()
local feature = route:get("feature")
local region, rule, because

-- At most 140 characters, as `clip` in core/decision.py; all that stands in a sentence is ASCII.
local function clip(sentence)
  return #sentence <= 140 and sentence or sentence:sub(1, 139) .. "\226\128\166"
end

local function placed(name) return name ~= "" and data.regions[name] ~= nil end

local override = facts.user ~= "" and data.overrides[facts.user] or ""
if placed(override) then
  region, rule, because = override, "1 of 5 (override)", "an operator placed this user"
elseif placed(facts.home) then
  region, rule, because = facts.home, "2 of 5 (home)", "stored home assignment"
elseif data.countries[facts.country] then
  region, rule, because = data.countries[facts.country], "3 of 5 (country)", "the client address is in " .. facts.country
elseif data.countries[facts.declared] then
  region, rule, because = data.countries[facts.declared], "4 of 5 (declared)", "the app declares " .. facts.declared
else
  region, rule, because = data.default_region, "5 of 5 (default)", "nothing else is known"
end
facts.region = region
headers:add("x-meridian-region", region)

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
if data.idempotent[method] or headers:get("idempotency-key") then
  headers:add("x-meridian-repeatable", "1")
end
handle:clearRouteCache()

if facts.explain then
  local user = clip(region .. " by rule " .. rule .. ": " .. because)
  local sentence
  if plan.route == "home" then
    sentence = feature .. " -> " .. target .. ", the user's home: " .. user
  else
    sentence = feature .. " -> " .. target .. " (" .. plan.route .. "); user in " .. user
  end
  handle:streamInfo():dynamicMetadata():set("meridian", "route", clip(sentence))
end
