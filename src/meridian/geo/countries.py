"""The 249 countries and territories of ISO 3166-1: the keys of every country table in a configuration.

They are data (`countries.csv`), written down for this project. Names are those of everyday English, not the
standard's formal ones ("Bolivia", not "Bolivia (Plurinational State of)").
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Country:
    """code: ISO 3166-1 alpha-2, upper case. continent: AF, AN, AS, EU, NA, OC or SA; Russia and Cyprus count
    as EU, Türkiye and the Caucasus as AS. latitude, longitude: degrees north and east of roughly its middle,
    good enough for a map or a rough distance."""

    code: str
    name: str
    continent: str
    latitude: float
    longitude: float


@cache
def countries() -> Mapping[str, Country]:
    """All countries by code, in order of code. Read once, at the first call."""
    with files("meridian.geo").joinpath("countries.csv").open(encoding="utf-8") as file:
        found = {row["code"]: _country(row) for row in csv.DictReader(file)}
    return MappingProxyType(found)


def _country(row: Mapping[str, str]) -> Country:
    return Country(
        row["code"], row["name"], row["continent"], float(row["latitude"]), float(row["longitude"])
    )
