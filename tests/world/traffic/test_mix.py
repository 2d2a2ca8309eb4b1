import pytest

from meridian.core.errors import NotFound
from meridian.world.traffic.mix import mix, mixes


def test_every_mix_names_real_endpoints_and_sane_shares() -> None:
    assert sorted(mixes()) == ["chat-heavy", "launch-day", "steady"]
    for found in mixes().values():
        assert sum(action.weight for action in found.actions) > 0
        assert all(0 <= share < 1 for share in (found.travellers, found.anonymous, found.surge))


def test_what_moves_money_carries_a_key_and_may_be_repeated() -> None:
    actions = {action.endpoint.service: action for action in mix("launch-day").actions}
    assert actions["tokens"].keyed
    assert actions["tokens"].repeatable
    assert actions["feed"].repeatable
    assert not actions["swipe"].repeatable


def test_a_misspelt_mix_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean launch-day"):
        mix("launchday")
