"""Runs a sender over real connections in one event loop: wakes it when something is due, ends what has waited too long."""

import asyncio
import time
from collections.abc import Sequence

from meridian.loadtest.engine.dialing import dialer, streams
from meridian.loadtest.engine.exchange import Exchange
from meridian.loadtest.engine.pacer import Pacer
from meridian.loadtest.engine.pool import Pool
from meridian.loadtest.engine.pulse import Pulse
from meridian.loadtest.engine.sender import NEVER, Sender
from meridian.loadtest.plan import Plan, Shard
from meridian.loadtest.record import Record

CLOSEST = 0.0005
"""Seconds between two wakes: what falls due in between goes out together, up to so much late. Below 2,000 requests a second it
does not matter; above, a wake for each request would cost more than the request."""

NOW = float("-inf")

SWEEP = 0.05
"""Seconds between two looks for what has waited too long."""


class Origins:
    """A pool for each of a plan's origins. Raises InvalidInput when one cannot be asked as it is described."""

    def __init__(self, plan: Plan) -> None:
        self.pools: Sequence[Pool] = [
            Pool(dialer(origin), streams(origin), plan.timeout) for origin in plan.origins
        ]

    def send(self, exchange: Exchange) -> None:
        self.pools[exchange.ask.origin].send(exchange)

    @property
    def connections(self) -> int:
        return sum(pool.open for pool in self.pools)


class Driver:
    """began: by `time.monotonic`. Made and used in the loop's own thread."""

    def __init__(self, plan: Plan, shard: Shard, record: Record, origins: "Origins", began: float) -> None:
        self._began = began
        self._origins = origins
        self._armed = NOW
        self._sender = Sender(plan, shard, record, self._origins, self.now, self._sooner)
        self._pulse = Pulse(record, self.now)
        self._pacer = Pacer(self._wake)
        self._through = asyncio.Event()
        self._failed: Exception | None = None

    def now(self) -> float:
        return time.monotonic() - self._began

    @property
    def waiting(self) -> int:
        return self._sender.under_way

    @property
    def connections(self) -> int:
        return self._origins.connections

    def fresh_lag(self) -> float:
        return self._sender.fresh_lag()

    def stop(self) -> None:
        """Nothing more is sent; what is under way is waited for."""
        self._sender.stop()
        self._look()

    def halt(self) -> None:
        """Nothing is waited for."""
        self._sender.stop()
        self._through.set()

    async def drive(self) -> None:
        """Until all has been sent and answered, or has waited too long. Raises what the scenario raises while it is asked for
        a request."""
        self._pulse.start()
        self._look()
        self._arm(self._sender.due)
        sweep = asyncio.create_task(self._sweep())
        try:
            await self._through.wait()
            if self._failed is not None:
                raise self._failed
        finally:
            sweep.cancel()
            self._pacer.close()
            self._pulse.stop()
            for pool in self._origins.pools:
                pool.close()

    def _wake(self) -> None:
        now = self.now()
        self._armed = NOW  # nothing that is put in meanwhile needs a wake of its own
        try:
            due = self._sender.turn(now)
        except Exception as error:  # noqa: BLE001 - a scenario's own code; `drive` raises it
            self._failed = error
            self.halt()
            return
        self._arm(due if due <= now else max(due, now + CLOSEST))

    def _sooner(self, due: float) -> None:
        if due < self._armed:
            self._arm(due)

    def _arm(self, due: float) -> None:
        self._armed = due
        if due != NEVER:
            self._pacer.arm(self._began + due)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            for pool in self._origins.pools:
                pool.expire(self.now())
            self._look()

    def _look(self) -> None:
        if self._sender.through:
            self._through.set()
