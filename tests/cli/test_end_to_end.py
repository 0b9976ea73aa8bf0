"""``camfarm run`` from its start to its end: mistakes in the call, addresses, memory, reboot."""

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import threading
import time

import player
import pytest
import rtsp_client
from lxml import etree
from running import END_S, START_S, camfarm, farm_process
from soap_client import NAMESPACES, SOAP_12, Soap, find

ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"


def mistaken(*arguments):
    """Run a call that must end with 2 at once, without a traceback; return what it says."""
    ports = ["--http-port", 0, "--rtsp-port", 0]
    run = camfarm(
        "run", *ports, "--no-discovery", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    _, errors = run.communicate(timeout=START_S)
    assert run.returncode == 2, errors
    assert b"Traceback" not in errors
    return errors.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "192.0.2.1"], ["192.0.2.1"]),
        (["--host", "nowhere.invalid"], ["nowhere.invalid"]),
        (["--ips", "nonsense"], ["--ips", "nonsense"]),
        (["--ips", "127.20.0.0/30", "-n", "5"], ["127.20.0.0/30", "2 addresses", "5 cameras"]),
        (["--ips", "fe80::/64"], ["fe80::/64", "IPv4"]),
        (["--http-port", "65530", "-n", "10"], ["65530", "10"]),
        (["--http-port", "9000", "--rtsp-port", "9001", "-n", "4"], ["9000", "9001", "overlap"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_an_address_that_cannot_be_had_ends_with_2_and_is_named(arguments, words):
    said = mistaken(*arguments)
    assert all(word in said for word in words), said


def test_an_unknown_key_ends_with_2_and_is_shown_where_it_is(tmp_path):
    scenario = tmp_path / "mine.yaml"
    scenario.write_text("version: 1\ncameras:\n  - name: a\n    modle: bullet\n")
    said = mistaken(scenario)
    assert f"{scenario}:4:5: " in said
    assert "did you mean 'model'?" in said


def test_a_state_file_that_is_damaged_ends_with_2_and_is_named(tmp_path):
    damaged = tmp_path / "cam-001.json"
    damaged.write_text("{")
    assert str(damaged) in mistaken("--state", tmp_path)
    assert damaged.read_text() == "{"


def standard_ports_permitted():
    with socket.socket() as sock:
        try:
            sock.bind(("127.20.255.254", 80))
        except PermissionError:
            return False
        except OSError as error:
            assert error.errno == errno.EADDRINUSE
    return True


@pytest.mark.skipif(
    not standard_ports_permitted(),
    reason="ports below 1024 are not permitted: needs root, CAP_NET_BIND_SERVICE, or the sysctl "
    "net.ipv4.ip_unprivileged_port_start",
)
def test_each_camera_has_an_address_with_standard_ports(tmp_path):
    with farm_process(tmp_path, "-n", 300, "--ips", "127.20.0.0/16", ports=None) as farm:
        hosts = [camera["host"] for camera in farm.cameras]
        assert (hosts[0], hosts[255], hosts[299]) == ("127.20.0.1", "127.20.1.0", "127.20.1.44")
        assert {(c["http_port"], c["rtsp_port"]) for c in farm.cameras} == {(80, 554)}
        for camera in (farm.cameras[0], farm.cameras[1], farm.cameras[-1]):
            answer = Soap(camera).ask("<tds:GetNetworkInterfaces/>")
            assert find(answer, ".//tt:Address").text == camera["host"]
            uri = Soap(camera).ask(
                "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>"
                "<tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>"
                "<trt:ProfileToken>profile_main</trt:ProfileToken></trt:GetStreamUri>"
            )
            assert find(uri, ".//tt:Uri").text == camera["profiles"][0]["rtsp_url"]
        # Both addresses listen on the same port: the picture must come from the right one.
        camera = farm.cameras[0]
        assert player.play(camera, camera["profiles"][0], 1, "udp").frame


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_a_busy_farm_with_0_and_no_complaint(tmp_path, number):
    """Clients stream by both transports, one waits for events, a loop is being made."""
    inventory, log = tmp_path / "inventory.json", tmp_path / "log"
    with log.open("w") as sink:
        options = ["-n", 8, "--http-port", 0, "--rtsp-port", 0, "--inventory", inventory]
        farm = camfarm("run", *options, stdout=sink, stderr=sink)
    try:
        deadline = time.monotonic() + START_S
        while not inventory.exists():
            assert time.monotonic() < deadline
            assert farm.poll() is None, log.read_text()
            time.sleep(0.05)
        cameras = json.loads(inventory.read_text())["cameras"]
        with contextlib.ExitStack() as stack:
            for camera in cameras:
                client, sock = rtsp_client.connect(camera["rtsp_port"])
                stack.enter_context(sock)
                client.play("profile_main", "RTP/AVP/TCP;unicast;interleaved=0-1")
                assert client.frame()
            waiting = threading.Thread(target=pull, args=(cameras[1],), daemon=True)
            waiting.start()
            farm.send_signal(number)
            assert farm.wait(END_S) == 0, log.read_text()
            waiting.join(30)
            assert not waiting.is_alive()
    finally:
        farm.kill()
        farm.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


def pull(camera):
    """Wait for events until the camera goes away."""
    with contextlib.suppress(Exception):
        soap = Soap(camera)
        made = soap.ask("<tev:CreatePullPointSubscription/>")
        path = find(made, ".//wsa:Address").text.partition(str(camera["http_port"]))[2]
        while True:
            soap.ask(
                "<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout>"
                "<tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>",
                path,
            )


def presets_of(camera):
    answer = Soap(camera).ask(
        "<tptz:GetPresets><tptz:ProfileToken>profile_main</tptz:ProfileToken></tptz:GetPresets>"
    )
    return {
        node.get("token"): node.findtext("tt:Name", None, NAMESPACES)
        for node in answer.iterfind("tptz:Preset", NAMESPACES)
    }


def set_preset(camera, name):
    Soap(camera).ask(
        "<tptz:SetPreset><tptz:ProfileToken>profile_main</tptz:ProfileToken>"
        f"<tptz:PresetName>{name}</tptz:PresetName></tptz:SetPreset>"
    )


def test_state_keeps_a_preset_from_run_to_run_and_nothing_keeps_it_without(tmp_path):
    state = tmp_path / "state"
    for arguments, kept in [([], False), (["--state", state], True)]:
        with farm_process(tmp_path, "-n", 1, *arguments) as farm:
            set_preset(farm.cameras[0], "door")
            before = presets_of(farm.cameras[0])
            assert "door" in before.values()
        with farm_process(tmp_path, "-n", 1, *arguments) as farm:
            assert (presets_of(farm.cameras[0]) == before) is kept
    assert [path.name for path in state.iterdir()] == ["cam-001.json"]


class Listener:
    """Hears what one camera multicasts."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.sock.bind(("", 3702))
        group = socket.inet_aton("239.255.255.250") + socket.inet_aton("127.0.0.1")
        self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        self.sock.settimeout(START_S)

    def next(self, kind, uuid):
        """Return MessageID, instance and number of the next ``kind`` of the camera."""
        while True:
            data = self.sock.recv(65536)
            if uuid.encode() not in data or b"/" + kind.encode() + b"<" not in data:
                continue
            root = etree.fromstring(data)
            assert root.find(f"{{{SOAP_12}}}Body/{{{DISCOVERY}}}{kind}") is not None
            sequence = root.find(f".//{{{DISCOVERY}}}AppSequence")
            numbers = (int(sequence.get(name)) for name in ("InstanceId", "MessageNumber"))
            return root.findtext(f".//{{{ADDRESSING}}}MessageID"), *numbers


def refused(camera, port):
    try:
        socket.create_connection((camera["host"], camera[port]), 5).close()
    except ConnectionRefusedError:
        return True
    return False


def last_reboot(camera):
    soap = Soap(camera)
    made = soap.ask("<tev:CreatePullPointSubscription/>")
    path = find(made, ".//wsa:Address").text.partition(f":{camera['http_port']}")[2]
    pulled = soap.ask(
        "<tev:PullMessages><tev:Timeout>PT10S</tev:Timeout>"
        "<tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>",
        path,
    )
    topic = "tns1:Monitoring/OperatingTime/LastReboot"
    message = find(pulled, f".//wsnt:NotificationMessage[wsnt:Topic='{topic}']")
    return find(message, ".//tt:SimpleItem[@Name='Status']").get("Value")


def test_a_reboot_is_an_absence_with_bye_and_hello_and_no_loss_of_memory(tmp_path):
    listener = Listener()
    with farm_process(tmp_path, "-n", 2, "--seed", os.getpid(), discovery=True) as farm:
        camera, other = farm.cameras
        hello = listener.next("Hello", camera["uuid"])
        set_preset(camera, "door")
        before = presets_of(camera)
        booted = last_reboot(camera)
        client, sock = rtsp_client.connect(camera["rtsp_port"])
        with sock:
            client.play("profile_main", "RTP/AVP/TCP;unicast;interleaved=0-1")
            answer = Soap(camera).ask("<tds:SystemReboot/>")
            assert find(answer, "tds:Message").text
            bye = listener.next("Bye", camera["uuid"])
            while sock.recv(65536):  # the stream ends
                pass
        deadline = time.monotonic() + START_S
        while not (refused(camera, "http_port") and refused(camera, "rtsp_port")):
            assert time.monotonic() < deadline
        assert find(Soap(other).ask("<tds:GetHostname/>"), ".//tt:Name") is not None
        while (again := listener.next("Hello", camera["uuid"]))[0] == hello[0]:
            pass  # a repetition of the first one
        assert len({hello[0], bye[0], again[0]}) == 3
        assert hello[1] == bye[1] == again[1]
        assert hello[2] < bye[2] < again[2]
        assert presets_of(camera) == before
        assert last_reboot(camera) > booted
        assert player.play(camera, camera["profiles"][0], 1).frame
    listener.sock.close()
