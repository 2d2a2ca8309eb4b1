"""What the tests of the local world share: a configuration of three regions, free ports, and waiting without sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

CONFIG = """
version: 1
app: {name: Sample}
identity: {issuer: "https://auth.sample.example", audience: sample}
edge:
  client_address: {header: x-forwarded-for, trusted: [127.0.0.0/8]}
locations:
  europe-west1: {place: Belgium, latitude: 50.4, longitude: 3.8}
  europe-west4: {place: Netherlands, latitude: 53.4, longitude: 6.8}
  us-central1: {place: Iowa, latitude: 41.3, longitude: -95.9}
  asia-south1: {place: Mumbai, latitude: 19.1, longitude: 72.9}
regions:
  EU: {locations: [europe-west1, europe-west4], residency: gdpr}
  US: {locations: [us-central1], residency: ccpa}
  APAC: {locations: [asia-south1], residency: apac, priority: 1}
default_region: US
countries: {EU: [GB, DE, "NO"], US: [US, BR], APAC: [IN, JP]}
residency:
  gdpr: {locations: [europe-west1, europe-west4]}
  ccpa: {locations: [us-central1]}
  apac: {locations: [asia-south1]}
services: {chat: {}, feed: {}, wallet: {}}
features:
  chat: {service: chat, paths: [/v1/chat]}
  feed: {service: feed, paths: [/v1/feed], residency: open}
  wallet: {service: wallet, paths: [/v1/wallet], route: pinned, region: EU, residency: gdpr}
"""

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "meridian.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def eventually() -> Eventually:
    """Waits until a condition holds; fails after ten seconds."""

    async def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "it did not happen within ten seconds"
            await asyncio.sleep(0.005)

    return wait
