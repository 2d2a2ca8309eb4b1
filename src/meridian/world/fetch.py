"""One small HTTP question with the standard library, for programs that must start fast."""

import asyncio
import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def fetch(url: str, token: str = "", timeout: float = 2.0, post: Any = None) -> tuple[int, bytes]:
    """Status and body of a GET, or of a POST of `post` as JSON; (0, b"") when nobody answers in `timeout` seconds."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        if post is None:
            connection.request("GET", parts.path or "/", headers=headers)
        else:
            headers["content-type"] = "application/json"
            connection.request("POST", parts.path or "/", json.dumps(post), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def fetch_json(url: str, token: str = "", timeout: float = 2.0) -> Any:
    """The JSON of a 200 answer, or None."""
    status, body = fetch(url, token, timeout)
    if status != 200:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


async def fetch_async(url: str, token: str = "", within: float = 2.0) -> tuple[int, bytes]:
    return await asyncio.to_thread(fetch, url, token, within)
