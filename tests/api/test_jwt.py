import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meridian.api.jwt import Expected, looks_like_jwt, verified
from meridian.core.errors import Unauthenticated
from tests.api.keys import AUDIENCE, EC, ED, ISSUER, JWKS, OTHER, RSA, part, token

EXPECTED = Expected(ISSUER, AUDIENCE, JWKS)


def unsigned(**header: object) -> str:
    payload = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "exp": int(time.time()) + 60}
    return f"{part({'alg': 'none', 'typ': 'JWT', **header})}.{part(payload)}."


def confused() -> str:
    """HS256 with the public key as the secret."""
    head = part({"alg": "HS256", "kid": "ec"})
    signed = f"{head}.{part({'iss': ISSUER, 'aud': AUDIENCE, 'sub': 'u1', 'exp': int(time.time()) + 60})}"
    mac = hmac.new(json.dumps(JWKS["keys"][0]).encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "good",
    [
        token(),
        token(ED, "EdDSA", "ed"),
        token(RSA, "RS256", "rsa"),
        token(kid=None),
        token(aud=["x", AUDIENCE]),
    ],
)
def test_a_token_that_the_app_signed_is_believed(good):
    assert looks_like_jwt(good)
    assert verified(good, EXPECTED)["sub"] == "u1"


@pytest.mark.parametrize(
    "bad",
    [
        token(OTHER),
        token(OTHER, kid=None),
        token(ED, "EdDSA", "ec"),
        token(aud="another"),
        token(iss="https://evil.example"),
        token(exp=int(time.time()) - 3600),
        token(exp=None),
        token(aud=None),
        token(nbf=int(time.time()) + 3600),
        token("secret" * 10, "HS256"),
        token(RSA, "RS512", "rsa"),
        unsigned(),
        unsigned(alg="None", kid="ec"),
        confused(),
        token()[:-4] + "AAAA",
        "ey.ey.ey",
        "eyJhbGciOiJFUzI1NiJ9..",
        token() + "a" * 9000,
        part([1]) + ".e30.e30",
        part({"alg": ["ES256"]}) + ".e30.e30",
    ],
)
def test_any_other_token_is_refused(bad):
    with pytest.raises(Unauthenticated):
        verified(bad, EXPECTED)


def test_without_keys_nobody_is_believed():
    with pytest.raises(Unauthenticated):
        verified(
            token(), Expected(ISSUER, AUDIENCE, {"keys": [{"kty": "oct", "k": "AA"}, {}, {"kty": "EC"}]})
        )


@given(st.text(max_size=300))
def test_no_text_does_anything_but_being_refused(text):
    with pytest.raises(Unauthenticated):
        verified(text, EXPECTED)


@given(st.integers(0, 200), st.integers(0, 255))
def test_no_changed_byte_goes_unnoticed(position, value):
    good = token(EC)
    index = position % (len(good) - 90)
    changed = good[:index] + chr(value) + good[index + 1 :]
    if changed == good:
        return
    with pytest.raises(Unauthenticated):
        verified(changed, EXPECTED)
