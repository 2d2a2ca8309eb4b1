"""A small valid configuration as text, to change in a test."""

from meridian.config.loading import load
from meridian.config.model import config_model
from meridian.config.schema.root import Config
from meridian.features import features
from meridian.geo.countries import countries

AMERICA = [country.code for country in countries().values() if country.continent in ("NA", "SA")]
ELSEWHERE = [code for code in countries() if code not in AMERICA]

SHOP = f"""version: 1
app: {{name: shop}}
identity: {{issuer: https://id.shop.example, audience: shop}}
locations:
  belgium: {{}}
  holland: {{}}
  iowa: {{}}
residency:
  europe: {{locations: [belgium, holland]}}
  america: {{locations: [iowa]}}
regions:
  EU: {{locations: [belgium, holland], residency: europe}}
  US: {{locations: [iowa], residency: america}}
default_region: EU
services:
  web: {{}}
features:
  chat: {{paths: [/chat], service: web}}
  wallet: {{paths: [/wallet], service: web, route: pinned, region: EU, residency: europe}}
countries:
  EU: [{", ".join(ELSEWHERE)}]
  US: [{", ".join(AMERICA)}]
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The shop with each first text replaced by the second, once. The first must be there."""
    text = SHOP
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def config(*replacements: tuple[str, str]) -> Config:
    return load(changed(*replacements), config_model(features())).config
