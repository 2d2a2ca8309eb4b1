from tests.api.conftest import started, until


async def test_a_started_control_is_ready_and_says_so(world):
    live, ready = await world.client.get("/livez"), await world.client.get("/readyz?verbose")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert ready.status_code == 200
    assert ready.json()["config_version"] == 1
    assert ready.json()["parts"] == []


async def test_with_postgresql_away_it_lives_and_says_what_is_missing(home):
    async with started(home, "postgresql://meridian@127.0.0.1:1/none") as world:
        await until(lambda: "does not answer" in world.control.trouble())
        assert (await world.client.get("/livez")).status_code == 200
        ready = await world.client.get("/readyz?verbose")
        assert ready.status_code == 503
        assert ready.headers["content-type"] == "application/problem+json"
        assert int(ready.headers["retry-after"]) > 0
        assert (ready.json()["status"], ready.json()["ready"]) == (503, False)
        assert ready.json()["detail"] == ready.json()["sentence"]
        assert "PostgreSQL does not answer at 127.0.0.1:1" in ready.json()["sentence"]
        edges = await world.get("/infrastructure/edges")
        assert "PostgreSQL" in edges.json()["sentence"]
        config = await world.get("/infrastructure/config")
        assert config.status_code == 503
        assert config.headers["retry-after"]
