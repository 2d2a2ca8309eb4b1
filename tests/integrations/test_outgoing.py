import pytest

from meridian.integrations.outgoing import CUT, Answer, judged


def _judged(status: int, body: str = "", understood: bool = True) -> str:
    return judged(Answer(status, {}, body), lambda answer: understood, None).result


@pytest.mark.parametrize(
    ("status", "result"),
    [
        *((status, "sent") for status in (200, 202, 204)),
        *((status, "refused") for status in (302, 307, 400, 401, 404, 408, 410)),
        *((status, "again") for status in (429, 500, 502, 503, 599)),
    ],
)
def test_only_what_may_get_better_is_tried_again(status: int, result: str) -> None:
    assert _judged(status) == result


def test_an_answer_that_is_not_the_services_own_is_no_success() -> None:
    found = judged(Answer(200, {}, "<html>sign in"), lambda answer: False, None)
    assert (found.result, "not what the service answers" in found.said) == ("again", True)


def test_a_redirect_says_what_to_do() -> None:
    assert "correct the address" in judged(Answer(301, {}, ""), lambda answer: True, None).said


def test_answers_are_kept_as_one_short_line() -> None:
    found = judged(Answer(500, {}, "a\r\n\x1b[31mb\x00" + "c" * 10_000), lambda answer: True, 9.0)
    assert found.wait == 9.0
    assert found.said.isprintable()
    assert found.said.startswith("500 a [31mb ccc")
    assert len(found.said) <= CUT + 5
