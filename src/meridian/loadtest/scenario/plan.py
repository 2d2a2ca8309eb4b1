"""A scenario resolved against a target: the `Plan` that the engine sends, and all that is decided before the first request."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from meridian.loadtest.plan import Answer, Arrival, Ask, Origin, Seen, Shard, StepFacts
from meridian.loadtest.scenario import arrivals
from meridian.loadtest.scenario.aborts import Abort
from meridian.loadtest.scenario.chaos import Chaos
from meridian.loadtest.scenario.crowd import Crowd
from meridian.loadtest.scenario.custom import CustomChecks
from meridian.loadtest.scenario.flow import Client, Step
from meridian.loadtest.scenario.judging import Judge, Reader
from meridian.loadtest.scenario.model import StepWritten
from meridian.loadtest.scenario.phases import Phase
from meridian.loadtest.scenario.signer import Signer
from meridian.loadtest.scenario.thresholds import Threshold
from meridian.loadtest.settings import Answers

TOKEN_LEFT = 3600.0
"""Seconds for which users' tokens are valid after the run."""
REPORTED = 500
"""Users between two reports of how far signing is."""


@dataclass(eq=False)
class ScenarioPlan:
    """`loadtest.plan.Plan`, and what those who judge and show the run need to know of it.

    seed: of all chance. top_rate: requests a second at most, on average over a second. phases, chaos: as they are timed in this
    run. thresholds: bounds of rates are scaled as the run is; their texts are not. facts: all of this for the record, as JSON.
    allowed: for each step, region of the user -> locations that may answer."""

    steps: Sequence[StepFacts]
    origins: Sequence[Origin]
    seconds: float
    closed: int
    timeout: float
    seed: int
    poisson: bool
    phases: Sequence[Phase]
    thresholds: Sequence[Threshold]
    aborts: Sequence[Abort]
    chaos: Sequence[Chaos]
    top_rate: float
    facts: Mapping[str, Any]
    crowd: Crowd
    flow: Sequence[StepWritten]
    allowed: Sequence[Mapping[str, frozenset[str]]]
    answers: Answers
    client_header: str
    sign: Signer | None
    custom: CustomChecks | None
    _ready: "_Ready | None" = field(default=None, repr=False)

    def prepare(self, shard: Shard, told: Callable[[int, int], None] | None = None) -> None:
        """told: called now and then with how many users of how many are ready."""
        ready = self._ready = _Ready(self)
        needed = self._users(shard)
        for done, number in enumerate(needed):
            ready.client(number)
            if told is not None and done % REPORTED == 0:
                told(done, len(needed))
        if told is not None:
            told(len(needed), len(needed))

    def needed(self, shard: Shard) -> int:
        """How many users `prepare` makes for a shard."""
        return len(self._users(shard))

    def _users(self, shard: Shard) -> list[int]:
        return self.crowd.of(shard, self.flows() if not self.closed else len(self.crowd) * shard.count)

    def flows(self) -> int:
        """How many flows are begun in the whole run of an open model."""
        return arrivals.how_many(self.phases, self.seed if self.poisson else None)

    def arrivals(self, shard: Shard) -> Iterator[Arrival]:
        if self.closed:
            return (Arrival(number, 0.0) for number in count(shard.index, shard.count))
        if self.poisson:
            return arrivals.poisson(self.phases, self.seed, shard)
        return arrivals.even(self.phases, shard)

    def begin(self, number: int) -> Ask | None:
        ready = self._ready or self._prepared()
        turn, place = divmod(number, ready.users)
        client = ready.clients.get(place) or ready.client(place)
        for step in ready.steps:
            if step.taken(client, turn):
                return step.ask(number, client)
        return None

    def judge(self, ask: Ask, answer: Answer) -> Seen:
        ready = self._ready or self._prepared()
        return ready.judges[ask.step].seen(ask.state.user, answer)

    def follow(self, ask: Ask, answer: Answer) -> tuple[float, Ask] | None:
        ready = self._ready or self._prepared()
        at = ask.step
        if at >= ready.last or (ready.steps[at].required and not ready.judges[at].well(answer.status)):
            return None
        client, number = ask.state, ask.number
        turn = number // ready.users
        for step in ready.steps[at + 1 :]:
            if step.taken(client, turn):
                return step.pause(number), step.ask(number, client)
        return None

    def _prepared(self) -> "_Ready":
        """For whoever asks before `prepare`: users are made as they are needed, then."""
        self._ready = _Ready(self)
        return self._ready

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_ready": None}


class _Ready:
    """What a process makes for itself out of a plan."""

    def __init__(self, plan: ScenarioPlan) -> None:
        self._plan = plan
        self._lifetime = plan.seconds + plan.timeout + TOKEN_LEFT
        self.users = len(plan.crowd)
        self.clients: dict[int, Client] = {}
        self.steps = [Step(place, written, plan.seed) for place, written in enumerate(plan.flow)]
        self.last = len(self.steps) - 1
        reader = Reader(plan.answers)
        custom = plan.custom.load() if plan.custom else {}
        self.judges = [
            Judge(written.checks, reader, allowed, custom.get(written.name, ()))
            for written, allowed in zip(plan.flow, plan.allowed, strict=True)
        ]

    def client(self, number: int) -> Client:
        plan = self._plan
        user = plan.crowd.user(number)
        token = ""
        if plan.sign is not None and user.id:
            token = plan.sign.sign(user.id, user.tier, user.country, self._lifetime)
        begins = [step.begin(number) for step in self.steps]
        made = self.clients[number] = Client(user, plan.client_header, token, begins)
        return made
