import pytest

from meridian.config.document import parse
from meridian.config.loading import InvalidConfig, load
from meridian.config.model import config_model
from meridian.features import features
from meridian.loadtest.settings import LoadTests
from tests.loadtest.scenario.targets import AVALO

MODEL = config_model(features())


def test_a_section_without_anything_allows_this_machine_alone() -> None:
    nothing = LoadTests()
    assert (nothing.targets, nothing.allow, nothing.max_rate, nothing.max_duration) == (
        {},
        (),
        5000.0,
        7200.0,
    )


def test_a_whole_section_is_read() -> None:
    read = LoadTests.model_validate(
        parse(
            b"""
targets:
  staging:
    edges: {EU: "https://eu.staging.example/", US: "http://192.0.2.1:8080"}
    tokens: {key_file: keys/load.pem, key_id: k7}
    ca: ca.pem
    client_address: false
    answers: {location: where}
allow: [10.0.0.0/8, LAB.example, 192.0.2.9]
max_rate: 100
max_duration: 5m
keep: 7d
"""
        ).value
    )
    staging = read.targets["staging"]
    assert staging.edges == {"EU": "https://eu.staging.example", "US": "http://192.0.2.1:8080"}
    assert staging.tokens is not None
    assert staging.tokens.key_id == "k7"
    assert (staging.answers.location, staging.answers.home) == ("where", "home")
    assert read.allow == ("10.0.0.0/8", "lab.example", "192.0.2.9/32")
    assert (read.max_duration, read.keep) == (300.0, 7 * 86400.0)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            "targets: {s: {edges: {EU: eu.example}}}",
            "load_tests.targets.s.edges.EU: eu.example is not an address of the web; "
            "write it with https:// or http:// and its host",
        ),
        (
            'targets: {s: {edges: {EU: "https://eu.example/v1"}}}',
            "load_tests.targets.s.edges.EU: https://eu.example/v1 has more than a host and a port; scenarios name the paths",
        ),
        (
            'targets: {s: {edges: {EU: "https://eu.example:x"}}}',
            "load_tests.targets.s.edges.EU: https://eu.example:x is no address; write for example https://eu.avalo.example",
        ),
        ("targets: {s: {edges: {}}}", "load_tests.targets.s.edges: this is empty; give at least 1"),
        (
            'allow: ["https://x.example"]',
            "load_tests.allow[0]: https://x.example is neither a host nor an address range; "
            "write for example staging.avalo.example or 10.1.0.0/16",
        ),
        (
            "allow: [10.1.2.3/16]",
            "load_tests.allow[0]: 10.1.2.3/16 is neither a host nor an address range; "
            "write for example staging.avalo.example or 10.1.0.0/16",
        ),
        ("max_rate: 0", "load_tests.max_rate: 0 is too small; write more than 0"),
        (
            'targets: {s: {edges: {EU: "http://x"}, answers: {location: home}}}',
            "load_tests.targets.s.answers: two of them are said to be in `home`; name a field for each",
        ),
        (
            'targets: {s: {edges: {EU: "http://x"}, tokens: {key_file: ".."}}}',
            "load_tests.targets.s.tokens: `key_file` names no file; write the path of a PEM file",
        ),
    ],
)
def test_what_is_wrong_is_said(section: str, message: str) -> None:
    text = AVALO.read_text() + f"\nload_tests:\n  {section}\n"
    with pytest.raises(InvalidConfig) as caught:
        load(text, MODEL)
    told = [
        str(problem).split(": ", 1)[1] for problem in caught.value.problems if "load_tests" in str(problem)
    ]
    assert told == [message]
