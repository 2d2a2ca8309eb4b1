"""What a request to admission asks about: the headers that the edge's stamp sets, as one value. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_ASCII_EDGES = bytes([*range(33), 127]).decode()
_EDGES = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
"""Unicode categories of what nobody sees at the ends of a name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Fields are empty where unknown. client: the client's address. account: which account the request says that it tries, as it
    is compared. headers: every header, names in lower case."""

    headers: Mapping[bytes, bytes]

    def text(self, name: bytes) -> str:
        """A header as text; the same bytes always give the same text, also when they are not UTF-8."""
        return self.headers.get(name, b"").decode("utf-8", "surrogateescape")

    @property
    def action(self) -> str:
        return self.text(b"x-meridian-action")

    @property
    def user(self) -> str:
        return self.text(b"x-meridian-user")

    @property
    def tier(self) -> str:
        return self.text(b"x-meridian-tier")

    @property
    def risk(self) -> str:
        return self.text(b"x-meridian-risk")

    @property
    def client(self) -> str:
        return self.text(b"x-meridian-client")

    @property
    def account(self) -> str:
        """The edge sends it percent-encoded, so that any character arrives."""
        sent = unquote_to_bytes(self.headers.get(b"x-meridian-account", b""))
        return account_of(sent.decode("utf-8", "surrogateescape"))

    @property
    def unreadable(self) -> bool:
        """Whether the request was to say which account it tries, and says nothing that can be read."""
        if self.account:
            return False
        return (
            self.headers.get(b"x-meridian-account-missing") == b"1" or b"x-meridian-account" in self.headers
        )

    @property
    def request(self) -> str:
        return self.text(b"x-request-id")


def account_of(account: str) -> str:
    """An account as it is compared: however somebody wrote it. Letters of one name that look alike to an app (wide, composed,
    capital) are one, and what nobody sees at its ends is left out."""
    if account.isascii():
        return account.strip(_ASCII_EDGES).lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", account).casefold()).casefold()
    start, end = 0, len(folded)
    while start < end and unicodedata.category(folded[start]) in _EDGES:
        start += 1
    while start < end and unicodedata.category(folded[end - 1]) in _EDGES:
        end -= 1
    return folded[start:end]
