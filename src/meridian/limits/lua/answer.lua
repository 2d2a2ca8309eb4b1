-- What the answer says about limits: of all that the request met, the one nearest to exhaustion. Each limiter in use added its
-- X-RateLimit-Remaining, in credits, the last one first; a limiter that refused was the last that the request reached.
local headers = handle:headers()
local id = headers:get("x-meridian-plan")
if id then answered(handle, headers, id) end
