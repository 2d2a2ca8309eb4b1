"""The manifest against the fields of batch/v1 Job and core/v1 PodSpec (Kubernetes' OpenAPI), as far as it uses them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml as syntax

from meridian.cli.commands.load import run as run_command
from meridian.core.errors import InvalidInput
from meridian.loadtest.kubernetes import Pods, job, yaml
from meridian.loadtest.plan import Shard

BEGINS = datetime(2026, 11, 22, 19, 0, 0, tzinfo=timezone(timedelta(hours=1)))
JOB_SPEC = {
    "activeDeadlineSeconds": int,
    "backoffLimit": int,
    "completionMode": str,
    "completions": int,
    "parallelism": int,
    "template": dict,
    "ttlSecondsAfterFinished": int,
}
"""Those of io.k8s.api.batch.v1.JobSpec that are used, with their types."""
POD_SPEC = {
    "restartPolicy": str,
    "automountServiceAccountToken": bool,
    "containers": list,
    "volumes": list,
    "topologySpreadConstraints": list,
}
CONTAINER = {"name", "image", "command", "args", "env", "resources", "volumeMounts", "securityContext"}


def pods(**other: object) -> Pods:
    facts: dict[str, object] = {
        "id": "before-launch",
        "scenario": "swipe",
        "shards": 5,
        "image": "registry.example/meridian:1",
        "target": "staging",
        "control": "https://control.example",
        "secret": "load",
        "namespace": "tests",
        "begins": BEGINS,
        "seed": 7,
    }
    return Pods(**{**facts, **other})  # type: ignore[arg-type]


def test_the_job_has_the_shape_that_kubernetes_takes():
    made = job(pods(duration=300.0))
    assert (made["apiVersion"], made["kind"]) == ("batch/v1", "Job")
    assert set(made) == {"apiVersion", "kind", "metadata", "spec"}
    spec = made["spec"]
    assert {name: type(value) for name, value in spec.items()} == JOB_SPEC
    assert spec["completionMode"] == "Indexed"
    assert spec["completions"] == spec["parallelism"] == 5
    assert spec["activeDeadlineSeconds"] > 300
    pod = spec["template"]["spec"]
    assert {name: type(value) for name, value in pod.items()} == POD_SPEC
    assert pod["restartPolicy"] == "Never"
    [container] = pod["containers"]
    assert set(container) == CONTAINER
    assert {mount["name"] for mount in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    assert (
        spec["template"]["metadata"]["labels"].items()
        >= pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"].items()
    )


def test_the_token_comes_from_a_secret_and_stands_nowhere_else():
    [container] = job(pods())["spec"]["template"]["spec"]["containers"]
    env = {each["name"]: each for each in container["env"]}
    assert env["MERIDIAN_TOKEN"]["valueFrom"] == {"secretKeyRef": {"name": "load", "key": "token"}}
    assert env["MERIDIAN_CONTROL"]["value"] == "https://control.example"


def test_the_arguments_are_those_of_the_command(monkeypatch):
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    made = job(pods(duration=300.0, scale=0.5, confirm="staging", begins=begins))
    [container] = made["spec"]["template"]["spec"]["containers"]
    assert [*container["command"], *container["args"][:3]] == ["meridian", "load", "run", "swipe"]
    asked = run_command.make_context("run", container["args"][2:]).params
    assert asked["start_at"] == begins.timestamp()
    assert (asked["given"], asked["shards"], asked["seed"]) == ("before-launch", 5, 7)
    assert (asked["scale"], asked["duration"], asked["confirm"]) == (0.5, 300.0, "staging")
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "4")
    from meridian.cli.commands.load import _of_pod

    assert _of_pod(asked["shards"]) == Shard(4, 5)


def test_as_yaml_it_is_the_same():
    made = job(pods())
    text = yaml(made)
    assert syntax.safe_load(text) == made
    assert "&" not in text, "an alias is hard to edit"


def test_the_same_moment_for_all_is_in_utc():
    args = job(pods(begins=datetime(2026, 1, 1, tzinfo=UTC)))["spec"]["template"]["spec"]["containers"][0][
        "args"
    ]
    assert args[args.index("--start-at") + 1] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("wrong", [{"namespace": "Tests"}, {"secret": "a/b"}, {"id": "-x"}])
def test_names_that_kubernetes_would_refuse_are_refused_here(wrong):
    with pytest.raises(InvalidInput, match="for Kubernetes"):
        job(pods(**wrong))


def test_a_long_id_leaves_room_for_the_names_of_pods():
    assert len(job(pods(id="x" * 60))["metadata"]["name"]) <= 52
