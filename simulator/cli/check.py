"""``camfarm check``: is this scenario right?"""

from pathlib import Path

import click

from simulator.cli.worlds import mounts_of
from simulator.config.loader import ScenarioError, load_scenario


@click.command()
@click.argument(
    "files", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True
)
def check(files: tuple[Path, ...]) -> None:
    """Check scenario files and tell every mistake as file:line:column.

    Exit code 0 if all are right, 2 if not.
    """
    wrong = [file for file in files if not _is_right(file)]
    if wrong:
        raise click.exceptions.Exit(2)


def _is_right(file: Path) -> bool:
    try:
        cameras = load_scenario(file, mounts_of=mounts_of).resolve()
    except ScenarioError as error:
        click.echo(error, err=True)
        return False
    click.echo(f"{file}: right, {len(cameras)} camera{'s' if len(cameras) > 1 else ''}")
    return True
