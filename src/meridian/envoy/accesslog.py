"""The access log: one JSON line a request, in a file that the agent tails. Raw lines never leave the region."""

from meridian.envoy.snapshot import Json
from meridian.envoy.types import FILE_LOG, extension, typed

PATH = "log/access.log"


def config() -> Json:
    line = {
        "t": "%START_TIME(%s.%3f)%",
        "method": "%REQ(:METHOD)%",
        "feature": "%METADATA(ROUTE:meridian:feature)%",
        "service": "%METADATA(ROUTE:meridian:service)%",
        "action": "%REQ(X-MERIDIAN-ACTION)%",
        "region": "%REQ(X-MERIDIAN-REGION)%",
        "target": "%REQ(X-MERIDIAN-TARGET)%",
        "location": "%RESP(X-MERIDIAN-LOCATION)%",
        "version": "%RESP(X-MERIDIAN-VERSION)%",
        "country": "%REQ(X-MERIDIAN-COUNTRY)%",
        "tier": "%REQ(X-MERIDIAN-TIER)%",
        "risk": "%REQ(X-MERIDIAN-RISK)%",
        "user": "%REQ(X-MERIDIAN-USER)%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "status": "%RESPONSE_CODE%",
        "limit": "%RESP(X-MERIDIAN-LIMIT)%",
        "flags": "%RESPONSE_FLAGS%",
        "ms": "%DURATION%",
        "tries": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
    }
    return extension("file", typed(FILE_LOG, path=PATH, log_format={"json_format": line}))
