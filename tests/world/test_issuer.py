import json
from pathlib import Path

import jwt
import pytest

from meridian.core.errors import NotFound
from meridian.world import issuer

CLAIMS = {"user": "uid", "tier": "level", "country": "land"}


def test_a_token_is_verified_with_the_published_key_and_carries_the_configured_claims(tmp_path: Path) -> None:
    issuer.prepare(tmp_path, "https://auth.example", "sample", CLAIMS)
    token = issuer.sign_user(tmp_path, "u1", "premium", "FR", 60)
    key = jwt.PyJWK(json.loads((tmp_path / issuer.JWKS).read_text())["keys"][0])
    told = jwt.decode(token, key, ["ES256"], audience="sample", issuer="https://auth.example")
    assert (told["uid"], told["level"], told["land"]) == ("u1", "premium", "FR")
    assert told["exp"] - told["iat"] == 60
    assert jwt.get_unverified_header(token)["kid"] == key.key_id


def test_the_key_survives_a_restart_and_stays_private(tmp_path: Path) -> None:
    for _ in range(2):
        issuer.prepare(tmp_path, "https://auth.example", "sample", CLAIMS)
        published = (tmp_path / issuer.JWKS).read_text()
    assert "d" not in json.loads(published)["keys"][0]
    assert (tmp_path / issuer.KEY).stat().st_mode & 0o777 == 0o600
    token = issuer.sign_user(tmp_path, "u1", lifetime=-5)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, jwt.PyJWK(json.loads(published)["keys"][0]), ["ES256"], audience="sample")


def test_without_a_world_there_is_no_issuer(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="meridian up"):
        issuer.sign_user(tmp_path, "u1")
