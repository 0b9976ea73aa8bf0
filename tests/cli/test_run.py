"""``camfarm run`` as a user has it: real processes, real ports, real signals."""

import signal
import socket
import subprocess
import sys

import pytest
from running import running_farm


def test_the_demo_listens_where_the_inventory_says_and_ends_on_sigterm(tmp_path):
    with running_farm(tmp_path) as inventory:
        cameras = inventory["cameras"]
        assert [camera["name"] for camera in cameras] == [f"cam-00{n}" for n in range(1, 5)]
        ports = [camera[key] for camera in cameras for key in ("http_port", "rtsp_port")]
        assert len(set(ports)) == 8
        for port in ports:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def camfarm(*arguments):
    command = [sys.executable, "-m", "simulator", "run", "--no-discovery", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_duration_ends_the_run_with_0_and_the_table_has_urls_and_credentials():
    run = camfarm("--http-port", "0", "--rtsp-port", "0", "--duration", "500ms")
    table, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    for word in (
        "cam-001",
        "cam-004",
        "http://127.0.0.1:",
        "rtsp://127.0.0.1:",
        "admin",
        "camfarm",
    ):
        assert word in table


def test_sigint_ends_the_run_with_0():
    run = camfarm("--http-port", "0", "--rtsp-port", "0")
    assert run.stdout.readline()
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=5)
    assert run.returncode == 0, errors


def test_a_port_that_is_taken_ends_the_run_with_2_and_names_the_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = camfarm("-n", "1", "--http-port", str(port), "--rtsp-port", "0")
        _, errors = run.communicate(timeout=60)
    assert run.returncode == 2
    assert str(port) in errors
    assert "Traceback" not in errors


def test_every_camera_has_an_address_of_its_own_with_ips(tmp_path):
    with running_farm(tmp_path, "-n", "3", "--ips", "127.77.0.0/29") as inventory:
        hosts = [camera["host"] for camera in inventory["cameras"]]
        assert hosts == ["127.77.0.1", "127.77.0.2", "127.77.0.3"]
        for camera in inventory["cameras"]:
            address = (camera["host"], camera["http_port"])
            socket.create_connection(address, timeout=5).close()
