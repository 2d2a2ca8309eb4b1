import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from meridian.core.errors import Conflict, Unavailable
from meridian.store.embedded import Embedded
from tests.support.postgres import FAST, Server, running
from tests.support.waiting import until

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parents[2]


def write(server: Server, value: str) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value text)")
        connection.execute("INSERT INTO kept VALUES (%s)", (value,))


def kept(server: Server) -> list[str]:
    with psycopg.connect(server.url) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM kept")]


def test_it_listens_on_a_private_unix_socket_alone(postgres: Server) -> None:
    assert postgres.process
    process = psutil.Process(postgres.process.pid)

    sockets = {connection.laddr for connection in process.net_connections("unix") if connection.laddr}
    assert [Path(str(path)).name for path in sockets] == [".s.PGSQL.5432"]
    [path] = sockets
    assert stat.S_IMODE(Path(str(path)).parent.stat().st_mode) == 0o700
    assert process.net_connections("inet") == []


def test_it_is_set_up_to_lose_nothing_and_for_wal_shipping(postgres_home: Path) -> None:
    with running(postgres_home, {}) as server, psycopg.connect(server.url) as connection:
        for setting, value in {
            "fsync": "on",
            "data_checksums": "on",
            "wal_level": "replica",
            "TimeZone": "UTC",
        }.items():
            assert connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (value,)


def test_what_was_committed_survives_sigkill(postgres: Server) -> None:
    write(postgres, "a")
    postgres.kill()
    assert not postgres.embedded.ready()

    postgres.start()

    assert kept(postgres) == ["a"]


def test_sigint_stops_it_with_clients_connected(postgres: Server) -> None:
    process = postgres.process
    with closing(psycopg.connect(postgres.url)) as connection:
        connection.execute("SELECT 1")
        postgres.stop()
    assert process
    assert process.returncode == 0


@pytest.mark.skipif(not ROOT, reason="only root makes a folder that others cannot enter")
def test_as_root_it_runs_below_a_folder_that_only_root_can_enter(postgres_home: Path) -> None:
    postgres_home.parent.chmod(0o700)
    with running(postgres_home) as server:
        write(server, "a")
        assert (server.home / "postgres").stat().st_uid == 0


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_where_namespaces_are_forbidden_root_runs_it_as_nobody_and_back(
    cluster: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    home = Path(tempfile.mkdtemp(prefix="mt-", dir="/tmp"))
    request.addfinalizer(lambda: shutil.rmtree(home))
    home.chmod(0o711)
    shutil.copytree(cluster, home / "postgres")
    with running(home) as server:
        write(server, "a")
        server.stop()
        with monkeypatch.context() as forbidden:
            forbidden.setattr(Embedded, "_works_as", lambda self, identity: identity == "nobody")
            server.start()
            assert server.process
            assert psutil.Process(server.process.pid).uids().effective == 65534
            assert kept(server) == ["a"]
            sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.url)["host"]))
            assert (sockets.owner(), stat.S_IMODE(sockets.stat().st_mode)) == ("nobody", 0o700)
            server.stop()
            sockets.rmdir()
        server.start()
        assert kept(server) == ["a"]


@pytest.mark.skipif(not ROOT, reason="only root is refused by PostgreSQL")
def test_it_says_what_to_do_where_it_cannot_run_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Embedded, "_works_as", lambda self, identity: False)
    with pytest.raises(
        Unavailable, match=r"refuses to run as root.*no user namespaces.*MERIDIAN_DATABASE_URL"
    ):
        Embedded(tmp_path / "home").prepare()


def test_an_interrupted_initdb_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / ".postgres-new-1"
    (half / "base").mkdir(parents=True)

    Embedded(tmp_path, FAST).prepare()

    assert not half.exists()
    assert (tmp_path / "postgres" / "global" / "pg_control").exists()


def test_a_folder_that_is_no_whole_cluster_is_set_aside_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")

    Embedded(tmp_path, FAST).prepare()

    [aside] = tmp_path.glob("postgres.incomplete-*")
    assert (aside / "PG_VERSION").read_text() == "18\n"


