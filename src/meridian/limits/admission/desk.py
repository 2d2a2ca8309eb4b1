"""Where a request is decided: its shields, then its exact limits, then the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from meridian.envoy.snapshot import Json
from meridian.limits import answers
from meridian.limits.admission.asked import Asked, account_of
from meridian.limits.admission.check import Check
from meridian.limits.admission.counts import Counts
from meridian.limits.admission.secret import Names
from meridian.limits.admission.settings import Policies, Settings
from meridian.limits.answers import Problem
from meridian.limits.clients import client_of
from meridian.limits.exact.counters import Answer, Charge, Counters
from meridian.limits.settings import Shield
from meridian.limits.shield.guard import Guard
from meridian.limits.shield.judge import Subject, Verdict, Who


@dataclass(frozen=True, slots=True)
class Decided:
    """What comes of a request. problem: the answer to the client, or None where it goes on. exact: then, where it stands in
    the limit that is nearest to exhaustion."""

    problem: Problem | None = None
    exact: str = ""


GO_ON = Decided()


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose counters are charged. name: as they are stored. user, account: at most one, where an operator's choices for it hold;
    account: as it is compared. lifted: when an operator last ended the account's blocks, in seconds since 1970."""

    name: str
    user: str = ""
    account: str = ""
    lifted: float = 0.0


