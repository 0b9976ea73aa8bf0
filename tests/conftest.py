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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file's tests to one worker, and others' clients all to one, for they share a farm.

    pytest-xdist's own ``--dist loadgroup`` does nothing with pytest 9.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            directory, _, _ = file.rpartition("/")
            return directory if directory.endswith("interop") else file

    return ByFile(config, log)
