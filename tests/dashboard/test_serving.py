import gzip

import httpx
import pytest
from starlette.applications import Starlette

from meridian.api.guard import Guard
from meridian.dashboard.files import Files
from meridian.dashboard.serving import CONTENT_POLICY, HOME, routes

PAGE = b"<!doctype html><title>Meridian</title>"
SCRIPT = b"console.log(1)" * 100


@pytest.fixture
def folder(tmp_path):
    assets = tmp_path / "static" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("not for everybody")
    (tmp_path / "static" / "index.html").write_bytes(PAGE)
    (tmp_path / "static" / ".stamp").write_text("1")
    (assets / "main-1a2b.js").write_bytes(SCRIPT)
    (assets / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "main-1a2b.js.br").write_bytes(b"brotli")
    return tmp_path / "static"


def client(folder):
    app = Starlette(routes=routes(Files(folder)))
    app.add_middleware(Guard)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://control")


@pytest.mark.parametrize("view", ["", "/", "/panels/latency", "/regions/EU?range=24h"])
async def test_every_view_is_the_same_page_and_needs_no_token(folder, view):
    answer = await client(folder).get(HOME + view)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_page_may_load_its_own_files_only_and_no_script_in_line(folder):
    headers = (await client(folder).get(HOME)).headers
    assert headers["content-security-policy"] == CONTENT_POLICY
    assert "unsafe" not in CONTENT_POLICY
    assert "default-src 'none'" in CONTENT_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


async def test_files_with_a_hash_in_their_name_are_kept_for_ever(folder):
    answer = await client(folder).get(f"{HOME}/assets/main-1a2b.js", headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip; q=0", ""),
        ("zstd", ""),
    ],
)
async def test_files_go_out_as_the_build_packed_them(folder, accepted, encoding):
    request = client(folder).build_request(
        "GET", f"{HOME}/assets/main-1a2b.js", headers={"accept-encoding": accepted}
    )
    answer = await client(folder).send(request, stream=True)
    body = b"".join([part async for part in answer.aiter_raw()])
    wanted = {"gzip": gzip.compress(SCRIPT), "br": b"brotli", "": SCRIPT}[encoding]
    assert (answer.headers.get("content-encoding", ""), len(body)) == (encoding, len(wanted))
    assert answer.headers["vary"] == "accept-encoding"


async def test_an_unchanged_page_is_not_sent_again(folder):
    first = await client(folder).get(HOME)
    again = await client(folder).get(HOME, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == CONTENT_POLICY


@pytest.mark.parametrize(
    "name", ["gone-9f.js", "../../secret.txt", "..%2f..%2fsecret.txt", "main-1a2b.js.gz"]
)
async def test_nothing_but_the_build_is_served(folder, name):
    answer = await client(folder).get(f"{HOME}/assets/{name}")
    assert answer.status_code == 404 or answer.content == PAGE
    assert b"not for everybody" not in answer.content


async def test_a_new_build_is_served_without_a_restart(folder):
    browser = client(folder)
    assert (await browser.get(HOME)).content == PAGE
    newer = folder / "index.new"
    newer.write_bytes(b"<!doctype html><title>Newer</title>")
    newer.replace(folder / "index.html")
    assert b"Newer" in (await browser.get(HOME)).content


async def test_without_a_build_the_page_says_what_to_do(tmp_path):
    answer = await client(tmp_path / "nothing").get(HOME)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "make setup" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
