"""Fixtures that more than one directory uses."""

import pytest


@pytest.fixture
def make_rig(tmp_path):
    """Make whole cameras in memory: ``make_rig("bullet")``."""
    from cameras import Rig

    def make(model="dome-ptz", **spec):
        return Rig(tmp_path / "loops", model, **spec)

    return make


@pytest.fixture
def rig(make_rig):
    """A PTZ camera in memory."""
    return make_rig()


@pytest.fixture
def bullet(make_rig):
    """A fixed camera in memory."""
    return make_rig("bullet")
