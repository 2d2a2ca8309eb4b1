import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.scenario.custom import CustomChecks
from tests.loadtest.scenario.test_python import OWN


def test_the_functions_are_those_of_the_file() -> None:
    checks = CustomChecks("own.py", OWN, {"swipe": ["has_matches"]}).load()
    assert [(step, [name for name, _ in of]) for step, of in checks.items()] == [("swipe", ["has_matches"])]


def test_a_file_that_does_something_else_this_time_is_said() -> None:
    with pytest.raises(InvalidInput, match=r"own\.py:1: ZeroDivisionError"):
        CustomChecks("own.py", "1 / 0", {}).load()
