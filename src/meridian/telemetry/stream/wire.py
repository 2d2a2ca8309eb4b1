"""Server-sent events as bytes (WHATWG HTML, section 9.2)."""

import json
from typing import Any

KEEP_ALIVE = b": still here\n\n"


def event(name: str, data: Any, id: str = "") -> bytes:
    """name, id: without line breaks. data: JSON. Raises ValueError or TypeError for what is none."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    marked = f"id: {id}\n" if id else ""
    return f"{marked}event: {name}\ndata: {text}\n\n".encode()
