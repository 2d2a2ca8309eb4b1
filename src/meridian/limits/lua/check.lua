
-- A new generation of counters, of the user alone or of the client alone.
local function reset(headers, user, client)
  if not limits.resets_matter then return end
  local own, theirs = limits.resets[user], client and limits.resets[client]
  if own then headers:add("x-meridian-user-reset", own) end
  if theirs then headers:add("x-meridian-client-reset", theirs) end
end

-- The check API, native: what a request asks about stands in its body; what it pays is what such a request would pay.

-- Sixteen-bit groups of an IPv6 address, or nil.
local function groups(text)
  local head, tail = text, nil
  local at = text:find("::", 1, true)
  if at then head, tail = text:sub(1, at - 1), text:sub(at + 2) end
  local function read(part)
    local found = {}
    if part == "" then return found end
    for piece in (part .. ":"):gmatch("([^:]*):") do
      local a, b, c, d = piece:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
      if a then
        table.insert(found, a * 256 + b)
        table.insert(found, c * 256 + d)
      elseif piece:match("^%x%x?%x?%x?$") then
        table.insert(found, tonumber(piece, 16))
      else
        return nil
      end
    end
    return found
  end
  local first, last = read(head), read(tail or "")
  if not first or not last or (not tail and #first ~= 8) or #first + #last > 8 then return nil end
  while #first + #last < 8 do table.insert(first, 0) end
  for _, group in ipairs(last) do table.insert(first, group) end
  return first
end

-- As people and Envoy write it (RFC 5952): lower case, the longest run of zeros as "::".
local function written(all)
  local best, length = 0, 1
  local at = 1
  while at <= 8 do
    local stop = at
    while stop <= 8 and all[stop] == 0 do stop = stop + 1 end
    if stop - at > length then best, length = at, stop - at end
    at = max(stop, at + 1)
  end
  local parts = {}
  for place = 1, 8 do parts[place] = string.format("%x", all[place]) end
  if best == 0 then return table.concat(parts, ":") end
  return table.concat(parts, ":", 1, best - 1) .. "::" .. table.concat(parts, ":", best + length, 8)
end

-- The address or prefix that is counted as one client, in Envoy's writing of it, or nil where it is no address.
local function masked(address)
  local a, b, c, d = address:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if a then
    if max(a, b, c, d) > 255 then return nil end
    return string.format("%d.%d.%d.%d/32", a, b, c, d)
  end
  local all = groups(address)
  if not all then return nil end
  if all[6] == 65535 and all[1] + all[2] + all[3] + all[4] + all[5] == 0 then -- an IPv4 address that a proxy wrote as IPv6
    return string.format("%d.%d.%d.%d/32", floor(all[7] / 256), all[7] % 256, floor(all[8] / 256), all[8] % 256)
  end
  local left = limits.ipv6_prefix
  for place = 1, 8 do
    local bits = min(16, max(0, left))
    local unit = 2 ^ (16 - bits)
    all[place] = floor(all[place] / unit) * unit
    left = left - 16
  end
  return written(all) .. "/" .. limits.ipv6_prefix
end

local function respond(handle, status, kind, title, detail)
  local body = '{"type":"/docs/problems#' .. kind .. '","title":"' .. title .. '","status":' .. status .. ',"detail":"' .. detail .. '"}'
  handle:respond({[":status"] = tostring(status), ["content-type"] = "application/problem+json"}, body)
end

local function refuse(handle, detail)
  respond(handle, 400, "bad-check", "The check cannot be understood", detail)
end

local TEXTS = {"action", "user", "tier", "risk", "ip", "country", "region", "only"}

-- What is asked with every text there, or why it cannot be understood.
local function understood(asked)
  local found = {hits = asked.hits or 1, dry = asked.dry_run == true}
  for _, name in ipairs(TEXTS) do
    local value = asked[name]
    if value == nil then value = "" end
    if type(value) ~= "string" then return nil, name .. " is a text." end
    found[name] = value
  end
  local hits = found.hits
  if type(hits) ~= "number" or hits < 1 or hits > 1e6 or hits % 1 ~= 0 then
    return nil, "hits is a whole number from 1 to 1,000,000."
  end
  if asked.dry_run ~= nil and type(asked.dry_run) ~= "boolean" then return nil, "dry_run is true or false." end
  if found.user:find("%c") or #found.user > 256 then return nil, "user is too long, or no plain text." end
  if found.action ~= "" and not limits.actions[found.action] then
    return nil, "There is no such action; see `meridian limits show`."
  end
  if found.risk ~= "" and not limits.risks[found.risk] then return nil, "risk is low, medium, high or critical." end
  if found.country ~= "" and not found.country:find("^%u%u$") then return nil, "country is a code such as DE." end
  if found.region ~= "" and not data.regions[found.region] then return nil, "There is no such region." end
  if found.only ~= "" and not limits.order[found.only] then
    return nil, "only is one of burst, user, client, address, country and region."
  end
  if found.ip ~= "" then
    found.ip = masked(found.ip)
    if not found.ip then return nil, "ip is not an IP address." end
  end
  if found.user .. found.ip .. found.country .. found.region == "" then
    return nil, "Name at least one of user, ip, country and region."
  end
  return found
end

local function unknown(handle)
  respond(handle, 401, "invalid-token", "The token is not valid",
    "Send a token for the audience meridian-check in the header meridian-check.")
end

local function check(handle)
  local headers = handle:headers()
  local facts = {headers = headers}
  local asked = handle:streamInfo():dynamicMetadata():get("meridian.asked")
  if not asked then
    return refuse(handle, "Send a JSON object with action, user, ip, country or region, as application/json.")
  end
  local wanted, mistake = understood(asked)
  if not wanted then return refuse(handle, mistake) end
  local action, user, only, address = wanted.action, wanted.user, wanted.only, wanted.ip
  local hits, dry = wanted.hits, wanted.dry
  local meets = action == "" and limits.nothing or limits.actions[action]
  facts.country, facts.region = wanted.country, wanted.region
  local counted = {burst = user, user = user, client = action ~= "" and address or "", address = address,
    country = facts.country, region = facts.region}
  local function set(name, value)
    headers:remove(name)
    if value ~= "" then headers:add(name, value) end
  end
  set("x-meridian-user", user)
  set("x-meridian-country", facts.country)
  set("x-meridian-region", facts.region)
  set("x-meridian-asked", address)
  set("x-meridian-action", dry and "" or action) -- what only looks is no traffic
  local tier = user ~= "" and (wanted.tier ~= "" and wanted.tier or "free") or ""
  local plan = plan_of(meets, tier, wanted.risk ~= "" and wanted.risk or "low", facts, chosen(user, address))
  local looked = {}
  for place, limit in ipairs(plan.told) do
    local key = limits.keys[place]
    if limit and counted[key] ~= "" and (only == "" or only == key) then
      if hits > limit.burst then return refuse(handle, "hits is more than " .. limit.name .. " allows at once.") end
      if hits * limit.price > CREDITS then
        return refuse(handle, "hits is more than this edge's part of " .. limit.name .. " allows at once; ask for fewer at a time.")
      end
      headers:add("x-meridian-" .. key .. "-slot" .. ((key == "client" or key == "address") and "-asked" or ""), limit.slot)
      headers:add("x-meridian-" .. key .. "-price", string.format("%d", dry and 1 or limit.price * hits))
      looked[place] = "1"
    else
      looked[place] = "0"
    end
  end
  reset(headers, user, address)
  local exact = meets.exact and (only == "" or only == "user") and user .. address ~= ""
  headers:replace("x-meridian-plan", "check " .. table.concat(looked) .. (dry and "d" or "-") .. (exact and "x" or "-") .. hits
    .. " " .. plan.id)
  if exact then forward(handle, facts, meets) end
end

-- What admission answered, with the limits at the edge that come before its own.
local function joined(handle, headers, parts)
  if headers:get(":status") ~= "200" or #parts == 0 then return end
  local body = handle:body(true)
  local text = body:getBytes(0, body:length())
  local separator = text:find('"limits": *%[ *%]') and "" or ","
  body:setBytes((text:gsub('("limits": *%[)', "%1" .. table.concat(parts, ","):gsub("%%", "%%%%") .. separator, 1)))
end

-- The answer of a check, in place of what the gateway would have answered.
local function checked(handle, headers, all, refused, asked)
  local looked, dry, exact, hits = asked:match("^([01]*)([d-])([x-])(%d+) ")
  hits = tonumber(hits)
  local parts, allowed, by, wait = {}, true, nil, 0
  for _, state in ipairs(all) do
    local limit = state.limit
    if looked:sub(place_of(limit.key), place_of(limit.key)) == "1" then
      table.insert(parts, 1, '{"name":"' .. limit.name .. '","key":"' .. limit.key .. '","quota":' .. limit.burst .. ',"window":'
        .. limit.window .. ',"remaining":' .. state.left .. ',"reset":' .. until_there(limit, state.credits, CREDITS) .. "}")
      if state.left < hits and (dry == "d" or limit.key == refused) then
        allowed, by, wait = false, limit.name, max(1, until_there(limit, state.credits, limit.price * hits))
      end
    end
  end
  headers:remove("x-meridian-refused")
  if exact == "x" and allowed then return joined(handle, headers, parts) end
  headers:remove("retry-after")
  headers:replace(":status", "200")
  headers:replace("content-type", "application/json")
  local body = '{"allowed":' .. tostring(allowed)
  if by then
    headers:replace("x-meridian-limit", by)
    body = body .. ',"refused_by":"' .. by .. '","retry_after":' .. wait
  end
  handle:body(true):setBytes(body .. ',"limits":[' .. table.concat(parts, ",") .. "]}\n")
end
