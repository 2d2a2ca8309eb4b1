import errno
import socket
import ssl

import pytest

from meridian.loadtest.engine.trouble import words


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 80)"), "connection refused"),
        (OSError(errno.EMFILE, "x"), "too many open files"),
        (OSError("Multiple exceptions: [Errno 111] ..."), "no connection"),
        (socket.gaierror(-2, "Name or service not known"), "no address for the host"),
        (TimeoutError(), "no connection in time"),
        (TimeoutError(errno.ETIMEDOUT, "x"), "connection timed out"),
        (ConnectionResetError(), "connection reset by peer"),
        (ConnectionAbortedError("SSL handshake is taking longer than 60 seconds"), "TLS: no handshake in time"),
        (ssl.SSLError(), "TLS: failed"),
        (ValueError("not HTTP/2"), "not HTTP/2"),
    ],
)  # fmt: skip
def test_the_same_trouble_has_the_same_words(error: Exception, said: str) -> None:
    assert words(error) == said
