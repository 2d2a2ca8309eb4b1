"""A Job for Kubernetes that runs one load test from several machines: an indexed one, so that each pod knows which shard it
is."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from meridian.core.errors import InvalidInput

INDEX = "JOB_COMPLETION_INDEX"
"""What Kubernetes tells each pod of an indexed Job: its number, from 0."""
PATIENCE = 900
"""Seconds beyond the run itself, for pulling the image, awaiting the start and handing over the record."""
FORGOTTEN = 3600
"""Seconds after its end in which the Job can still be looked at."""
MEMORY = "512Mi"
_DNS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Pods:
    """What all shards have in common. begins: when all begin to send. duration: seconds; None: as the scenario has it. rate:
    the highest; None: by the scale. secret: its key `token` is an admin's token. processes: of each pod; each has a core."""

    id: str
    scenario: str
    shards: int
    image: str
    target: str
    control: str
    secret: str
    namespace: str
    begins: datetime
    seed: int
    scale: float = 1.0
    duration: float | None = None
    rate: float | None = None
    processes: int = 1
    confirm: str = ""


def job(pods: Pods) -> dict[str, Any]:
    """The manifest (batch/v1 Job) as JSON. Raises InvalidInput where a name is none that Kubernetes takes."""
    for what, name in (("namespace", pods.namespace), ("secret", pods.secret), ("id", pods.id)):
        if not _DNS.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is no {what} for Kubernetes", "use lower-case letters, digits and dashes"
            )
    labels = {"app.kubernetes.io/name": "meridian-load-test", "meridian/load-test": pods.id}
    container = {
        "name": "load",
        "image": pods.image,
        "command": ["meridian"],
        "args": _arguments(pods),
        "env": [
            {"name": "MERIDIAN_CONTROL", "value": pods.control},
            {"name": "MERIDIAN_TOKEN", "valueFrom": {"secretKeyRef": {"name": pods.secret, "key": "token"}}},
        ],
        "resources": {
            # A whole core for each process: a generator that has to share is late, and its numbers are worth nothing.
            "requests": {"cpu": str(pods.processes), "memory": MEMORY},
            "limits": {"memory": MEMORY},
        },
        "volumeMounts": [{"name": "out", "mountPath": "/out"}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": _name(pods), "namespace": pods.namespace, "labels": labels},
        "spec": {
            "completionMode": "Indexed",
            "completions": pods.shards,
            "parallelism": pods.shards,
            # A shard that failed cannot be made up for later: the others have gone on without it.
            "backoffLimit": 0,
            "activeDeadlineSeconds": round(pods.duration or 3600) + PATIENCE,
            "ttlSecondsAfterFinished": FORGOTTEN,
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "restartPolicy": "Never",
                    "automountServiceAccountToken": False,
                    "containers": [container],
                    "volumes": [{"name": "out", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
                    "topologySpreadConstraints": [
                        {
                            "maxSkew": 1,
                            "topologyKey": "kubernetes.io/hostname",
                            "whenUnsatisfiable": "ScheduleAnyway",
                            "labelSelector": {"matchLabels": {"meridian/load-test": pods.id}},
                        }
                    ],
                },
            },
        },
    }


def yaml(manifest: dict[str, Any]) -> str:
    """As `kubectl apply -f -` reads it."""
    import yaml as syntax

    text: str = syntax.safe_dump(manifest, sort_keys=False, width=120)
    return text


def _name(pods: Pods) -> str:
    """At most 63 characters, of which Kubernetes adds some for the pods."""
    return f"load-test-{pods.id}"[:52].rstrip("-")


def _arguments(pods: Pods) -> list[str]:
    """The same for all pods: which shard it is, each knows from INDEX."""
    begins = pods.begins.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    arguments = ["load", "run", pods.scenario, "--id", pods.id, "--target", pods.target]
    arguments += ["--shards", str(pods.shards), "--start-at", begins]
    arguments += ["--seed", str(pods.seed), "--processes", str(pods.processes), "--out", "/out", "--json"]
    arguments += ["--rate", repr(pods.rate)] if pods.rate is not None else ["--scale", repr(pods.scale)]
    if pods.duration is not None:
        arguments += ["--duration", repr(pods.duration)]
    if pods.confirm:
        arguments += ["--confirm", pods.confirm]
    return arguments