def test_another_major_version_is_named(postgres_home: Path) -> None:
    (postgres_home / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(Conflict, match=r"made by PostgreSQL 16, and this Meridian runs PostgreSQL 18"):
        Embedded(postgres_home, FAST).prepare()


def test_a_second_start_names_the_process_that_runs(postgres: Server) -> None:
    assert postgres.process
    with pytest.raises(Conflict, match=f"already runs on .* as process {postgres.process.pid}"):
        postgres.embedded.prepare()


def test_a_stale_lock_whose_number_went_to_another_process_does_not_stop_it(postgres: Server) -> None:
    write(postgres, "a")
    postgres.kill()
    lock = postgres.home / "postgres" / "postmaster.pid"
    first, _, rest = lock.read_text().partition("\n")
    assert int(first) > 0
    [socket_lock] = (postgres.home / "runtime").glob(".s.PGSQL.*.lock")
    with subprocess.Popen(["sleep", "60"]) as other:
        lock.write_text(f"{other.pid}\n{rest}")
        socket_lock.write_text(socket_lock.read_text().replace(first, str(other.pid), 1))
        try:
            postgres.start()
            assert kept(postgres) == ["a"]
        finally:
            other.kill()


def test_an_empty_lock_as_a_full_disk_leaves_it_does_not_stop_it(postgres: Server) -> None:
    postgres.kill()
    (postgres.home / "postgres" / "postmaster.pid").write_text("")
    [lock] = (postgres.home / "runtime").glob(".s.PGSQL.*.lock")
    lock.write_text("")

    postgres.start()


def test_it_stops_when_the_process_that_started_it_is_killed(postgres_home: Path) -> None:
    starter = textwrap.dedent("""
        import subprocess, sys, time
        from pathlib import Path
        from meridian.store.embedded import Embedded
        embedded = Embedded(Path(sys.argv[1]), {"fsync": "off"})
        embedded.prepare()
        child = subprocess.Popen(embedded.command(), env=embedded.env, stderr=subprocess.DEVNULL)
        while not embedded.ready():
            time.sleep(0.01)
        print(child.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", starter, str(postgres_home)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not psutil.pid_exists(server))
    with running(postgres_home) as again:
        assert "database system was shut down" in again.log.read_text()


def test_the_servers_environment_holds_nothing_of_ours(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgres.process
    assert set(psutil.Process(postgres.process.pid).environ()) <= {
        "PATH",
        "LC_ALL",
        "TZ",
        "LC_CTYPE",
        "PG_GRANDPARENT_PID",
    }


def on_a_disk_of(megabytes: int, folder: Path, script: str) -> list[str]:
    """What the script prints when `sys.argv[1]` is a file system so small. Only root can mount one, in a
    namespace of its own."""
    folder.mkdir()
    mount = f'mount -t tmpfs -o size={megabytes}m tmpfs {folder} && exec "$0" -c "$1" {folder}'
    command = ["unshare", "--mount", "sh", "-c", mount, sys.executable, textwrap.dedent(script)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    if result.stderr.startswith(("unshare:", "mount:")):
        pytest.skip("no file system can be mounted here")
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_without_space_for_a_new_one_it_says_so_and_nothing_half_made_stays(tmp_path: Path) -> None:
    sentence, listing = on_a_disk_of(
        8,
        tmp_path / "disk",
        """
        import sys
        from pathlib import Path
        from meridian.core.errors import Unavailable
        from meridian.store.embedded import Embedded
        home = Path(sys.argv[1])
        try:
            Embedded(home, {"fsync": "off"}).prepare()
        except Unavailable as error:
            print(error)
        print(sorted(entry.name for entry in home.iterdir()))
        """,
    )
    assert "data folder cannot be made" in sentence
    assert "No space left on device" in sentence
    assert listing == "['.postgres.lock']"


def test_a_disk_that_fills_up_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    lines = on_a_disk_of(
        110,
        tmp_path / "disk",
        """
        import secrets, sys
        from pathlib import Path
        import psycopg
        from tests.support.postgres import Server
        server = Server(Path(sys.argv[1]))
        with (server.home / "ballast").open("wb") as ballast:
            ballast.write(bytes(30_000_000))
        server.start()
        committed = 0
        try:
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("CREATE TABLE filler (n integer, t text STORAGE EXTERNAL)")
                connection.execute("CREATE TABLE text AS SELECT %s::text AS t", (secrets.token_hex(1_000_000),))
                while True:
                    connection.execute("INSERT INTO filler SELECT %s, t FROM text", (committed + 1,))
                    committed += 1
        except psycopg.OperationalError as error:
            print(error)
        server.kill()
        (server.home / "ballast").unlink()
        server.start()
        with psycopg.connect(server.url) as connection:
            [(found,)] = connection.execute("SELECT count(*) FROM filler")
        server.stop()
        print(committed > 0, committed <= found <= committed + 1)
        """,
    )
    assert any("No space left on device" in line or "closed the connection" in line for line in lines)
    assert lines[-1] == "True True"
