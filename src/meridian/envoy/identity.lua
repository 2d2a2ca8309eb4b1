-- Facts about the requester, from what jwt_authn verified and geoip found. Nothing a client wrote is read here.
local headers = handle:headers()
local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn") or {}
local app, home = verified["app"], verified["home"]
facts.country = headers:get("x-meridian-country") or ""
facts.user, facts.tier, facts.declared, facts.home = "", "free", "", ""
if app then
  facts.user = tostring(app[data.claims.user] or "")
  facts.tier = tostring(app[data.claims.tier] or "free")
  facts.declared = tostring(app[data.claims.country] or "")
end
-- A home token speaks for its own user only.
if home and (facts.user == "" or facts.user == home["sub"]) then
  facts.user = tostring(home["sub"] or "")
  facts.home = tostring(home["region"] or "")
  if not app then facts.tier = tostring(home["tier"] or "free") end
end
facts.explain = verified["explain"] ~= nil
if facts.user ~= "" then
  headers:add("x-meridian-user", facts.user)
  headers:add("x-meridian-tier", facts.tier)
end
if facts.declared ~= "" then headers:add("x-meridian-declared", facts.declared) end
if facts.home ~= "" then headers:add("x-meridian-home", facts.home) end
headers:add("x-meridian-risk", "low")
