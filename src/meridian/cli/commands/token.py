"""`meridian token`: tokens for operators, edges and the app's servers, and the app's own JWTs for trying things out locally."""

import click

from meridian import console as output
from meridian.cli.client import Client, home_folder

TOKENS = "/infrastructure/tokens"


@click.group(short_help="Tokens for operators, edges, the app and its users.")
def token() -> None:
    """Tokens for operators, edges and the app's servers, and the local app's tokens for users."""


@token.command(short_help="Sign a user's token as the local app would.")
@click.option("--id", "user", required=True, help="The user.")
@click.option("--tier", default="free", show_default=True, help="The user's tier.")
@click.option("--country", default="", help="The country that the app declares for the user.")
@click.option(
    "--minutes", type=click.IntRange(1, 60 * 24 * 30), default=60, show_default=True, help="Lifetime."
)
@output.home_option
@output.json_option
def user(user: str, tier: str, country: str, minutes: int, home: str | None, as_json: bool) -> None:
    """Print the app's JWT for a user, signed with the local world's key."""
    from meridian.world.issuer import sign_user

    signed = sign_user(home_folder(home), user, tier, country or None, minutes * 60.0)
    if as_json:
        output.emit({"token": signed})
    else:
        output.say(signed)


@token.command(short_help="Make a token for an operator, an edge or the app.")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["admin", "ops", "edge", "app"]),
    required=True,
    help="What it may do. app: the app's servers, which tell what happened.",
)
@click.option("--region", default="", help="For an edge: the only region it may ask for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Lifetime; left out, until revoked.")
@output.home_option
@output.json_option
def create(name: str, role: str, region: str, days: int | None, home: str | None, as_json: bool) -> None:
    """Print a new token called NAME. It is shown this once: only its hash is stored."""
    made = Client(home).post(TOKENS, {"name": name, "role": role, "region": region, "days": days})
    if as_json:
        output.emit(made)
    else:
        output.say(made["token"])


@token.command("list", short_help="List the tokens.")
@output.home_option
@output.json_option
def listing(home: str | None, as_json: bool) -> None:
    """List the tokens; never the secrets themselves."""
    tokens = Client(home).get(TOKENS)["tokens"]
    if as_json:
        output.emit(tokens)
        return
    rows = [
        [
            one["id"],
            one["name"],
            one["role"],
            one["region"] or "-",
            one["created_at"][:19],
            (one["expires_at"] or "-")[:19],
            (one["last_used_at"] or "-")[:19],
            (one["revoked_at"] or "-")[:19],
        ]
        for one in tokens
    ]
    columns = ["ID", "NAME", "ROLE", "REGION", "CREATED", "EXPIRES", "USED", "REVOKED"]
    output.table(columns, rows)


@token.command(short_help="Revoke a token.")
@click.argument("id")
@output.home_option
@output.json_option
def revoke(id: str, home: str | None, as_json: bool) -> None:
    """Refuse the token with the identifier ID from now on."""
    Client(home).delete(f"{TOKENS}/{id}")
    if as_json:
        output.emit({"id": id, "revoked": True})
    else:
        output.say(f"{id} is revoked")
