"""A mistake in the call or in a scenario: told on standard error, exit code 2."""

from typing import IO, Any

import click

from simulator.config.loader import ScenarioError


class Mistaken(click.ClickException):
    """Ends the command with the mistakes of a scenario, one a line."""

    exit_code = 2

    def __init__(self, error: ScenarioError) -> None:
        super().__init__(str(error))

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the lines as they are, so that editors find file, line and column."""
        click.echo(self.message, file=file, err=True)
