"""``python -m simulator`` is ``camfarm``."""

from simulator.cli.main import main

main(prog_name="camfarm")
