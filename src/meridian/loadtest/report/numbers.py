"""Numbers, as people read them. Three digits that count, the unit beside them, and a dash for what is not known."""

from datetime import UTC, datetime

NOTHING = "–"


def digits(value: float, most: int = 3) -> str:
    """With at least so many digits that count, whole thousands apart: 0.0123, 4.56, 789, 12,345."""
    if value == 0:
        return "0"
    size = abs(value)
    places = 0
    while size < 10 ** (most - 1) and places < 6:
        size, places = size * 10, places + 1
    written = f"{value:,.{places}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def ms(value: float | None) -> str:
    """From milliseconds: 0.42 ms, 412 ms, 1.52 s, 2 min 5 s."""
    if value is None:
        return NOTHING
    if value < 999.5:
        return f"{digits(value)} ms"
    return f"{digits(value / 1000)} s" if value < 99_950 else span(value / 1000)


def count(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"


def rate(value: float | None) -> str:
    """Per second."""
    return NOTHING if value is None else f"{digits(value, 3 if value < 1000 else 1)}/s"


def share(value: float | None) -> str:
    """From 0 to 1. What is there but rounds to nothing is said to be there."""
    if value is None:
        return NOTHING
    if 0 < value < 0.0001:
        return "< 0.01 %"
    return f"{digits(value * 100, 2 if value < 0.1 else 3)} %"


def change(value: float | None) -> str:
    """A share by which something grew, with its sign."""
    return NOTHING if value is None else f"{value * 100:+.1f} %".replace("-", "−")


def clock(at: float | None, places: int = 0) -> str:
    """Seconds since the start as on a stopwatch: 1:03, 1:03.412, 1:02:03."""
    if at is None:
        return NOTHING
    ticks = round(abs(at) * 10**places)
    whole, part = divmod(ticks, 10**places)
    hours, rest = divmod(whole, 3600)
    minutes, seconds = divmod(rest, 60)
    shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return ("−" if at < 0 and ticks else "") + shown + (f".{part:0{places}}" if places else "")


def span(seconds: float | None) -> str:
    """How long: 45 s, 5 min, 2 min 5 s, 1 h 30 min."""
    if seconds is None:
        return NOTHING
    if seconds < 59.95:
        return f"{digits(round(seconds, 1))} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value)


def size(value: float | None) -> str:
    """Bytes."""
    if value is None:
        return NOTHING
    for unit in ("B", "KiB", "MiB"):
        if abs(value) < 1024:
            return f"{digits(value)} {unit}".replace("-", "−")
        value /= 1024
    return f"{digits(value)} GiB".replace("-", "−")


def moment(written: str | None) -> str:
    """From ISO 8601: 22 Nov 2026, 13:46:00 UTC. As it stands where it is no time."""
    if not written:
        return NOTHING
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    at = at.astimezone(UTC) if at.tzinfo else at
    return f"{at.day} {at:%b %Y, %H:%M:%S}" + (" UTC" if at.tzinfo else "")
