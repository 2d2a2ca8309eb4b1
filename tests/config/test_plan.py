from collections.abc import Iterator

from meridian.config.change import Change
from meridian.config.loading import load
from meridian.config.model import config_model
from meridian.config.plan import changes
from meridian.config.schema.root import Config
from meridian.feature import Feature
from tests.config.shop import SHOP, changed, config
from tests.config.test_validation import Greeting

BEFORE = config()


def test_the_same_configuration_changes_nothing() -> None:
    assert changes(BEFORE, config()) == []


def test_another_way_of_writing_the_same_changes_nothing() -> None:
    assert (
        changes(
            BEFORE, config(("residency: europe}\n", "residency: europe, failover: [holland], priority: 0}\n"))
        )
        == []
    )


def test_a_country_that_moves_says_whom_it_affects() -> None:
    assert changes(BEFORE, config((" FR,", ""), ("  US: [", "  US: [FR, "))) == [
        Change("countries", "FR", "EU", "US", "users with addresses in France")
    ]


def test_a_features_changes_are_said_setting_by_setting() -> None:
    after = config(
        ("chat: {paths: [/chat], service: web}", "chat: {paths: [/chat, /c], service: web, p95: 350ms}")
    )
    assert changes(BEFORE, after) == [
        Change("features", "chat.paths", "[/chat]", "[/chat, /c]", "every user of chat"),
        Change("features", "chat.p95", "", "350ms", "every user of chat"),
    ]


def test_a_feature_that_comes_or_goes_is_one_change() -> None:
    after = config(("features:\n", "features:\n  call: {paths: [/call], service: web}\n"))
    added = Change("features", "call", "", "service web, paths [/call]", "requests to /call")
    assert changes(BEFORE, after) == [added]
    assert changes(after, BEFORE) == [Change("features", "call", added.after, "", "requests to /call")]


def test_a_failover_edge_that_comes_or_goes_names_its_two_ends() -> None:
    after = config(
        ("[belgium, holland], residency: europe}\n", "[belgium, holland], residency: europe, failover: []}\n")
    )
    [change] = changes(BEFORE, after)
    assert (change.area, change.subject, change.before, change.after) == (
        "failover",
        "EU: belgium -> holland",
        "tried",
        "",
    )
    assert change.affects.startswith("users of EU (Andorra,")


def test_turning_a_region_round_changes_its_edge_and_its_home() -> None:
    after = config(("EU: {locations: [belgium, holland]", "EU: {locations: [holland, belgium]"))
    assert [(change.area, change.subject) for change in changes(BEFORE, after)] == [
        ("failover", "EU: belgium -> holland"),
        ("failover", "EU: holland -> belgium"),
        ("regions", "regions.EU.locations"),
    ]


def test_other_settings_are_compared_one_by_one() -> None:
    after = config(
        ("audience: shop", "audience: shops"),
        ("  web: {}", "  web: {timeout: 20s}\n  jobs: {}"),
        (
            "countries:\n",
            "edge: {tls: {certificate: c.pem, key: k.pem}}\nhealth: {interval: 500ms}\ncountries:\n",
        ),
    )
    assert [
        (change.subject, change.before, change.after, change.affects) for change in changes(BEFORE, after)
    ] == [
        ("identity.audience", "shop", "shops", "every user who is signed in"),
        ("edge.tls.certificate", "", "c.pem", "every edge"),
        ("edge.tls.key", "", "k.pem", "every edge"),
        ("health.interval", "1s", "500ms", "every service without a health check of its own"),
        ("services.web.timeout", "15s", "20s", "every user of chat, wallet"),
        ("services.jobs", "", "with defaults", "nobody: no feature uses it"),
    ]


def test_a_promise_that_changes_is_a_change_for_nobody() -> None:
    after = config(
        ("countries:\n", "tests:\n  - {name: x, given: {feature: chat}, expect: {status: 200}}\ncountries:\n")
    )
    assert [(change.area, change.subject, change.affects) for change in changes(BEFORE, after)] == [
        ("tests", "x", "nobody: it is a promise")
    ]


def test_a_features_own_words_replace_the_generic_ones() -> None:
    def own(before: Config, after: Config) -> Iterator[Change]:
        old, new = before.section(Greeting).words, after.section(Greeting).words
        if old != new:
            yield Change("greeting", "greeting.words", old, new, "everyone who is greeted")

    model = config_model([Feature("greeting", settings=Greeting)])
    before = load(SHOP, model).config
    after = load(SHOP + "greeting: {words: hi}\n", model).config
    spoken = Change("greeting", "greeting.words", "hello", "hi", "everyone who is greeted")
    assert changes(before, after, [Feature("greeting", settings=Greeting, changes=own)]) == [spoken]
    assert changes(before, after) == [Change("greeting", "greeting.words", "hello", "hi", "")]


def test_every_line_of_text_that_differs_in_meaning_is_said() -> None:
    """Each setting that can be added to the shop makes a change."""
    for section in (
        "edge: {drain: 6s}",
        "edge: {client_address: {others: refuse}}",
        "identity: {issuer: https://other.example, audience: shop}",
        "routing: {margin: 30ms}",
        "default_region: US",
    ):
        key = section.partition(":")[0]
        kept = "\n".join(line for line in SHOP.splitlines() if not line.startswith(f"{key}:"))
        after = load(f"{kept}\n{section}\n", type(BEFORE)).config
        assert len(changes(BEFORE, after)) == 1, section
    assert changed() == SHOP
