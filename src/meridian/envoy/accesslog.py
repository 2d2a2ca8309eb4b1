"""The access log: one JSON line a request, in a file that the agent tails. Raw lines never leave the region.

`alike` is what very many requests have in common, so that the agent reads it once for all of them (see `lines`).
"""

from meridian.envoy.snapshot import Json
from meridian.envoy.types import FILE_LOG, extension, typed

PATH = "log/access.log"


def config() -> Json:
    alike = {
        "feature": "%METADATA(ROUTE:meridian:feature)%",
        "service": "%METADATA(ROUTE:meridian:service)%",
        "action": "%REQ(X-MERIDIAN-ACTION)%",
        "region": "%REQ(X-MERIDIAN-REGION)%",
        "location": "%RESP(X-MERIDIAN-LOCATION)%",
        "version": "%RESP(X-MERIDIAN-VERSION)%",
        "country": "%REQ(X-MERIDIAN-COUNTRY)%",
        "tier": "%REQ(X-MERIDIAN-TIER)%",
        "risk": "%REQ(X-MERIDIAN-RISK)%",
        "limit": "%RESP(X-MERIDIAN-LIMIT)%",
        "status": "%RESPONSE_CODE%",
    }
    line = {
        "t": "%START_TIME(%s.%3f)%",
        "alike": alike,
        "method": "%REQ(:METHOD)%",
        "target": "%REQ(X-MERIDIAN-TARGET)%",
        "user": "%REQ(X-MERIDIAN-USER)%",
        "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "flags": "%RESPONSE_FLAGS%",
        "ms": "%DURATION%",
        "tries": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "bytes_in": "%BYTES_RECEIVED%",
        "bytes_out": "%BYTES_SENT%",
    }
    return extension("file", typed(FILE_LOG, path=PATH, log_format={"json_format": line}))
