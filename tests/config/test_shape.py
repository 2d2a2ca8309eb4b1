from meridian.config.schema.root import Config
from meridian.config.schema.service import AppFeature
from meridian.config.schema.topology import Region
from meridian.config.shape import place


def test_places_are_told_apart() -> None:
    assert place(Config, ("regions", "EU")).kind == "entry"
    assert place(Config, ("regions", "EU")).type is Region
    assert place(Config, ("regions", "EU", "locations", 3)).kind == "item"
    assert place(Config, ("regions", "EU", "priority")).type is int
    assert place(Config, ("features", "chat", "p95")).type is float
    assert place(Config, ("features", "chat", "nonsense")).kind == "unknown"
    assert place(Config, ("nonsense", "deeper", 0)).kind == "unknown"


def test_a_section_lists_its_settings() -> None:
    assert place(Config, ("features", "chat")).settings == tuple(AppFeature.model_fields)
    assert place(Config, ("features",)).settings == ()
    assert "jwks" in place(Config, ("identity",)).settings
    assert place(Config, ("identity", "jwks")).settings == ("file", "url", "refresh")
