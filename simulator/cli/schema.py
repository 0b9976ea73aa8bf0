"""``camfarm schema``: the JSON Schema of scenario files."""

import json

import click

from simulator.config.loader import scenario_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Editors complete and check a scenario whose first line is
    "# yaml-language-server: $schema=schema.json".
    """
    click.echo(json.dumps(scenario_schema(), indent=2))
