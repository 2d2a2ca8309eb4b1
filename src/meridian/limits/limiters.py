"""The six Envoy limiters, one for each key, in the order of `applies.ORDER`. Their bytes hardly ever change (see `pricing`).

Of several buckets in one limiter Envoy tells the state of only one; one bucket in each is what lets a client be told of the limit
nearest to exhaustion.
"""

from collections.abc import Iterator

from meridian.envoy.contribution import Filter, Slot
from meridian.envoy.snapshot import Json
from meridian.envoy.types import LOCAL_RATELIMIT, typed
from meridian.limits.applies import ORDER
from meridian.limits.pricing import CREDITS, WIDE, at_edge, slots
from meridian.limits.settings import Key, Limits

UNLIMITED = {"max_tokens": 4_000_000_000, "tokens_per_fill": 4_000_000_000, "fill_interval": "1s"}
"""What a request draws from that meets no limit of the key. Envoy insists on such a bucket."""
REFUSED_BY = "x-meridian-refused"
"""Response header in which a limiter tells the stamp which key refused."""
PLAN = "x-meridian-plan"
"""Which limits a request meets, for the stamp to know when the answer comes; so it stays with the request."""
RESETS: dict[Key, str] = {
    "burst": "x-meridian-user-reset",
    "user": "x-meridian-user-reset",
    "client": "x-meridian-client-reset",
    "address": "x-meridian-client-reset",
}
"""Key -> the header with the generation of the user's or the client's counters."""
ASKED = "x-meridian-asked"
"""For the check API: the address that is asked about, in Envoy's own writing of it, instead of the one that asks."""
ADDRESS = "masked_remote_address"
"""Envoy's own name for the masked address in a descriptor."""
COUNTED: dict[Key, str] = {
    "burst": "x-meridian-user",
    "user": "x-meridian-user",
    "country": "x-meridian-country",
    "region": "x-meridian-region",
}
"""Key -> the header that says who is counted. A client's address is what Envoy knows of the connection."""


def slot_header(key: Key) -> str:
    return f"x-meridian-{key}-slot"


def price_header(key: Key) -> str:
    return f"x-meridian-{key}-price"


INTERNAL = (
    *sorted(set(RESETS.values())),
    ASKED,
    *(f"{slot_header(key)}-asked" for key in ("client", "address")),
    *(name(key) for key in ORDER for name in (slot_header, price_header)),
)
"""Headers between the stamp and the limiters; removed before a request leaves the edge."""


def limiters(limits: Limits) -> Iterator[Filter]:
    for key in ORDER:
        place = Slot.WIDE if key in WIDE else Slot.NARROW
        yield Filter(place, f"limit-{key}", _limiter(limits, key), volatile=True)


def _limiter(limits: Limits, key: Key) -> Json:
    always = {"default_value": {"numerator": 100}}
    return typed(
        LOCAL_RATELIMIT,
        stat_prefix=f"limit_{key}",
        token_bucket=UNLIMITED,
        filter_enabled=always if at_edge(limits, key) else {"default_value": {"numerator": 0}},
        filter_enforced=always,
        always_consume_default_token_bucket=False,
        max_dynamic_descriptors=limits.expected_users,
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
        response_headers_to_add=[{"header": {"key": REFUSED_BY, "value": key}}],
        rate_limits=_counted(limits, key),
        descriptors=[descriptor for slot in slots(limits, key).names() for descriptor in _buckets(key, slot)],
    )


def _counted(limits: Limits, key: Key) -> list[Json]:
    """What a request draws from, and how much."""
    if header := COUNTED.get(key):
        return [_charged(key, slot_header(key), _header(header, "who"))]
    own = {ADDRESS: {"v4_prefix_mask_len": 32, "v6_prefix_mask_len": limits.ipv6_prefix}}
    asked = f"{slot_header(key)}-asked"
    return [_charged(key, slot_header(key), own), _charged(key, asked, _header(ASKED, ADDRESS))]


def _charged(key: Key, slot: str, counted: Json) -> Json:
    actions = [_header(slot, "slot"), counted]
    if key in RESETS:
        actions.append(_header(RESETS[key], "reset", skip_if_absent=True))
    return {"actions": actions, "hits_addend": {"format": f"%REQ({price_header(key).upper()})%"}}


def _buckets(key: Key, slot: str) -> Iterator[Json]:
    fill = int(slot.partition("/")[0])
    bucket = {"max_tokens": CREDITS, "tokens_per_fill": CREDITS, "fill_interval": f"{fill / 1000:g}s"}
    entries: list[Json] = [
        {"key": "slot", "value": slot},
        {"key": "who" if key in COUNTED else ADDRESS},
    ]
    yield {"entries": entries, "token_bucket": bucket}
    if key in RESETS:
        yield {"entries": [*entries, {"key": "reset"}], "token_bucket": bucket}


def _header(name: str, key: str, **more: bool) -> Json:
    return {"request_headers": {"header_name": name, "descriptor_key": key, **more}}