@dataclass(slots=True)
class Desk:
    """settings, counters: replaced when what this process is told changes."""

    names: Names
    settings: Settings
    counters: Counters
    guard: Guard
    counts: Counts = field(default_factory=Counts)

    def admit(self, asked: Asked, decided: Callable[[Decided], None]) -> None:
        """Its shields first: who is blocked takes nothing from a limit. Then its limits, and where one refuses, the attempt that
        the shields counted is taken back."""
        action = asked.action
        policies = self.settings.policies(action)
        everyone = self._watched(asked, action)
        if everyone:
            unreadable = self._unreadable(asked, action)
            if unreadable is not None:
                decided(Decided(unreadable))
            else:
                self._shielded(asked, policies, everyone, decided)
        elif policies:
            self._limited(policies, self._signed_in(asked), asked, decided, 0.0)
        else:
            decided(GO_ON)

    def outcome(self, asked: Asked, status: int) -> None:
        """How the app answered a request that was let through."""
        if everyone := self._watched(asked, asked.action):
            self.guard.outcome(everyone, asked.request, status)

    def check(self, check: Check, decided: Callable[[Json | Problem], None]) -> None:
        """The answer of the check API, or a problem where the counters are away and it must not pass without them."""
        policies = self.settings.policies(check.action) if not check.only or "user" in check.only else ()
        if not (check.user or check.ip):
            policies = ()
        if not policies:
            decided({"allowed": True, "limits": []})
            return
        if not check.user:
            owner = Owner(self.names.name("address", self._client(check.ip)))
        elif self.settings.shields(check.action):
            owner = self._owner_of(account_of(check.user))
        else:
            owner = Owner(self.names.name("user", check.user), user=check.user)
        charges = self._charges(policies, owner, check.tier, check.risk, check.hits)

        def told(answer: Answer) -> None:
            if not check.dry_run:
                self.counts.note([name for name, _ in policies], answer)
            decided(self._closed(policies) if answer.closed else _checked(policies, charges, answer))

        if check.dry_run:
            self.counters.peek(charges, told)
        else:
            self.counters.take(charges, told)

    def _shielded(
        self, asked: Asked, policies: Policies, everyone: list[Who], decided: Callable[[Decided], None]
    ) -> None:
        began = monotonic()

        def judged(verdict: Verdict, attempt: str) -> None:
            if verdict.refused_by:
                self.counts.refuse(verdict.refused_by)
                decided(Decided(answers.blocked(verdict.refused_by, verdict.wait)))
            elif policies:
                owner = self._tried(asked, everyone[0] if verdict.known else None)
                self._limited(policies, owner, asked, lambda found: limited(found, attempt), began)
            else:
                decided(GO_ON)

        def limited(found: Decided, attempt: str) -> None:
            if found.problem is not None:
                self.guard.give_back(everyone, asked.request, attempt)
            decided(found)

        self.guard.attempt(everyone, asked.request, judged)

    def _limited(
        self, policies: Policies, owner: Owner, asked: Asked, decided: Callable[[Decided], None], since: float
    ) -> None:
        own = not owner.account or owner.account == account_of(asked.user)
        tier = asked.tier if own else ""  # nobody's tier opens another's account
        charges = self._charges(policies, owner, tier, asked.risk)

        def told(answer: Answer) -> None:
            decided(self._decided(policies, charges, answer))

        self.counters.take(charges, told, since)

    def _watched(self, asked: Asked, action: str) -> list[Who]:
        """Who tries, as each shield of the action sees it."""
        shields = self.settings.shields(action)
        if not shields:
            return []
        accounts = _accounts(asked)
        address = self._client(asked.client)
        found = []
        for account in accounts or ("",):
            name = self.names.name("account", account) if account else ""
            for shield_name, shield in shields:
                device = asked.text(shield.device.lower().encode())
                pair = self.names.device(account, device) if account and device else ""
                found.append(Who(shield_name, shield, name, address, pair, sure=len(accounts) < 2))
        return found

    def _unreadable(self, asked: Asked, action: str) -> Problem | None:
        """Counts an attempt that names no account, and answers it where a shield of the action will not have it. Who is signed in
        need not name one."""
        if asked.user or not asked.unreadable:
            return None
        refused = None
        for name, shield in self.settings.shields(action):
            self.counts.unreadable(name)
            if shield.unreadable == "refuse" and refused is None:
                refused = answers.unreadable(name, _place(shield))
        return refused

    def _signed_in(self, asked: Asked) -> Owner:
        """Whose counters a request of an action without shields is charged to."""
        if user := asked.user:
            return Owner(self.names.name("user", user), user=user)
        return Owner(self.names.name("address", self._client(asked.client)))

    def _tried(self, asked: Asked, known: Who | None) -> Owner:
        """Whose counters an attempt is charged to: those of the account that it tries, whoever is signed in. known: who tries
        from a device that the account has used: it has counters of its own, which nobody else can exhaust."""
        if accounts := _accounts(asked):
            return self._owner_of(accounts[0], known)
        return self._signed_in(asked)

    def _owner_of(self, account: str, known: Who | None = None) -> Owner:
        name = self.names.name("account", account)
        ended = self.guard.lifted(Subject("", "account", name))
        return Owner(known.device if known is not None else name, account=account, lifted=ended)

    def _client(self, address: str) -> str:
        return client_of(address, self.settings.limits.ipv6_prefix)

    def _charges(self, policies: Policies, owner: Owner, tier: str, risk: str, hits: int = 1) -> list[Charge]:
        limits = [
            self.settings.limit(
                name, policy, tier, risk, owner.user, account=owner.account, lifted=owner.lifted
            )
            for name, policy in policies
        ]
        return [Charge(owner.name, limit, hits) for limit in limits]

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
                None, answers.exact_field(name, charges[nearest].limit.quota, where.remaining, where.reset)
            )
        refusing = [number for number, each in enumerate(standings) if each.retry > 0]
        longest = max(refusing, key=lambda each: standings[each].retry)
        return Decided(
            answers.exceeded(
                policies[longest][0],
                charges[longest].limit.quota,
                standings[longest].retry,
                standings[longest].reset,
                [policies[each][0] for each in refusing],
                ietf=self.settings.limits.headers in ("ietf", "both"),
            )
        )

    def _closed(self, policies: Policies) -> Problem:
        return answers.closed(next(name for name, policy in policies if policy.on_failure == "deny"))


def _accounts(asked: Asked) -> tuple[str, ...]:
    """Those that an attempt is counted for: the one it names first, and the user who is signed in."""
    return tuple(dict.fromkeys(each for each in (asked.account, account_of(asked.user)) if each))


def _place(shield: Shield) -> str:
    """Where the request names its account."""
    if shield.account.header:
        return f"the header {shield.account.header}"
    return f"the field {shield.account.body} of a JSON body"


def _checked(policies: Policies, charges: Sequence[Charge], answer: Answer) -> Json:
    limits = [
        {
            "name": name,
            "key": policy.key,
            "quota": charge.limit.quota.rate,
            "window": answers.whole(charge.limit.quota.window),
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
