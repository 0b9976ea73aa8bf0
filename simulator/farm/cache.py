"""Where bakes and loops are kept from run to run."""

import os
from pathlib import Path


def cache_directory() -> Path:
    """Return the user's cache directory for camfarm (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "camfarm"
