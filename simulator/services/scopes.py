"""Device service: discovery scopes and discovery mode (ONVIF Core 8.3.14 to 8.3.19)."""

import attrs

from simulator.device.scopes import Scopes, with_added, with_configurable, without
from simulator.errors import receiver
from simulator.services.camera import Camera
from simulator.services.device import Answer, Request, device
from simulator.services.registry import Access, Call


@device.operation("GetScopes", Access.READ_SYSTEM)
def get_scopes(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.14."""
    scopes = camera.store.state.scopes
    if not scopes:
        raise receiver("Action", "EmptyScope", reason="the device has no scopes")
    return {
        "Scopes": [
            {"ScopeDef": "Fixed" if scope.fixed else "Configurable", "ScopeItem": scope.item}
            for scope in scopes
        ]
    }


@device.operation("SetScopes", Access.WRITE_SYSTEM)
def set_scopes(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.15."""
    _commit(camera, with_configurable(camera.store.state.scopes, request["Scopes"]), "SetScopes")
    return None


@device.operation("AddScopes", Access.WRITE_SYSTEM)
def add_scopes(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.16."""
    _commit(camera, with_added(camera.store.state.scopes, request["ScopeItem"]), "AddScopes")
    return None


@device.operation("RemoveScopes", Access.WRITE_SYSTEM)
def remove_scopes(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.17: the answer lists what was removed."""
    items = request["ScopeItem"]
    _commit(camera, without(camera.store.state.scopes, items), "RemoveScopes")
    return {"ScopeItem": items}


@device.operation("GetDiscoveryMode", Access.READ_SYSTEM)
def get_discovery_mode(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.18."""
    discoverable = camera.store.state.network.discoverable
    return {"DiscoveryMode": "Discoverable" if discoverable else "NonDiscoverable"}


@device.operation("SetDiscoveryMode", Access.WRITE_SYSTEM)
def set_discovery_mode(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.19."""
    state = camera.store.state
    discoverable = request["DiscoveryMode"] == "Discoverable"
    network = attrs.evolve(state.network, discoverable=discoverable)
    camera.store.commit(attrs.evolve(state, network=network), "SetDiscoveryMode")
    return None


def _commit(camera: Camera, scopes: Scopes, reason: str) -> None:
    camera.store.commit(attrs.evolve(camera.store.state, scopes=scopes), reason)
