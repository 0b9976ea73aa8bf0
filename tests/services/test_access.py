"""The default access policy, as the standard prints it."""

import pytest

from simulator.device.users import UserLevel
from simulator.services.access import permits
from simulator.services.registry import Access

TABLE = """
PRE_AUTH              Administrator Operator User Anonymous Extended
READ_SYSTEM           Administrator Operator User
READ_SYSTEM_SENSITIVE Administrator Operator
READ_SYSTEM_SECRET    Administrator
WRITE_SYSTEM          Administrator
UNRECOVERABLE         Administrator
READ_MEDIA            Administrator Operator User
ACTUATE               Administrator Operator
"""


@pytest.mark.parametrize("row", TABLE.split("\n")[1:-1])
def test_who_may_what(row: str) -> None:
    access, *levels = row.split()
    allowed = {level.value for level in UserLevel if permits(level, Access(access))}
    assert allowed == set(levels)


def test_the_table_is_complete() -> None:
    assert {row.split()[0] for row in TABLE.strip().split("\n")} == {each.value for each in Access}
