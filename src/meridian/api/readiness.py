"""Which parts of control work right now, and in one sentence each what is wrong with those that do not."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Readiness:
    """A part that was never spoken of is fine. starting: why this process has not started fully, or empty."""

    starting: str = "control is starting"
    troubles: dict[str, str] = field(default_factory=dict)

    def fine(self, part: str) -> None:
        self.troubles.pop(part, None)

    def trouble(self, part: str, sentence: str) -> bool:
        """Notes it, and says whether it is news."""
        news = self.troubles.get(part) != sentence
        self.troubles[part] = sentence
        return news

    @property
    def sentence(self) -> str:
        """What is wrong first of all, or empty when all is well."""
        return self.starting or next(iter(self.troubles.values()), "")
