"""Its command."""

import click


@click.command()
@click.argument("region")
@click.pass_context
def greeting(ctx: click.Context, region: str) -> None:
    """What the edge of REGION says."""
    click.echo(ctx.obj.client().get(f"/infrastructure/greeting/{region}")["text"])
