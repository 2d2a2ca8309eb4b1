-- Tells an operator who asked for it where the request went and why.
local decided = handle:streamInfo():dynamicMetadata():get("meridian")
if decided and decided["route"] then handle:headers():replace("x-meridian-route", decided["route"]) end
