"""A number with its unit, as it stands in a sentence."""


def amount(value: float, unit: str) -> str:
    """For people. A share for "%"."""
    shown = value * 100 if unit == "%" else value
    text = f"{shown:,.0f}" if abs(shown) >= 100 else f"{shown:.3g}"
    return f"{text}{unit}" if unit == "/s" else f"{text} {unit}"
