"""Where a request is decided: its shields, then its exact limits, then the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from meridian.envoy.snapshot import Json
from meridian.limits import answers
from meridian.limits.admission.asked import Asked, account_of, client_of
from meridian.limits.admission.check import Check
from meridian.limits.admission.counts import Counts
from meridian.limits.admission.secret import Names
from meridian.limits.admission.settings import Settings
from meridian.limits.answers import Problem
from meridian.limits.exact.counters import Answer, Charge, Counters
from meridian.limits.settings import Policy

Policies = Sequence[tuple[str, Policy]]


@dataclass(frozen=True, slots=True)
class Decided:
    """What comes of a request. problem: the answer to the client, or None where it goes on. exact: then, where it stands in
    the limit that is nearest to exhaustion."""

    problem: Problem | None = None
    exact: str = ""


GO_ON = Decided()


@dataclass(slots=True)
class Desk:
    """settings, counters: replaced when what this process is told changes."""

    names: Names
    settings: Settings
    counters: Counters
    counts: Counts = field(default_factory=Counts)

    def admit(self, asked: Asked, decided: Callable[[Decided], None]) -> None:
        action = asked.action
        policies = self.settings.policies(action)
        if not policies:
            decided(GO_ON)
            return
        charges = self._charges(policies, self._owner(asked), asked.tier, asked.risk, asked.user)
        self.counters.take(charges, lambda answer: decided(self._decided(policies, charges, answer)))

    def check(self, check: Check, decided: Callable[[Json | Problem], None]) -> None:
        """The answer of the check API, or a problem where the counters are away and it must not pass without them."""
        policies = self.settings.policies(check.action) if not check.only or "user" in check.only else ()
        if not (check.user or check.ip):
            policies = ()
        if not policies:
            decided({"allowed": True, "limits": []})
            return
        owner = (
            self.names.name("user", check.user)
            if check.user
            else self.names.name("address", self._client(check.ip))
        )
        charges = self._charges(policies, owner, check.tier, check.risk, check.user, check.hits)

        def told(answer: Answer) -> None:
            if not check.dry_run:
                self.counts.note([name for name, _ in policies], answer)
            decided(self._closed(policies) if answer.closed else _checked(policies, charges, answer))

        if check.dry_run:
            self.counters.peek(charges, told)
        else:
            self.counters.take(charges, told)

    def _owner(self, asked: Asked) -> str:
        if user := asked.user:
            return self.names.name("user", user)
        if account := account_of(asked.account):
            return self.names.name("account", account)
        return self.names.name("address", self._client(asked.client))

    def _client(self, address: str) -> str:
        return client_of(address, self.settings.limits.ipv6_prefix)

    def _charges(
        self, policies: Policies, owner: str, tier: str, risk: str, user: str, hits: int = 1
    ) -> list[Charge]:
        settings = self.settings
        generation = settings.resets.get(user, 0)
        return [
            Charge(
                owner,
                f"{name}#{generation}" if generation else name,
                settings.quota(name, policy, tier, risk, user),
                hits,
                policy.on_failure == "deny",
            )
            for name, policy in policies
        ]

    def _decided(self, policies: Policies, charges: Sequence[Charge], answer: Answer) -> Decided:
        self.counts.note([name for name, _ in policies], answer)
        if answer.closed:
            return Decided(self._closed(policies))
        standings = answer.standings
        if answer.admitted:
            nearest = min(range(len(charges)), key=lambda each: standings[each].remaining)
            where = standings[nearest]
            name = policies[nearest][0]
            return Decided(
                None, answers.exact_field(name, charges[nearest].quota, where.remaining, where.reset)
            )
        refusing = [number for number, each in enumerate(standings) if each.retry > 0]
        longest = max(refusing, key=lambda each: standings[each].retry)
        return Decided(
            answers.exceeded(
                policies[longest][0],
                charges[longest].quota,
                standings[longest].retry,
                standings[longest].reset,
                [policies[each][0] for each in refusing],
                ietf=self.settings.limits.headers in ("ietf", "both"),
            )
        )

    def _closed(self, policies: Policies) -> Problem:
        return answers.closed(next(name for name, policy in policies if policy.on_failure == "deny"))


def _checked(policies: Policies, charges: Sequence[Charge], answer: Answer) -> Json:
    limits = [
        {
            "name": name,
            "key": policy.key,
            "quota": charge.quota.rate,
            "window": answers.whole(charge.quota.window),
            "remaining": standing.remaining,
            "reset": answers.whole(standing.reset),
        }
        for (name, policy), charge, standing in zip(policies, charges, answer.standings, strict=True)
    ]
    found: Json = {"allowed": answer.admitted, "limits": limits}
    if answer.admitted:
        return found
    longest = max(range(len(charges)), key=lambda each: answer.standings[each].retry)
    found["refused_by"] = policies[longest][0]
    retry = answer.standings[longest].retry
    if retry != float("inf"):
        found["retry_after"] = max(1, answers.whole(retry))
    return found
