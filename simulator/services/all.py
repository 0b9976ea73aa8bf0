"""Every operation that the farm implements; importing the modules registers them."""

from simulator.services import accounts, network, presets, ptz_configurations, scopes
from simulator.services.directory import SERVICES
from simulator.services.registry import Registry

__all__ = ["REGISTRY", "accounts", "network", "presets", "ptz_configurations", "scopes"]

REGISTRY = Registry(SERVICES)
