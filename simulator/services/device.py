"""Device service: what it is, its clock, reboot and reset (ONVIF Core 8.1, 8.3)."""

import datetime
from collections.abc import Mapping
from typing import Any

import attrs

from simulator.device.state import TimeSettings
from simulator.device.timezone import TimeZone
from simulator.errors import Fault, sender
from simulator.services.camera import Camera
from simulator.services.registry import Access, Call, Service

device = Service(
    "device",
    "http://www.onvif.org/ver10/device/wsdl",
    "/onvif/device_service",
    (20, 12),
)

WSDL_URL = "http://www.onvif.org/ver10/device/wsdl/devicemgmt.wsdl"
"""Where ONVIF publishes the description of this service."""

Request = Mapping[str, Any]
Answer = Mapping[str, Any] | None

_EPOCH = datetime.datetime(1970, 1, 1)


@device.operation("GetDeviceInformation", Access.READ_SYSTEM)
def get_device_information(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.1."""
    identity = camera.store.state.identity
    return {
        "Manufacturer": identity.manufacturer,
        "Model": identity.model,
        "FirmwareVersion": identity.firmware,
        "SerialNumber": identity.serial_number,
        "HardwareId": identity.hardware_id,
    }


@device.operation("GetWsdlUrl", Access.PRE_AUTH)
def get_wsdl_url(_camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.1.1: the camera serves no copy of its own."""
    return {"WsdlUrl": WSDL_URL}


@device.operation("GetEndpointReference", Access.PRE_AUTH)
def get_endpoint_reference(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.4.9."""
    return {"GUID": f"urn:uuid:{camera.uuid}"}


@device.operation("GetSystemDateAndTime", Access.PRE_AUTH)
def get_system_date_and_time(camera: Camera, _request: Request, call: Call) -> Answer:
    """ONVIF Core 8.3.6: whole seconds, of this camera's own clock."""
    settings = camera.store.state.time
    utc = camera.clock.utc(call.now)
    local = utc + _zone(settings.time_zone, settings.daylight_savings).offset_s(utc)
    return {
        "SystemDateAndTime": {
            "DateTimeType": settings.source,
            "DaylightSavings": settings.daylight_savings,
            "TimeZone": {"TZ": settings.time_zone},
            "UTCDateTime": _date_time(utc),
            "LocalDateTime": _date_time(local),
        }
    }


@device.operation("SetSystemDateAndTime", Access.WRITE_SYSTEM)
def set_system_date_and_time(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 8.3.7: by hand to the second, or by NTP to the world's time."""
    present = camera.store.state.time.time_zone
    settings = TimeSettings(
        source=request["DateTimeType"],
        time_zone=_checked_zone(request.get("TimeZone", {}).get("TZ", present)),
        daylight_savings=request["DaylightSavings"],
    )
    utc = _wanted_utc(camera, request, call.now)
    camera.clock.step_to(utc, call.now)
    camera.store.clock_set(settings, utc)
    return None


@device.operation("SystemReboot", Access.UNRECOVERABLE)
def system_reboot(camera: Camera, _request: Request, _call: Call) -> Answer:
    """ONVIF Core 8.3.13: the answer, then Bye, absence and Hello."""
    camera.request_reboot()
    return {"Message": f"{camera.name} reboots now"}


@device.operation("SetSystemFactoryDefault", Access.UNRECOVERABLE)
def set_system_factory_default(camera: Camera, request: Request, call: Call) -> Answer:
    """ONVIF Core 8.3.8: forget, and reboot; a soft reset leaves the network settings."""
    hard = request["FactoryDefault"] == "Hard"
    camera.store.factory_default(hard, camera.clock.utc(call.now))
    camera.request_reboot()
    return None


def _wanted_utc(camera: Camera, request: Request, now: float) -> float:
    if request["DateTimeType"] == "Manual":
        return _seconds(request.get("UTCDateTime"))
    if not camera.store.state.network.ntp:
        raise sender("InvalidArgVal", "NtpServerUndefined", reason="set an NTP server first")
    return camera.clock.start_utc + now


def _zone(text: str, daylight_savings: bool) -> TimeZone:
    """Return the zone that is in force: without its summer time if that is switched off."""
    zone = TimeZone.parse(text)
    return zone if daylight_savings else attrs.evolve(zone, summer_s=None)


def _checked_zone(text: str) -> str:
    try:
        TimeZone.parse(text)
    except ValueError as error:
        raise sender("InvalidArgVal", "InvalidTimeZone", reason=str(error)) from error
    return text


def _date_time(seconds: float) -> Mapping[str, Any]:
    moment = _EPOCH + datetime.timedelta(seconds=int(seconds // 1))
    return {
        "Time": {"Hour": moment.hour, "Minute": moment.minute, "Second": moment.second},
        "Date": {"Year": moment.year, "Month": moment.month, "Day": moment.day},
    }


def _seconds(value: Mapping[str, Any] | None) -> float:
    """Return ``tt:DateTime`` as Unix seconds; the hand sets a clock within 1970 to 2105."""
    if value is None:
        raise _invalid_date_time("UTCDateTime is needed to set the clock by hand")
    date, time = value["Date"], value["Time"]
    try:
        moment = datetime.datetime(
            date["Year"],
            date["Month"],
            date["Day"],
            time["Hour"],
            time["Minute"],
            min(time["Second"], 59) if time["Second"] <= 60 else time["Second"],
        )
    except ValueError as error:
        raise _invalid_date_time(str(error)) from error
    seconds = (moment - _EPOCH).total_seconds()
    if not 0 <= seconds < 1 << 32:
        raise _invalid_date_time(f"the clock cannot show the year {moment.year}")
    return seconds


def _invalid_date_time(reason: str) -> Fault:
    return sender("InvalidArgVal", "InvalidDateTime", reason=reason)
