import pytest

from meridian.core.errors import MeridianError
from meridian.features import EXTRA, FEATURES, features


@pytest.fixture(autouse=True)
def fresh() -> None:
    features.cache_clear()


def test_every_registered_module_holds_a_feature_of_its_own_name() -> None:
    names = [feature.name for feature in features()]
    assert len(names) == len(set(names)) == len(FEATURES)


def test_one_more_feature_is_one_more_name_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXTRA, " tests.sample_feature.feature , ")
    assert features()[-1].name == "greeting"


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("no.such.module", "cannot be loaded"),
        ("json", "cannot be loaded"),
        ("tests.support.not_a_feature", "is not a Feature"),
    ],
)
def test_what_is_no_feature_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, module: str, says: str
) -> None:
    monkeypatch.setenv(EXTRA, module)
    with pytest.raises(MeridianError, match=says):
        features()


@pytest.mark.parametrize(
    ("modules", "says"),
    [
        (
            "tests.sample_feature.feature,tests.sample_feature.feature",
            "sample_feature.feature is named twice",
        ),
        ("tests.sample_feature.feature,tests.support.greeting_too", "are both called greeting"),
        ("tests.support.takes_a_setting", "is called regions, which is a setting of Meridian's own"),
    ],
)
def test_a_name_that_is_taken_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, modules: str, says: str
) -> None:
    monkeypatch.setenv(EXTRA, modules)
    with pytest.raises(MeridianError, match=says):
        features()
