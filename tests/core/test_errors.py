import pytest

from meridian.core.errors import Conflict, Finding, InvalidInput, MeridianError, Unavailable


def test_an_error_is_a_sentence_of_what_is_wrong_and_what_to_do() -> None:
    assert str(MeridianError("the file is empty", "write one with `meridian init`")) == (
        "the file is empty; write one with `meridian init`"
    )
    assert str(MeridianError("the file is empty")) == "the file is empty"


@pytest.mark.parametrize(("kind", "status"), [(InvalidInput, 422), (Conflict, 409), (Unavailable, 503)])
def test_each_kind_has_its_status(kind: type[MeridianError], status: int) -> None:
    assert kind("x").status == status
    assert kind("x").code == 1


def test_a_finding_reads_like_an_error() -> None:
    assert str(Finding(("a", 0), "wrong", "mend it")) == "wrong; mend it"
    assert str(Finding((), "wrong")) == "wrong"
