"""Why there is no answer, in a few words that do not vary from request to request, so that they can be counted."""

import os
import socket
import ssl


def words(error: BaseException) -> str:
    """Such as "connection refused", "TLS: certificate has expired", "no address for the host"."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"TLS: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS: {_reason(error)}"
        case socket.gaierror():
            return "no address for the host"
        case TimeoutError() if error.errno is None:
            return "no connection in time"
        case OSError() if error.errno is not None:
            return os.strerror(error.errno).lower()
        case ConnectionResetError():
            return "connection reset by peer"
        case ConnectionAbortedError():
            return "TLS: no handshake in time"
        case OSError():
            return "no connection"
        case _:
            return str(error)


def _reason(error: ssl.SSLError) -> str:
    return (getattr(error, "reason", "") or "failed").lower().replace("_", " ")
