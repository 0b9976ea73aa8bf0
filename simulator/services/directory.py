"""Device service: which services there are and what they can do (ONVIF Core 8.1.2).

All of it is computed: from the services that a camera has, what is registered, and the model.
"""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.device.accounts import MAX_NAME, MAX_PASSWORD
from simulator.errors import receiver
from simulator.services.camera import Camera
from simulator.services.device import Answer, Request, device
from simulator.services.events import capabilities as events_capabilities
from simulator.services.events import events
from simulator.services.media import capabilities as media_capabilities
from simulator.services.media import maximum_profiles, media
from simulator.services.media2 import capabilities as media2_capabilities
from simulator.services.media2 import media2
from simulator.services.network import MAX_NTP_SERVERS
from simulator.services.ptz import capabilities as ptz_capabilities
from simulator.services.ptz import ptz
from simulator.services.registry import Access, Call, Service

Shape = Mapping[str, Any]


def capabilities(camera: Camera) -> Shape:
    """Return ``tds:DeviceServiceCapabilities``."""
    known, auth = device.operations, camera.model.auth
    return {
        "Network": {
            "@IPFilter": "GetIPAddressFilter" in known,
            "@ZeroConfiguration": "GetZeroConfiguration" in known,
            "@IPVersion6": False,
            "@DynDNS": "GetDynamicDNS" in known,
            "@Dot11Configuration": "GetDot11Capabilities" in known,
            "@Dot1XConfigurations": 0,
            "@HostnameFromDHCP": "SetHostnameFromDHCP" in known,
            "@NTP": MAX_NTP_SERVERS,
            "@DHCPv6": False,
        },
        "Security": {
            "@TLS1.0": False,
            "@TLS1.1": False,
            "@TLS1.2": False,
            "@OnboardKeyGeneration": "CreateCertificate" in known,
            "@AccessPolicyConfig": "SetAccessPolicy" in known,
            "@DefaultAccessPolicy": True,
            "@Dot1X": "GetDot1XConfigurations" in known,
            "@RemoteUserHandling": "GetRemoteUser" in known,
            "@X.509Token": False,
            "@SAMLToken": False,
            "@KerberosToken": False,
            "@UsernameToken": "username_token" in auth.schemes,
            "@HttpDigest": "digest" in auth.schemes,
            "@RELToken": False,
            "@MaxUsers": camera.model.limits.users,
            "@MaxUserNameLength": MAX_NAME,
            "@MaxPasswordLength": MAX_PASSWORD,
            "@HashingAlgorithms": list(auth.algorithms),
        },
        "System": {
            "@DiscoveryResolve": True,
            "@DiscoveryBye": True,
            "@RemoteDiscovery": "GetRemoteDiscoveryMode" in known,
            "@SystemBackup": "GetSystemBackup" in known,
            "@SystemLogging": "GetSystemLog" in known,
            "@HttpFirmwareUpgrade": "StartFirmwareUpgrade" in known,
            "@HttpSystemBackup": "GetSystemUris" in known,
            "@HttpSystemLogging": "GetSystemUris" in known,
            "@HttpSupportInformation": "GetSystemUris" in known,
            "@StorageConfiguration": "GetStorageConfigurations" in known,
        },
    }


_CAPABILITIES: Mapping[Service, Callable[[Camera], Shape]] = {
    device: capabilities,
    media: media_capabilities,
    media2: media2_capabilities,
    events: events_capabilities,
    ptz: ptz_capabilities,
}

SERVICES = tuple(_CAPABILITIES)
"""All services, in the order in which GetServices lists them."""


@device.operation("GetServices", Access.PRE_AUTH)
def get_services(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 8.1.2.2."""
    with_capabilities = request["IncludeCapability"]
    return {
        "Service": [
            {
                "Namespace": service.namespace,
                "XAddr": call.base_url + service.path,
                "Capabilities": _element(service, camera) if with_capabilities else None,
                "Version": _version(service),
            }
            for service in SERVICES
            if service.when(camera)
        ]
    }


@device.operation("GetServiceCapabilities", Access.PRE_AUTH)
def get_service_capabilities(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.1.2.3."""
    return {"Capabilities": capabilities(camera)}


@device.operation("GetCapabilities", Access.PRE_AUTH)
def get_capabilities(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 8.1.2.4: what clients asked for before there was GetServices."""
    wanted = request.get("Category") or ["All"]
    offered = {
        category: describe(camera, call.base_url)
        for category, (service, describe) in _CATEGORIES.items()
        if service.when(camera)
    }
    if "All" in wanted:
        return {"Capabilities": offered}
    for category in wanted:
        if category not in offered:
            reason = f"the device has no {category} service"
            raise receiver("ActionNotSupported", "NoSuchService", reason=reason)
    return {"Capabilities": {category: offered[category] for category in wanted}}


def _element(service: Service, camera: Camera) -> Shape:
    element = f"{{{service.namespace}}}Capabilities"
    return {"#any": [(element, _CAPABILITIES[service](camera))]}


def _version(service: Service) -> Shape:
    return {"Major": service.version[0], "Minor": service.version[1]}


def _device_category(camera: Camera, base_url: str) -> Shape:
    shapes = capabilities(camera)
    network, security, system = shapes["Network"], shapes["Security"], shapes["System"]
    return {
        "XAddr": base_url + device.path,
        "Network": {
            name: network[f"@{name}"]
            for name in ("IPFilter", "ZeroConfiguration", "IPVersion6", "DynDNS")
        },
        "System": {
            **{
                name: system[f"@{name}"]
                for name in (
                    "DiscoveryResolve",
                    "DiscoveryBye",
                    "RemoteDiscovery",
                    "SystemBackup",
                    "SystemLogging",
                )
            },
            "FirmwareUpgrade": "UpgradeSystemFirmware" in device.operations,
            "SupportedVersions": [_version(device)],
        },
        "IO": {"InputConnectors": 0, "RelayOutputs": 0},
        "Security": {
            name: security[f"@{name}"]
            for name in (
                "TLS1.1",
                "TLS1.2",
                "OnboardKeyGeneration",
                "AccessPolicyConfig",
                "X.509Token",
                "SAMLToken",
                "KerberosToken",
                "RELToken",
            )
        },
    }


def _events_category(camera: Camera, base_url: str) -> Shape:
    shape = events_capabilities(camera)
    pausable = "WSPausableSubscriptionManagerInterfaceSupport"
    return {
        "XAddr": base_url + events.path,
        "WSSubscriptionPolicySupport": shape["@WSSubscriptionPolicySupport"],
        "WSPullPointSupport": "CreatePullPointSubscription" in events.operations,
        pausable: shape[f"@{pausable}"],
    }


def _media_category(camera: Camera, base_url: str) -> Shape:
    streaming = media_capabilities(camera)["StreamingCapabilities"]
    profiles = {"MaximumNumberOfProfiles": maximum_profiles(camera)}
    return {
        "XAddr": base_url + media.path,
        "StreamingCapabilities": {
            name: streaming[f"@{name}"] for name in ("RTPMulticast", "RTP_TCP", "RTP_RTSP_TCP")
        },
        "Extension": {"ProfileCapabilities": profiles},
    }


def _ptz_category(_camera: Camera, base_url: str) -> Shape:
    return {"XAddr": base_url + ptz.path}


_CATEGORIES: Mapping[str, tuple[Service, Callable[[Camera, str], Shape]]] = {
    "Device": (device, _device_category),
    "Events": (events, _events_category),
    "Media": (media, _media_category),
    "PTZ": (ptz, _ptz_category),
}
