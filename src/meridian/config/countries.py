"""Which country a person meant who wrote something that is not an ISO 3166-1 code."""

from collections.abc import Iterable

from meridian.core.suggest import closest, listed
from meridian.geo.countries import countries

_MISTAKEN = {
    "UK": "GB",  # reserved in ISO 3166-1, but not the code
    "EN": "GB",
    "EL": "GR",  # as the European Union writes it
    "SP": "ES",
    "JA": "JP",
    "KO": "KR",
    "DA": "DK",
    "SW": "SE",
    "SU": "RU",
    "YU": "RS",
    "ZR": "CD",
    "TP": "TL",
    "BU": "MM",
    "AN": "CW",
}
"""Codes that people write, withdrawn ones among them -> the code of today."""


def likely_country(written: str) -> str:
    """The code that was most likely meant, from a code in the wrong case, a common mistake or a name; empty if none."""
    known = countries()
    upper = written.strip().upper()
    if upper in known:
        return upper
    if upper in _MISTAKEN:
        return _MISTAKEN[upper]
    if len(upper) <= 2:
        return ""
    by_name = {country.name: code for code, country in known.items()}
    return by_name.get(closest(written.strip(), by_name), "")


def named(codes: Iterable[str], limit: int = 6) -> str:
    """Countries for a sentence: "France, Spain and 12 more"."""
    known = countries()
    return listed([known[code].name if code in known else code for code in codes], limit)
