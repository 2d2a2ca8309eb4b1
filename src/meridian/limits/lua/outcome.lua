function envoy_on_request(handle)
  local headers = handle:headers()
  local action = headers:get("x-meridian-action")
  if not action or not told.actions[action] then return end
  local metadata = handle:streamInfo():dynamicMetadata()
  if not told.peer then
    local decided = metadata:get("meridian")
    if not decided or not decided.admit then return end
  end
  local attempt = {}
  for _, name in ipairs(told.headers) do attempt[name] = headers:get(name) end
  metadata:set("meridian.attempt", "headers", attempt)
end

function envoy_on_response(handle)
  local tried = handle:streamInfo():dynamicMetadata():get("meridian.attempt")
  if not tried then return end
  local attempt = tried.headers
  attempt[":method"], attempt[":path"], attempt[":authority"] = "POST", "/outcome", "admission"
  attempt["x-meridian-status"] = handle:headers():get(":status")
  handle:httpCall("admission", attempt, "", 1000, true)
end
