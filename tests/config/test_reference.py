from meridian.config.model import config_model
from meridian.config.reference import markdown
from meridian.feature import Feature
from meridian.features import features
from tests.config.test_validation import Greeting

PAGE = markdown(config_model(features()))


def test_types_and_defaults_are_in_words() -> None:
    for line in (
        "| `default_region` | name | required | For users whom no other rule places. |",
        "| `interval` | duration | `1s` | Between two checks of one instance. |",
        "| `trusted` | list of address ranges |  | Addresses of proxies in front of the edge.",
        "| `p95` | duration |  | The latency objective, if it has one. |",
        "| `paths` | list of paths | required |",
        "| `country` | country code |  | Of the client's address",
        "| `others` | `allow` or `refuse` | `allow` |",
        "| `{medium: 0.5, high: 0.25, critical: 0.1}` |",
    ):
        assert line in PAGE


def test_sections_inside_mappings_and_lists_have_their_own_tables() -> None:
    for heading in ("## `regions.NAME`", "## `tests[].given`", "## `services.NAME.health`", "## `edge.tls`"):
        assert heading in PAGE


def test_every_setting_has_a_description() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_features_settings_are_in_it() -> None:
    page = markdown(config_model([Feature("greeting", settings=Greeting)]))
    assert "## `greeting`" in page
    assert "| `words` | text | `hello` | What they are told. |" in page
