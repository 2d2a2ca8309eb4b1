"""Targets out of a configuration: whose users are whose, what their requests may reach, and the edges that `load_tests` names."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ConfigDict

from meridian.config.loading import load
from meridian.config.schema.root import Config
from meridian.core.errors import InvalidInput, NotFound
from meridian.core.suggest import did_you_mean
from meridian.loadtest.plan import Origin
from meridian.loadtest.scenario.signer import Signer
from meridian.loadtest.scenario.target import Target
from meridian.loadtest.settings import LOCAL, LoadTarget, LoadTests


def known(config: Config, name: str, origins: Mapping[str, str], *, ca: str = "") -> Target:
    """A target whose edges (region -> URL) the caller knows, such as a local world. Users are not signed in and nothing can be
    broken, until the caller replaces `sign` and `faults`."""
    return Target(
        name=name,
        origins=[_origin(region, url, ca) for region, url in origins.items()],
        region_of={code: region for region, codes in config.countries.items() for code in codes},
        default_region=config.default_region,
        services={path: feature.service for feature in config.features.values() for path in feature.paths},
        residency=residency(config),
        client_header=config.edge.client_address.header,
    )


def configured(config: Config, name: str, folder: Path) -> Target:
    """The target that `load_tests.targets` calls `name`. folder: of the configuration file, for paths in it.

    Raises NotFound with the nearest name there is, or InvalidInput when its key cannot be read."""
    targets = config.section(LoadTests).targets
    if name not in targets:
        raise NotFound(f"there is no target {name}", did_you_mean(name, [LOCAL, *targets]))
    there = targets[name]
    ca = str(folder / there.ca) if there.ca else ""
    found = known(config, name, there.edges, ca=ca)
    return Target(
        name=name,
        origins=found.origins,
        region_of=found.region_of,
        default_region=found.default_region,
        services=found.services,
        residency=found.residency,
        sign=_signer(config, there, folder),
        client_header=found.client_header if there.client_address else "",
        answers=there.answers,
        production=there.production,
    )


class _Part(Config):
    """What a load test needs of a configuration. Other features' sections are theirs to check."""

    model_config = ConfigDict(extra="ignore")
    load_tests: LoadTests = LoadTests()


def in_file(path: Path) -> Config:
    """A configuration file, as far as load tests are concerned. Raises InvalidInput with everything that is wrong there."""
    return load(path, _Part).config


def residency(config: Config) -> dict[str, dict[str, frozenset[str]]]:
    """Path prefix -> region of the user -> locations that may answer. A path that is open has none.

    Worked out anew from the configuration, not with the compiler: what checks it must not share its mistakes."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for feature in config.features.values():
        allowed = {} if feature.residency == "open" else _bound(config, feature.residency)
        found |= dict.fromkeys(feature.paths, allowed)
    return found


def _bound(config: Config, rule: str) -> dict[str, frozenset[str]]:
    return {
        region: frozenset(config.residency[there.residency if rule == "home" else rule].locations)
        for region, there in config.regions.items()
    }


def _origin(region: str, url: str, ca: str) -> Origin:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    host = parts.hostname or ""
    return Origin(region, host, parts.port or (443 if tls else 80), parts.netloc, tls=tls, ca=ca)


def _signer(config: Config, there: LoadTarget, folder: Path) -> Signer | None:
    if there.tokens is None:
        return None
    path = folder / there.tokens.key_file
    try:
        pem = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InvalidInput(f"{path} can't be read: {reason}", "check `key_file` of the target") from None
    identity = config.identity
    claims = {"user": identity.claims.user, "tier": identity.claims.tier, "country": identity.claims.country}
    signer = Signer(pem, there.tokens.key_id, identity.issuer, identity.audience, claims)
    signer.require_key()
    return signer
