"""Where a channel leads, for people: no secret, and no part of an address that may be one."""

from urllib.parse import urlsplit

from meridian.alerts.channels import Channel, Secret


def target(channel: Channel) -> str:
    if channel.slack:
        return f"the webhook in {_place(channel.slack.webhook)}"
    if channel.pagerduty:
        return f"{_server(channel.pagerduty.url)}, with the key in {_place(channel.pagerduty.routing_key)}"
    if channel.email:
        return f"{', '.join(channel.email.to)} through {channel.email.host}:{channel.email.at_port}"
    if channel.sms:
        return f"{', '.join(channel.sms.to)} through {_server(channel.sms.url)}"
    return _server(channel.webhook.url) if channel.webhook else ""


def _place(secret: Secret) -> str:
    return f"the environment variable {secret.env}" if secret.env else f"the file {secret.file}"


def _server(url: str) -> str:
    """Without path and query: some receivers put a key there."""
    return urlsplit(url).netloc
