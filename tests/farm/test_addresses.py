import socket

import pytest

from simulator.farm.addresses import bind_addresses, bind_port_range
from simulator.net.sockets import AddressError, advertised_host, raise_descriptor_limit


@pytest.fixture
def bound():
    """Collects what a test binds, and gives it back."""
    pairs = []
    yield pairs
    for pair in pairs:
        pair.close()


@pytest.fixture
def free_range():
    """The first of three ports in a row that are free, two ranges of them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1] // 8 * 8


def test_free_ports_are_all_different(bound):
    bound += bind_port_range("127.0.0.1", 0, 0, 5)
    ports = [
        port for pair in bound for port in (pair.endpoints.http_port, pair.endpoints.rtsp_port)
    ]
    assert len(set(ports)) == 10
    assert 0 not in ports


def test_a_port_in_use_is_named_and_nothing_stays_bound(bound):
    bound += bind_port_range("127.0.0.1", 0, 0, 1)
    taken = bound[0].endpoints.rtsp_port
    with pytest.raises(AddressError, match=rf"127\.0\.0\.1:{taken} is in use.*--rtsp-port"):
        bind_port_range("127.0.0.1", 0, taken, 2)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.pop().close()
        listener.bind(("127.0.0.1", taken))


def test_ports_go_up_from_the_first(bound, free_range):
    bound += bind_port_range("127.9.9.9", free_range, free_range + 4, 3)
    ports = [(pair.endpoints.http_port, pair.endpoints.rtsp_port) for pair in bound]
    assert ports == [(free_range + i, free_range + 4 + i) for i in range(3)]


@pytest.mark.parametrize(
    ("http", "rtsp", "count", "text"),
    [
        (9000, 9050, 100, "overlap"),
        (65000, 0, 1000, "do not exist"),
    ],
)
def test_ranges_that_cannot_be(http, rtsp, count, text):
    with pytest.raises(AddressError, match=text):
        bind_port_range("127.0.0.1", http, rtsp, count)


def test_each_camera_gets_an_address_of_its_own(bound):
    bound += bind_addresses("127.77.0.0/29", 0, 0, 6)
    assert [pair.endpoints.host for pair in bound] == [f"127.77.0.{i}" for i in range(1, 7)]


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ("127.77.0.0/30", "2 addresses for 6 cameras"),
        ("127.77.0.0/33", "127.77.0.0/33"),
        ("nonsense", "nonsense"),
        ("::1/64", "IPv4"),
        ("192.0.2.0/24", "192.0.2.1 is not an address of this machine"),
    ],
)
def test_networks_that_cannot_be(network, text):
    with pytest.raises(AddressError, match=text):
        bind_addresses(network, 0, 0, 6)


def test_all_interfaces_are_advertised_by_one_that_others_reach():
    assert advertised_host("127.3.2.1") == "127.3.2.1"
    assert advertised_host("0.0.0.0") != "0.0.0.0"


def test_more_open_files_than_the_system_allows():
    with pytest.raises(AddressError, match="ulimit"):
        raise_descriptor_limit(1 << 40)
