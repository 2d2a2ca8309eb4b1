-- Facts about the requester, from the headers that jwt_authn and geoip wrote. A client's own such headers were removed before.
-- `data.here` is the region whose edge this is.

-- No control character, which could end a header and begin another, is passed on.
local function told(headers, name)
  local value = headers:get(name)
  if not value then return "" end
  if not value:find("%c") then return value end
  headers:remove(name)
  return ""
end

-- For each request:
local headers = handle:headers()
facts.headers = headers
facts.country = headers:get("x-meridian-country") or ""
facts.user = told(headers, "x-meridian-user")
facts.declared = told(headers, "x-meridian-declared")
facts.home = told(headers, "x-meridian-home")
local tier = told(headers, "x-meridian-tier")
if facts.home ~= "" then
  local app, user = headers:get("x-meridian-app"), told(headers, "x-meridian-home-user")
  if not app then
    facts.user, tier = user, told(headers, "x-meridian-home-tier")
    headers:replace("x-meridian-user", user)
    headers:replace("x-meridian-tier", tier)
  elseif user ~= facts.user then
    -- A home token speaks for its own user only.
    facts.home = ""
    headers:remove("x-meridian-home")
  end
end
if facts.user == "" then
  if tier ~= "" then headers:remove("x-meridian-tier") end
elseif tier == "" then
  headers:replace("x-meridian-tier", "free")
else
  facts.tier = tier
end
