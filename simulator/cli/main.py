"""The command ``camfarm``."""

import click

from simulator import __version__
from simulator.cli.check import check
from simulator.cli.models import models
from simulator.cli.run import run
from simulator.cli.schema import schema


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="camfarm")
def main() -> None:
    """A farm of virtual ONVIF network cameras that look at one simulated world."""


for _command in (run, check, schema, models):
    main.add_command(_command)
