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
