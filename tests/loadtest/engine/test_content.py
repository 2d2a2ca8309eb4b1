import pytest

from meridian.loadtest.engine.content import content
from meridian.loadtest.plan import Ask
from tests.loadtest.engine.plans import origin


def ask(method: str, body: bytes = b"", *headers: tuple[str, str], path: str = "/x") -> Ask:
    return Ask(0, 0, 0, "EU", method, path, headers, body, True)


def test_a_request_without_a_body_says_nothing_of_one() -> None:
    assert content(ask("GET"), origin(80)) == b"GET /x HTTP/1.1\r\nhost: 127.0.0.1:80\r\n\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_method_that_has_a_body_says_its_length_also_of_none(method: str) -> None:
    assert content(ask(method), origin(80)).endswith(b"\r\ncontent-length: 0\r\n\r\n")


def test_headers_stand_in_their_order_before_the_body() -> None:
    made = content(ask("DELETE", b"{}", ("a", "1"), ("B", "é")), origin(80))
    assert made.endswith(b"\r\na: 1\r\nB: \xe9\r\ncontent-length: 2\r\n\r\n{}")


@pytest.mark.parametrize("bad", [ask("GET", b"", ("a", "1\r\nb: 2")), ask("GET", path="/ HTTP/1.1\r\nb: 2")])
def test_a_line_break_is_refused(bad: Ask) -> None:
    with pytest.raises(ValueError, match="a line break in a header"):
        content(bad, origin(80))
