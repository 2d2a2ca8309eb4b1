import pytest

from meridian.core.errors import NotFound
from meridian.regions.names import feature_name, region_name
from tests.support.configs import small


def test_an_unknown_name_is_answered_with_the_one_that_was_meant() -> None:
    with pytest.raises(NotFound, match="no region is called 'Eu'; did you mean EU"):
        region_name(small(), "Eu")
    with pytest.raises(NotFound, match="no feature is called 'caht'; did you mean chat"):
        feature_name(small(), "caht")
