-- Only jwt_authn sets this header, and only for the check API: nothing else about such a request has to be decided.
if handle:headers():get("x-meridian-checker") then return check(handle) end
