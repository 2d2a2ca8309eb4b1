"""Usage counts for each limit what met it, and no more."""

from typing import Any

import pytest

from meridian.limits.settings import Limits
from meridian.limits.traffic.meets import CHECKED
from meridian.limits.traffic.usage import usage
from tests.limits.policy import LIMITS

SHOP = Limits.model_validate(LIMITS)


def row(feature: str = "chat", action: str = "chat", refused_by: str = "", **other: Any) -> dict[str, Any]:
    usual = {"country": "DE", "tier": "free", "risk": "low", "signed_in": True, "region": "EU", "n": 3}
    return {"feature": feature, "action": action, "refused_by": refused_by, **usual, **other}


def counted(*rows: dict[str, Any]) -> dict[str, tuple[int, int]]:
    found = usage(SHOP, rows, [], [])
    return {each.name: (each.total.requests, each.total.refused) for each in found if each.total.requests}


def test_a_request_that_passes_met_every_limit_of_its_kind() -> None:
    assert counted(row()) == dict.fromkeys(
        ("rapid", "chat", "general", "address", "country", "region"), (3, 0)
    )


@pytest.mark.parametrize(
    ("refused_by", "before"),
    [
        ("rapid", ()),
        ("chat", ("rapid",)),
        ("general", ("rapid", "chat")),
        ("country", ("rapid", "chat", "general", "address")),
        ("region", ("rapid", "chat", "general", "address", "country")),
    ],
)
def test_whoever_is_refused_met_no_limit_behind_that_one(refused_by: str, before: tuple[str, ...]) -> None:
    assert counted(row(refused_by=refused_by)) == {**dict.fromkeys(before, (3, 0)), refused_by: (3, 3)}


def test_an_exact_limit_comes_last_and_a_shield_before_it() -> None:
    edge = dict.fromkeys(("rapid", "money", "address", "country", "region"), (3, 0))
    assert counted(row("wallet", "pay", "pay")) == {**edge, "pay": (3, 3)}
    assert counted(row("wallet", "pay", "region")) == {**edge, "region": (3, 3)}
    assert counted(row("wallet", "pay", "pay-guessing")) == {**edge, "pay-guessing": (3, 3)}


def test_a_check_counts_for_the_limits_of_its_user_and_a_look_for_none() -> None:
    assert counted(row(CHECKED, "chat")) == {"rapid": (3, 0), "chat": (3, 0)}
    assert counted(row(CHECKED, "pay")) == {"rapid": (3, 0), "pay": (3, 0)}
    assert counted(row(CHECKED, "chat", "chat")) == {"rapid": (3, 0), "chat": (3, 3)}
    assert counted(row(CHECKED, ""), row(CHECKED, "gone")) == {}
