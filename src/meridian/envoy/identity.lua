-- Facts about the requester, from what jwt_authn verified and geoip found. Nothing a client wrote is read here.
local headers = handle:headers()
local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn") or {}
local app, home = verified["app"], verified["home"]

-- A claim as a header can carry it: text or a whole number, and no control character, which could end the header and begin another.
local function text(claim)
  if type(claim) == "number" then return string.format("%.0f", claim) end
  if type(claim) ~= "string" or claim:find("%c") then return "" end
  return claim
end

local function or_free(tier) return tier ~= "" and tier or "free" end

facts.country = headers:get("x-meridian-country") or ""
facts.user, facts.tier, facts.declared, facts.home = "", "free", "", ""
if app then
  facts.user = text(app[data.claims.user])
  facts.tier = or_free(text(app[data.claims.tier]))
  facts.declared = text(app[data.claims.country])
end
-- A home token speaks for its own user only.
if home and (not app or facts.user == text(home["sub"])) then
  facts.user = text(home["sub"])
  facts.home = text(home["region"])
  if not app then facts.tier = or_free(text(home["tier"])) end
end
facts.explain = verified["explain"] ~= nil
if facts.user ~= "" then
  headers:add("x-meridian-user", facts.user)
  headers:add("x-meridian-tier", facts.tier)
end
if facts.declared ~= "" then headers:add("x-meridian-declared", facts.declared) end
if facts.home ~= "" then headers:add("x-meridian-home", facts.home) end
headers:add("x-meridian-risk", "low")
