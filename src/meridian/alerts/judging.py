"""Whether alert rules are judged at all: that nothing is wrong can be said only while somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meridian.alerts.store import Records
from meridian.config.schema.base import duration
from meridian.core.decision import clip

if TYPE_CHECKING:
    from meridian.feature import Control

SILENT = 10.0
"""Seconds without a judgement after which rules count as not judged."""


async def trouble(control: Control) -> str:
    """Why alert rules are not judged now, in a sentence; empty while they are. Raises Unavailable."""
    if why := control.starting():
        return clip(f"alert rules are not judged: {why}")
    ago = await Records(control.database).judged()
    if ago is None:
        return "no alert rule was ever judged; see /readyz?verbose"
    if ago > SILENT:
        return f"no alert rule was judged for {duration(round(ago))}; see /readyz?verbose"
    return ""
