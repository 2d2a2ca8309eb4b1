import pickle
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from meridian.core.errors import InvalidInput
from tests.loadtest.scenario.targets import pem, signer


def test_its_tokens_are_what_an_edge_asks_for_also_in_another_process() -> None:
    first = signer()
    first.sign("u0", "free", "DE", 1)
    token = pickle.loads(pickle.dumps(first)).sign("u1", "vip", "DE", 60)
    public = serialization.load_pem_private_key(pem().encode(), None).public_key()
    claims = jwt.decode(token, public, ["ES256"], audience="app", issuer="https://id.example")  # type: ignore[arg-type]
    assert (claims["sub"], claims["tier"], claims["country"]) == ("u1", "vip", "DE")
    assert claims["exp"] - claims["iat"] == 60
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "JWT", "kid": "k1"}


def test_the_key_is_not_shown() -> None:
    assert "PRIVATE" not in repr(signer())


def test_a_key_that_cannot_sign_is_said() -> None:
    with pytest.raises(InvalidInput, match="the key that signs users' tokens cannot be read"):
        replace(signer(), pem="no key").require_key()
