"""When which request is due: fixed in advance by the seed, whatever the answers do (an open loop).

A closed loop would wait for slow answers and so hide them; here an answer that comes late is late from the moment it
should have been asked for.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meridian.world.traffic.crowd import User
from meridian.world.traffic.mix import Action, Mix

WAVE = 20.0
"""Seconds from one surge to the next."""


@dataclass(frozen=True, slots=True)
class Due:
    """at: seconds after the start. key: the idempotency key, or empty. signed: whether it carries the user's token."""

    number: int
    at: float
    user: User
    action: Action
    key: str
    signed: bool


def due_at(number: int, rps: float, surge: float) -> float:
    """When request `number` is due. With a surge, the rate swings around `rps` by that share; the mean over a wave stays.

    The count by time t is rps * (t - surge * W/2pi * sin(2pi t/W)), which is inverted by Newton's method.
    """
    flat = number / rps
    if surge <= 0:
        return flat
    turn = 2 * math.pi / WAVE
    at = flat
    for _ in range(8):
        ahead = at - surge / turn * math.sin(turn * at) - flat
        at -= ahead / (1 - surge * math.cos(turn * at))
    return at


def schedule(rps: float, seconds: float, mix: Mix, users: Sequence[User], seed: int) -> Iterator[Due]:
    """Every request that is due within `seconds`, in order."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    weights = [action.weight for action in mix.actions]
    run = f"{seed}-{chance.randrange(16**8):08x}"
    number = 0
    while (at := due_at(number, rps, mix.surge)) < seconds:
        user = users[chance.randrange(len(users))]
        action = chance.choices(mix.actions, weights)[0]
        signed = chance.random() >= mix.anonymous
        key = f"{run}-{number}" if action.keyed else ""
        yield Due(number, at, user, action, key, signed)
        number += 1
