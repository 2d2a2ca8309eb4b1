"""PostgreSQL is killed and comes back; control is started meanwhile. Edges and readers notice nothing."""

from tests.api.conftest import started, until
from tests.api.test_edge import decision, report
from tests.api.world import EU, Sample

CONFIG = "/infrastructure/config"


async def test_with_postgresql_killed_reads_go_on_writes_wait_and_all_recovers(home, postgres):
    sample = Sample()
    async with started(home, postgres.url, sample) as world:
        await until(lambda: not world.control.trouble())
        sample.state = "drained"
        await world.control.recompile()
        held = world.control.snapshots.get("EU").digest
        postgres.kill()
        await until(lambda: "PostgreSQL does not answer" in world.control.trouble())
        assert (await world.get(CONFIG)).json()["version"] == 1
        assert (await world.get("/edge/v1/EU/snapshot", EU)).headers["etag"] == f'"{held}"'
        sent = report(decisions=[decision(world)])
        assert (await world.post("/edge/v1/EU/report", sent, EU)).json() == {"acknowledged": [], "advice": {}}
        assert world.control.reports()["EU"]
        for path, body in (
            (CONFIG, {"text": world.control.active().text + "#\n", "reason": "r"}),
            ("/infrastructure/tokens", {"name": "x", "role": "ops"}),
        ):
            refused = await world.post(path, body)
            assert refused.status_code == 503, refused.text
            assert refused.json()["type"].endswith("unavailable")
            assert refused.headers["retry-after"]
        assert world.control.version() == 1
        assert (await world.client.get("/readyz")).status_code == 503
        postgres.start()
        await until(lambda: not world.control.trouble())
        acknowledged = (await world.post("/edge/v1/EU/report", sent, EU)).json()["acknowledged"]
        assert acknowledged == [sent["decisions"][0]["id"]]
        assert (await world.post("/infrastructure/tokens", {"name": "x", "role": "ops"})).status_code == 201
        await until(world.control.leading)


async def test_a_control_started_while_postgresql_is_away_serves_what_it_last_knew(home, postgres):
    sample = Sample(state="drained")
    async with started(home, postgres.url, sample) as world:
        await until(lambda: not world.control.trouble())
        held = world.control.snapshots.get("EU").body
        keys = world.control.signing.jwks
    postgres.kill()
    broken = Sample(broken="PostgreSQL is away")
    async with started(home, postgres.url, broken) as world:
        await until(lambda: "PostgreSQL does not answer" in world.control.trouble())
        assert (await world.get("/edge/v1/EU/snapshot", EU)).content == held
        assert b"sample-drained" in held
        assert (await world.get(CONFIG)).json()["version"] == 1
        assert world.control.signing.jwks == keys
        assert keys["keys"]
        broken.broken, broken.state = "", "drained"
        postgres.start()
        await until(lambda: not world.control.trouble())
        assert world.control.snapshots.get("EU").body == held
