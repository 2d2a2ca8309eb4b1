"""How edges meet the world: whose word they take for a client's address, TLS, and the access log."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from meridian.config.schema.base import Cidr, Duration, Section


class ClientAddress(Section):
    """Whose word is taken for the client's address."""

    header: Literal["x-forwarded-for", "cf-connecting-ip"] = "x-forwarded-for"
    """The header that trusted proxies set."""
    trusted: tuple[Cidr, ...] = ()
    """Addresses of proxies in front of the edge. From anyone else the header is ignored and the connection's own
    address counts."""
    others: Literal["allow", "refuse"] = "allow"
    """Connections that do not come from a trusted proxy. `cf-connecting-ip` needs refuse, as it names no hops to check."""

    @model_validator(mode="after")
    def _provable(self) -> "ClientAddress":
        if self.header == "cf-connecting-ip" and (self.others != "refuse" or not self.trusted):
            raise ValueError(
                "cf-connecting-ip is only safe with `others: refuse` and Cloudflare's ranges in `trusted`"
            )
        return self


class Tls(Section):
    """TLS 1.3 with a certificate of yours."""

    certificate: str
    """Path to the PEM chain, on the edge's machine."""
    key: str
    """Path to the PEM private key, on the edge's machine."""


class PeerTls(Section):
    """Mutual TLS between edges of different regions."""

    certificate: str
    """Path to the PEM chain that this edge shows the others."""
    key: str
    """Path to its PEM private key."""
    ca: str
    """Path to the PEM authority that both sides check."""


class AccessLog(Section):
    """One JSON line a request, in a file next to the edge; it never leaves the region."""

    max_bytes: Annotated[int, Field(ge=1_000_000)] = 64_000_000
    """The file is rotated at this size."""
    keep: Annotated[int, Field(ge=1, le=100)] = 4
    """Rotated files kept."""


class Edge(Section):
    """Settings of every edge."""

    listen: str = "0.0.0.0:8080"
    """host:port for clients; `meridian up` chooses its own on loopback."""
    peer_listen: str = "0.0.0.0:8090"
    """host:port for the other regions' edges; keep it on a private network or use `peer_tls`."""
    client_address: ClientAddress = ClientAddress()
    """Whose word is taken for the client's address."""
    tls: Tls | None = None
    """TLS 1.3 with a certificate of yours. Left out: plain HTTP, for loopback or behind a balancer that ends TLS."""
    peer_tls: PeerTls | None = None
    """Mutual TLS between edges. Left out: they speak plain HTTP to each other, for loopback or a private network."""
    access_log: AccessLog = AccessLog()
    """Where each request leaves a line."""
    max_body: Annotated[int, Field(ge=1024)] = 1_048_576
    """Bytes kept of a request body so that it can be retried elsewhere."""
    max_connections: Annotated[int, Field(ge=1)] = 50_000
    """Open client connections of one edge; further ones are refused."""
    drain: Duration = 5.0
    """How long an edge that stops lets requests in flight finish."""
