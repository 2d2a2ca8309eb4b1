import pytest

from meridian.config.loading import InvalidConfig
from meridian.config.validation import validate
from meridian.features import features
from tests.config.shop import changed


def messages(*replacements: tuple[str, str]) -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        validate(changed(*replacements), features())
    return [f"{problem.path}: {problem.what}" for problem in caught.value.problems]


def test_a_misspelt_key_does_not_hide_a_wrong_reference() -> None:
    assert messages(
        ("residency: america}", "residency: america, priorty: 2}"),
        ("default_region: EU", "default_region: EUU"),
    ) == [
        "regions.US.priorty: there is no such setting",
        "default_region: there is no region EUU",
    ]


def test_findings_after_an_item_that_was_left_out_keep_their_place() -> None:
    """AF stands third in the list as written, second in what is left of it."""
    found = messages(("  EU: [AD, AE, AF,", "  EU: [AD, ae, AF,"), ("  US: [", "  US: [AF, "))
    assert found == [
        "countries.EU[1]: ae is not a country code of two capital letters",
        "countries.US[0]: AF (Afghanistan) is also in EU",
    ]
    found = messages(("  EU: [AD, AE, AF,", "  EU: [AD, ae, AF, AF,"))
    assert found == [
        "countries.EU[1]: ae is not a country code of two capital letters",
        "countries.EU[3]: AF (Afghanistan) is listed twice",
    ]


def test_places_stay_true_over_several_rounds() -> None:
    tests = "tests:\n  - 5\n  - {name: x, given: {feature: chat, country: ee}, expect: {}}\n"
    tests += "  - {name: y, given: {feature: chat}, expect: {region: XX}}\n"
    found = messages(("countries:\n", f"{tests}countries:\n"))
    assert [one.split(":")[0] for one in found] == [
        "tests[0]",
        "tests[1].given.country",
        "tests[2].expect.region",
    ]


def test_what_was_left_out_is_not_missed_elsewhere() -> None:
    """Without region US, its countries and its location would seem to lead nowhere."""
    found = messages(("  US: {locations: [iowa], residency: america}", "  US: {locations: [iowa]}"))
    assert found == ["regions.US.residency: this setting is missing"]


def test_a_setting_that_was_left_out_is_not_blamed_on_its_neighbours() -> None:
    found = messages(("route: pinned, region: EU", "route: pined, region: EU"))
    assert found == ["features.wallet.route: pined is not one of home, pinned, nearest, optimal"]


def test_a_wrong_number_does_not_excuse_its_neighbours() -> None:
    found = messages(("service: web}", "service: web, retries: 9, failover: any}"))
    assert [one.split(":")[0] for one in found] == ["features.chat.retries", "features.chat.failover"]
