"""The country of a client's address, for control and the command line. Edges look it up in Envoy."""

from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from types import TracebackType
from typing import Self

import maxminddb

from meridian.core.errors import MeridianError, Unavailable


def default_database() -> Path:
    """The database that `make setup` puts into the package. Raises MeridianError when it is not there."""
    path = Path(__file__).parent / "data" / "country.mmdb"
    if not path.is_file():
        raise Unavailable(f"the country database {path} is missing", "run `make setup`")
    return path


class CountryLookup:
    """Answers from the database at `path`, which stays mapped into memory. Safe to share between threads.

    Raises MeridianError when there is no such file or it is not a database."""

    def __init__(self, path: Path) -> None:
        try:
            self._reader = maxminddb.open_database(path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise MeridianError(
                f"the country database {path} cannot be read ({error})",
                "run `python -m meridian.geo.build --refresh`",
            ) from error

    def country(self, address: str) -> str:
        """The ISO 3166-1 code of the country, or "" when the address is private, unknown or none.

        Beside ISO's own codes the database uses XK, for Kosovo."""
        parsed = _parse(address)
        return _code(self._reader.get(parsed)) if parsed else ""

    def network(self, address: str) -> str:
        """The network that the answer of `country` is for, e.g. "81.2.64.0/18", or "" where that is ""."""
        parsed = _parse(address)
        if not parsed:
            return ""
        record, length = self._reader.get_with_prefix_len(parsed)
        return str(ip_network(f"{parsed}/{length}", strict=False)) if _code(record) else ""

    @property
    def built(self) -> datetime:
        """When the data was put together by its publisher, in UTC."""
        return datetime.fromtimestamp(self._reader.metadata().build_epoch, UTC)

    def close(self) -> None:
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(parsed, IPv4Address):
        return parsed
    return parsed.ipv4_mapped or IPv6Address(int(parsed))


def _code(record: object) -> str:
    if not isinstance(record, dict):
        return ""
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else None
    return code if isinstance(code, str) else ""
