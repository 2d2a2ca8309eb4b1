"""Every ISO 3166-1 country is in exactly one region."""

from collections.abc import Iterator

from meridian.config.countries import likely_country, named
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.geo.countries import countries


def check(config: Config) -> Iterator[Finding]:
    known = countries()
    placed: dict[str, str] = {}
    for region, codes in config.countries.items():
        for index, code in enumerate(codes):
            path = ("countries", region, index)
            if code not in known:
                yield _unknown(path, code)
            elif code in placed:
                twice = "listed twice" if placed[code] == region else f"also in {placed[code]}"
                yield Finding(path, f"{code} ({known[code].name}) is {twice}", "keep it in one list, once")
            placed.setdefault(code, region)
    if missing := [code for code in known if code not in placed]:
        yield _missing(missing)
    for number, test in enumerate(config.tests):
        for key, given in (
            ("country", test.given.country),
            ("declared_country", test.given.declared_country),
        ):
            if given is not None and given not in known:
                yield _unknown(("tests", number, "given", key), given)


def _unknown(path: tuple[str | int, ...], code: str) -> Finding:
    likely = likely_country(code)
    todo = f"did you mean {likely} ({countries()[likely].name})?" if likely else "remove it, or correct it"
    return Finding(path, f"{code} is not an ISO 3166-1 country", todo)


def _missing(codes: list[str]) -> Finding:
    """Short lists say which countries; a long one names a few, with codes to paste in either case."""
    listed = ", ".join(codes[:20]) + (", …" if len(codes) > 20 else "")
    if len(codes) == 1:
        what = f"{codes[0]} ({named(codes)}) is in no region"
    else:
        what = f"{len(codes)} countries are in no region: {listed} ({named(codes)})"
    return Finding(("countries",), what, "add each to the list of the region that serves it")
