"""How risky a user looks: shared by the features that judge it and those that act on it."""

from enum import StrEnum


class Risk(StrEnum):
    """Until a user has been judged, the risk is low."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
