"""What it adds to an edge: one route that Envoy answers by itself."""

from meridian.envoy.contribution import Contribution, EdgeContext, Route
from tests.sample_feature.policy import Greeting, spoken


def compile_greeting(context: EdgeContext) -> Contribution:
    settings = context.config.section(Greeting)
    edges = int(context.state.get("greeting") or 0)
    body = spoken(settings, context.region, edges)
    route = {
        "match": {"path": settings.path},
        "metadata": {"filter_metadata": {"meridian": {"feature": "greeting", "service": "edge"}}},
        "direct_response": {"status": 200, "body": {"inline_string": body}},
    }
    return Contribution(routes=(Route(route, order=0),))
