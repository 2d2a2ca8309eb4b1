
-- Admission: what has to be counted exactly, or is shielded, is asked for beside the edge of the region that serves it.

-- Where a request says which account it tries.
local function account_of(handle, headers, shield)
  if shield.header then return headers:get(shield.header) end
  local fields = handle:streamInfo():dynamicMetadata():get("meridian.fields")
  local account = fields and fields[shield.name]
  return type(account) == "string" and account or nil
end

-- Percent-encoded, so that every character arrives; without what stands before it, so that padding cannot hide it.
local function written_safely(account)
  local text = account:gsub("^[%s%c]+", ""):sub(1, 1024)
  return (text:gsub("[^%w%-%._~@]", function(character) return string.format("%%%02X", character:byte()) end))
end

local function admit(handle, facts, meets)
  local headers = facts.headers
  local shield = limits.shields[meets.action]
  if shield then
    local account = written_safely(account_of(handle, headers, shield) or "")
    if account ~= "" then
      headers:replace("x-meridian-account", account)
    else
      headers:replace("x-meridian-account-missing", "1")
    end
  end
  if facts.target ~= data.here then return end
  headers:replace("x-meridian-client", bare(handle:streamInfo():downstreamRemoteAddress()))
  headers:replace("x-meridian-risk", facts.risk)
  handle:streamInfo():dynamicMetadata():set("meridian", "admit", true)
end

-- A check of an exact limit is answered by the same counters: here, or at the edge of the region that serves the action.
local function forward(handle, facts, meets)
  local headers = facts.headers
  headers:replace("x-meridian-target", meets.target or (facts.region ~= "" and facts.region) or data.here)
  headers:replace("x-meridian-admission", "check")
  handle:clearRouteCache()
end
