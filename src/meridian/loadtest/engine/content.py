"""A request as the bytes of HTTP/1.1."""

from meridian.loadtest.plan import Ask, Origin

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def content(ask: Ask, origin: Origin) -> bytes:
    """Raises ValueError for a line break in a header or the path, which would make another request of it."""
    lines = [f"{ask.method} {ask.path} HTTP/1.1\r\nhost: {origin.authority}"]
    lines += [f"{name}: {value}" for name, value in ask.headers]
    if ask.body or ask.method in WITH_BODY:
        lines.append(f"content-length: {len(ask.body)}")
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines):
        raise ValueError("a line break in a header")
    return text.encode("latin-1", "replace") + b"\r\n\r\n" + ask.body
