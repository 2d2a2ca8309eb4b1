"""Names that people and programs give us, checked where they come in."""

from collections.abc import Iterable

from meridian.core.errors import InvalidInput, NotFound
from meridian.core.suggest import did_you_mean

USER_LENGTH = 256


def user_id(text: str) -> str:
    """The id of one of the app's users: 1 to 256 printable characters. Raises InvalidInput."""
    if not 1 <= len(text) <= USER_LENGTH:
        raise InvalidInput(
            f"a user id has 1 to {USER_LENGTH} characters, not {len(text)}",
            "give the app's own id of the user",
        )
    if not text.isprintable() or text != text.strip():
        raise InvalidInput(
            "a user id has printable characters only, and no space at its ends",
            "give the app's own id of the user",
        )
    return text


def known_name(text: str, names: Iterable[str], kind: str) -> str:
    """One of `names`, as it is. kind: of what, for the sentence. Raises NotFound with the name that was probably meant."""
    known = list(names)
    if text not in known:
        raise NotFound(f"no {kind} is called {text[:80]!r}", did_you_mean(text[:80], known))
    return text
