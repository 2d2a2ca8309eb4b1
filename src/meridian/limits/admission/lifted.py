"""Which blocks an operator has ended, as the judge asks for it."""

from collections.abc import Iterable

from meridian.limits.admission.asked import account_of
from meridian.limits.admission.secret import Names
from meridian.limits.clients import client_of
from meridian.limits.shield.judge import Lifted, Subject
from meridian.limits.state import Lift


def lifted(lifts: Iterable[Lift], names: Names, ipv6_prefix: int) -> Lifted:
    """A lifted account is named as people know it, or by the name that stands in the log. What is lifted for it is lifted for its
    devices too."""
    ended: dict[tuple[str, str], float] = {}
    for lift in lifts:
        if lift.kind == "address":
            subjects = [client_of(lift.subject, ipv6_prefix)]
        else:
            subjects = [names.name("account", account_of(lift.subject)), lift.subject.strip().lower()]
        for subject in subjects:
            key = (lift.kind, subject)
            ended[key] = max(lift.at, ended.get(key, 0.0))

    def at(subject: Subject) -> float:
        if not ended:
            return 0.0
        if subject.kind == "device":
            return ended.get(("account", subject.name.partition(".")[0]), 0.0)
        return ended.get((subject.kind, subject.name), 0.0)

    return at
