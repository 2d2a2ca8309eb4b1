"""What somebody asks for who starts a load test."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Order:
    """scenario: a name of those that come with Meridian; text: instead of it, a scenario as YAML. scale: of its rate. None:
    as the scenario has it. seconds: how long. rate: flows a second, at the highest, instead of a scale. target: a name of the
    configuration; empty: the world that control belongs to. processes: None: as many as the machine has cores to spare. confirm:
    the target's name, typed by a person, where it is marked as production."""

    scenario: str = ""
    text: str = ""
    scale: float = 1.0
    seconds: float | None = None
    rate: float | None = None
    seed: int | None = None
    target: str = ""
    processes: int | None = None
    confirm: str = ""
