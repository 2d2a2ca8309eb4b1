"""Hostile and broken requests: each gets a problem, and none gets further than it should."""

import asyncio
import json
import logging

from meridian.api.guard import MAX_BODY, MAX_REPORT
from tests.api.world import ADMIN, EU, bearer

CONFIG = "/infrastructure/config"
JSON = {"content-type": "application/json"}


def assert_problem(answer, status, kind=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("/docs/problems#")
    assert body["type"].endswith(kind)
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in answer.text
    return body


async def send(world, method="POST", path=CONFIG, token=ADMIN, headers=None, **more):
    return await world.client.request(method, path, headers={**bearer(token), **(headers or {})}, **more)


async def test_wrong_paths_methods_and_parameters_are_problems(world):
    assert_problem(await send(world, "GET", "/nothing"), 404, "not-found")
    assert_problem(await send(world, "GET", "/livez/"), 404)
    assert_problem(await send(world, "GET", "/docs"), 404)
    wrong = await send(world, "DELETE", CONFIG)
    assert_problem(wrong, 405, "method-not-allowed")
    assert wrong.headers["allow"]
    assert_problem(await send(world, "BREW", CONFIG), 405)
    assert_problem(await send(world, "GET", f"{CONFIG}/{'9' * 30}"), 422)
    assert_problem(await send(world, "GET", f"{CONFIG}/x"), 422)
    assert_problem(await send(world, "GET", f"{CONFIG}/history?limit=1e9"), 422)
    assert_problem(await send(world, "GET", f"{CONFIG}/2147483647"), 404)
    assert_problem(await send(world, "GET", "/infrastructure/decisions/no-uuid-at-all"), 404)
    assert_problem(await send(world, "GET", "/infrastructure/decisions?before=x"), 422)
    assert_problem(await send(world, "GET", "/infrastructure/decisions?subject=%00"), 422)
    assert_problem(await send(world, "GET", "/" + "a" * 9000), 414)


async def test_a_body_that_is_no_json_is_refused_as_what_it_is(world):
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b"nul"):
        assert_problem(await send(world, headers=JSON, content=body), 400)
    assert_problem(await send(world, content=b"text"), 415, "unsupported-type")
    assert_problem(await send(world, headers={"content-type": "text/plain"}, content=b"{}"), 415)
    assert_problem(await send(world, data={"text": "x"}), 415)
    assert_problem(await send(world, headers={**JSON, "content-encoding": "gzip"}, content=b"{}"), 415)


async def test_a_body_of_the_wrong_shape_is_told_where(world):
    wrong = [
        None,
        [],
        "text",
        7,
        {},
        {"text": 7, "reason": "r"},
        {"text": "x", "reason": " "},
        {"text": None},
    ]
    for body in wrong:
        answer = await send(world, headers=JSON, content=json.dumps(body))
        problem = assert_problem(answer, 422, "invalid-input")
        assert all(error["pointer"].startswith("#") for error in problem["errors"]), body
    assert world.control.version() == 1


async def test_text_that_postgresql_cannot_hold_changes_nothing(world):
    for reason in ("a\\u0000b", "\\ud800"):
        content = f'{{"text": "version: 1", "reason": "{reason}"}}'
        assert_problem(await send(world, headers=JSON, content=content), 422)
    for text in ("a\\u0000b", "\\ud800", "\\u0007"):
        assert_problem(await send(world, headers=JSON, content=f'{{"text":"{text}","reason":"r"}}'), 422)
    assert world.control.version() == 1


async def test_a_huge_body_is_refused_whether_it_admits_its_size_or_not(world):
    declared = await send(world, headers=JSON, content=b" " * (MAX_BODY + 1))
    assert_problem(declared, 413, "too-large")

    async def chunks():
        for _ in range(MAX_BODY // 65536 + 2):
            yield b" " * 65536

    assert_problem(await send(world, headers=JSON, content=chunks()), 413, "too-large")
    report = await send(
        world, path="/edge/v1/EU/report", token=EU, headers=JSON, content=b" " * (MAX_REPORT + 1)
    )
    assert_problem(report, 413, "too-large")


async def test_every_answer_has_the_security_headers_and_a_request_id(world):
    for answer in (
        await world.client.get("/livez"),
        await send(world, "GET"),
        await send(world, "GET", "/nothing"),
        await send(world, content=b"text"),
        await world.client.get("/sample/broken"),
    ):
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert len(headers["x-request-id"]) == 24


async def test_a_request_id_is_kept_when_it_is_harmless_and_replaced_when_not(world):
    for given, kept in (("abc-123", True), ("a b", False), ("x" * 65, False), ("<script>", False)):
        answer = await world.client.get("/livez", headers={"x-request-id": given})
        assert (answer.headers["x-request-id"] == given) is kept


async def test_an_unexpected_failure_tells_a_number_that_is_in_the_log_and_no_more(world, caplog):
    with caplog.at_level(logging.ERROR):
        answer = await world.client.get("/sample/broken")
    problem = assert_problem(answer, 500, "internal")
    assert "hunter2" not in answer.text
    number = problem["detail"].split("error ")[1].split(" ")[0]
    assert any(number in record.message for record in caplog.records)


async def test_no_secret_reaches_the_log(world, caplog):
    with caplog.at_level(logging.DEBUG):
        await world.get(CONFIG)
        await world.get(CONFIG, "a-wrong-secret")
        await world.post("/infrastructure/tokens", {"name": "x", "role": "admin"})
        await world.post("/infrastructure/tokens", {"name": "secret-in-a-bad-field" * 9, "role": "x"})
    for secret in (ADMIN, "ops-secret", "a-wrong-secret", "mrd_", "secret-in-a-bad-field"):
        assert secret not in caplog.text


async def test_a_body_that_never_ends_is_given_up(world, monkeypatch):
    monkeypatch.setattr("meridian.api.guard.PATIENCE", 0.05)
    forever = asyncio.Event()

    async def dripping():
        yield b"{"
        await forever.wait()

    sending = asyncio.create_task(send(world, headers=JSON, content=dripping()))
    assert_problem(await asyncio.wait_for(sending, 5), 408, "too-slow")
