"""``camfarm models``: the camera models that a scenario can name."""

import click

from simulator.config.catalog import catalog, model_text


@click.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the built-in camera models, or print one of them as YAML."""
    if name is not None:
        try:
            click.echo(model_text(name), nl=False)
        except LookupError as error:
            raise click.UsageError(str(error.args[0])) from None
        return
    width = max(map(len, catalog()))
    for key, model in catalog().items():
        click.echo(f"{key:<{width}}  {model.summary}")
