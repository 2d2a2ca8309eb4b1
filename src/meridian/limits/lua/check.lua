
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

local function told(asked, name, default)
  local value = asked[name]
  return type(value) == "string" and value ~= "" and value or default
end

local function check(handle, facts)
  local headers = facts.headers
  if not headers:get("x-meridian-checker") then
    return respond(handle, 401, "invalid-token", "The token is not valid",
      "Send a token for the audience meridian-check in the header meridian-check.")
  end
  local asked = handle:streamInfo():dynamicMetadata():get("meridian.asked")
  if not asked then
    return refuse(handle, "Send a JSON object with action, user, ip, country or region, as application/json.")
  end
  local action, user, only = told(asked, "action", ""), told(asked, "user", ""), told(asked, "only", "")
  local meets = limits.nothing
  if action ~= "" then meets = limits.actions[action] end
  if not meets then return refuse(handle, "There is no such action; see `meridian limits show`.") end
  if user:find("%c") or #user > 256 then return refuse(handle, "user is too long, or no plain text.") end
  local hits = asked.hits or 1
  if type(hits) ~= "number" or hits < 1 or hits > 1e6 or hits % 1 ~= 0 then
    return refuse(handle, "hits is a whole number from 1 to 1,000,000.")
  end
  facts.region = told(asked, "region", "")
  if meets.exact then return forward(handle, facts, meets) end
  local address = told(asked, "ip", "")
  if address ~= "" then
    address = masked(address)
    if not address then return refuse(handle, "ip is not an IP address.") end
  end
  facts.country = told(asked, "country", "")
  if user .. address .. facts.country .. facts.region == "" then
    return refuse(handle, "Name at least one of user, ip, country and region.")
  end
  local dry = asked.dry_run == true
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
  local tier = user ~= "" and told(asked, "tier", "free") or ""
  local plan = plan_of(meets, tier, told(asked, "risk", "low"), facts, chosen(user, address))
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
  local generation = limits.resets[user] or limits.resets[address]
  if generation then headers:add("x-meridian-reset", generation) end
  headers:replace("x-meridian-plan", "check " .. table.concat(looked) .. (dry and "d" or "-") .. hits .. " " .. plan.id)
end

-- The answer of a check, in place of what the gateway would have answered.
local function checked(handle, headers, all, refused, asked)
  local looked, dry, hits = asked:match("^([01]*)([d-])(%d+) ")
  hits = tonumber(hits)
  local parts, allowed, by, wait = {}, true, nil, 0
  for _, state in ipairs(all) do
    local limit = state.limit
    if looked:sub(place_of(limit.key), place_of(limit.key)) == "1" then
      table.insert(parts, 1, '{"name":"' .. limit.name .. '","key":"' .. limit.key .. '","quota":' .. limit.rate .. ',"window":'
        .. ceil(limit.window) .. ',"remaining":' .. state.left .. ',"reset":' .. until_there(limit, state.credits, CREDITS) .. "}")
      if state.left < hits and (dry == "d" or limit.key == refused) then
        allowed, by, wait = false, limit.name, max(1, until_there(limit, state.credits, limit.price * hits))
      end
    end
  end
  headers:remove("x-meridian-refused")
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
