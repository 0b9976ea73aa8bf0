"""Device service: users (ONVIF Core 8.4.3 to 8.4.6)."""

from collections.abc import Mapping
from typing import Any

import attrs

from simulator.device.accounts import Account, Users, with_changed, with_new, without
from simulator.device.users import UserLevel
from simulator.services.camera import Camera
from simulator.services.device import Answer, Request, device
from simulator.services.registry import Access, Call


@device.operation("GetUsers", Access.READ_SYSTEM_SECRET)
def get_users(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.4.3: never with a password."""
    users = camera.store.state.users
    return {"User": [{"Username": user.name, "UserLevel": user.level.value} for user in users]}


@device.operation("CreateUsers", Access.WRITE_SYSTEM)
def create_users(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.4.4."""
    accounts = [_account(user) for user in request["User"]]
    users = with_new(camera.store.state.users, accounts, camera.model.limits.users)
    _commit(camera, users, "CreateUsers")
    return None


@device.operation("SetUser", Access.WRITE_SYSTEM)
def set_user(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.4.6."""
    accounts = [_account(user) for user in request["User"]]
    _commit(camera, with_changed(camera.store.state.users, accounts), "SetUser")
    return None


@device.operation("DeleteUsers", Access.WRITE_SYSTEM)
def delete_users(camera: Camera, request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.4.5."""
    _commit(camera, without(camera.store.state.users, request["Username"]), "DeleteUsers")
    return None


def _account(user: Mapping[str, Any]) -> Account:
    return Account(user["Username"], user.get("Password"), UserLevel(user["UserLevel"]))


def _commit(camera: Camera, users: Users, reason: str) -> None:
    camera.store.commit(attrs.evolve(camera.store.state, users=users), reason)
