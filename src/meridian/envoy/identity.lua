-- Facts about the requester, from the headers that jwt_authn and geoip wrote. A client's own such headers were removed before.
local headers = handle:headers()

-- No control character, which could end a header and begin another, is passed on.
local function told(name)
  local value = headers:get(name)
  if not value then return "" end
  if not value:find("%c") then return value end
  headers:remove(name)
  return ""
end

facts.country = told("x-meridian-country")
facts.user = told("x-meridian-user")
facts.tier = told("x-meridian-tier")
facts.declared = told("x-meridian-declared")
facts.home = told("x-meridian-home")
facts.explain = headers:get("x-meridian-explain") ~= nil
if facts.home ~= "" then
  local app, user = headers:get("x-meridian-app"), told("x-meridian-home-user")
  if not app then
    facts.user, facts.tier = user, told("x-meridian-home-tier")
    headers:replace("x-meridian-user", facts.user)
    headers:replace("x-meridian-tier", facts.tier)
  elseif user ~= facts.user then
    -- A home token speaks for its own user only.
    facts.home = ""
    headers:remove("x-meridian-home")
  end
end
if facts.user == "" then
  facts.tier = "free"
  headers:remove("x-meridian-tier")
elseif facts.tier == "" then
  facts.tier = "free"
  headers:replace("x-meridian-tier", facts.tier)
end
