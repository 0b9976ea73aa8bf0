"""A camera's HTTP server on virtual time and in memory: routes, limits and slow clients."""

import attrs
import pytest
from front import PULLED, REGISTRY, USERS, Pictures, envelope, small_camera
from requests.auth import _basic_auth_str
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from simulator.later import AbandonedError, Later
from simulator.media.streams import BusyError, UnknownStreamError
from simulator.net.channel import HttpLimits
from simulator.net.http import camera_site
from simulator.services.endpoint import Endpoint
from simulator.wire.digest import Challenge

ADMIN, OPERATOR, USER, GUEST = USERS
SOAP_TYPE = "Content-Type: application/soap+xml"
HOSTNAME = envelope("<tds:GetHostname/>")
PULL = envelope(
    "<tev:PullMessages><tev:Timeout>PT60S</tev:Timeout><tev:MessageLimit>5</tev:MessageLimit>"
    "</tev:PullMessages>"
)


@attrs.define
class Line:
    """The server's end of a TCP connection, in memory."""

    peer: IPv4Address
    sent: bytes = b""
    disconnecting: bool = False
    half_closed: bool = False
    aborted: bool = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def writeSequence(self, parts: list[bytes]) -> None:
        self.sent += b"".join(parts)

    def getPeer(self) -> IPv4Address:
        return self.peer

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", "192.0.2.1", 8000)

    def loseConnection(self) -> None:
        self.disconnecting = True

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def abortConnection(self) -> None:
        self.aborted = True


@attrs.define
class Client:
    """One connection to the server in memory."""

    channel: object
    line: Line

    def send(self, data: bytes) -> None:
        self.channel.dataReceived(data)

    def leave(self) -> None:
        self.channel.connectionLost(Failure(ConnectionDone()))

    def answer(self) -> bytes:
        data, self.line.sent = self.line.sent, b""
        return data

    def ask(self, *lines: str, body: bytes = b"") -> bytes:
        self.send(request(*lines, body=body))
        return self.answer()


@attrs.define
class Server:
    """A camera's site on virtual time."""

    camera: object
    clock: Clock
    site: object

    def connect(self, host: str = "192.0.2.7") -> Client:
        channel = self.site.buildProtocol(IPv4Address("TCP", host, 5000))
        line = Line(IPv4Address("TCP", host, 5000))
        channel.makeConnection(line)
        return Client(channel, line)


def server(limits: HttpLimits | None = None, **parts: object) -> Server:
    clock = Clock()
    camera = small_camera("digest", "basic", "username_token", **parts)
    site = camera_site(camera, Endpoint(camera, REGISTRY), clock, limits)
    site.doStart()
    return Server(camera, clock, site)


def request(*lines: str, body: bytes = b"") -> bytes:
    head = [*lines, "Host: 192.0.2.1:8000"]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "", ""]).encode() + body


def post(body: bytes = HOSTNAME, *lines: str, path: str = "/onvif/device_service") -> bytes:
    return request(f"POST {path} HTTP/1.1", SOAP_TYPE, *lines, body=body)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_a_post_is_answered_and_the_connection_kept() -> None:
    client = server().connect()
    for _ in range(3):
        client.send(post())
        answer = client.answer()
        assert status(answer) == 200 and b"GetHostnameResponse" in answer
        assert b"Content-Type: application/soap+xml; charset=utf-8\r\n" in answer
        assert b"Server: camfarm\r\n" in answer
    assert not client.line.disconnecting


def test_pipelined_requests_are_answered_in_order() -> None:
    client = server().connect()
    client.send(post() + post(envelope("<tds:MakeCoffee/>")) + post())
    answer = client.answer()
    codes = [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert codes == [200, 400, 200]


def test_a_request_in_single_bytes_is_read() -> None:
    client = server().connect()
    for byte in post():
        client.send(bytes([byte]))
    assert status(client.answer()) == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_on_a_service_are_405(method: str) -> None:
    answer = server().connect().ask(f"{method} /onvif/device_service HTTP/1.1")
    assert status(answer) == 405
    assert b"Allow: POST\r\n" in answer and answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_other_methods_on_a_snapshot_are_405(method: str) -> None:
    answer = server().connect().ask(f"{method} /snapshot/profile_main HTTP/1.1")
    assert status(answer) == 405
    assert b"Allow: GET, HEAD\r\n" in answer


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", "/onviff", "/../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd", "/%"],
)
def test_other_paths_are_404(path: str) -> None:
    assert status(server().connect().ask(f"GET {path} HTTP/1.1")) == 404


@pytest.mark.parametrize(
    "path", ["/onvif/../../etc/passwd", "/onvif/%00", "/onvif//", "/onvif", "/onvif/x?y=/../z"]
)
def test_a_path_below_a_service_leads_nowhere_else(path: str) -> None:
    client = server().connect()
    client.send(post(path=path))
    assert b"GetHostnameResponse" in client.answer()


def test_a_target_that_is_a_whole_url_counts_by_its_path() -> None:
    site = server()
    for target in ("http://192.0.2.1:8000/onvif/device_service", "HTTP://x/onvif/x"):
        client = site.connect()
        client.send(post(path=target))
        assert status(client.answer()) == 200
    for target in ("http://192.0.2.1", "http://192.0.2.1/"):
        assert status(site.connect().ask(f"GET {target} HTTP/1.1")) == 404


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("cam.example:81", "http://cam.example:81"),
        ("[2001:db8::1]:80", "http://[2001:db8::1]:80"),
        ("evil.example/<x>", "http://192.0.2.1:8000"),
        ("a b", "http://192.0.2.1:8000"),
        ("", "http://192.0.2.1:8000"),
    ],
)
def test_addresses_follow_the_hosts_name_if_it_is_one(host: str, base_url: str) -> None:
    site = server()
    client = site.connect()
    client.send(post().replace(b"Host: 192.0.2.1:8000", f"Host: {host}".encode()))
    assert status(client.answer()) == 200
    assert site.camera.calls[0][1].base_url == base_url


def test_wrong_content_is_415() -> None:
    client = server().connect()
    client.send(post().replace(b"application/soap+xml", b"application/x-www-form-urlencoded"))
    assert status(client.answer()) == 415


def test_both_challenges_are_sent_each_in_its_own_header() -> None:
    client = server().connect()
    client.send(post(envelope("<tds:GetDeviceInformation/>")))
    answer = client.answer()
    assert status(answer) == 401
    headers = [line for line in answer.split(b"\r\n") if line.startswith(b"WWW-Authenticate: ")]
    assert [line.split()[1] for line in headers] == [b"Digest", b"Digest", b"Basic"]


def test_a_body_that_is_announced_too_large_is_refused_unread() -> None:
    site = server(HttpLimits(body_bytes=1000))
    client = site.connect()
    client.send(post(b"x" * 1001)[:-1001])
    answer = client.answer()
    assert status(answer) == 413 and b"Connection: close\r\n" in answer
    assert client.line.half_closed
    client.send(b"x" * 1001 + post())
    assert client.answer() == b""
    assert site.camera.calls == []
    site.clock.advance(2)
    assert client.line.aborted


def test_a_body_of_just_the_limit_is_read() -> None:
    client = server(HttpLimits(body_bytes=len(HOSTNAME))).connect()
    client.send(post())
    assert status(client.answer()) == 200


def test_no_continue_is_sent_for_a_body_that_is_too_large() -> None:
    client = server(HttpLimits(body_bytes=1000)).connect()
    client.send(post(b"x" * 1001, "Expect: 100-continue")[:-1001])
    assert status(client.answer()) == 413
    client = server(HttpLimits(body_bytes=1000)).connect()
    client.send(post(b"x" * 1000, "Expect: 100-continue")[:-1000])
    assert status(client.answer()) == 100


def chunked(*chunks: bytes) -> bytes:
    head = request("POST /onvif/x HTTP/1.1", SOAP_TYPE, "Transfer-Encoding: chunked")
    parts = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + parts + b"0\r\n\r\n"


def test_a_chunked_body_is_read() -> None:
    client = server().connect()
    client.send(chunked(HOSTNAME[:10], HOSTNAME[10:]))
    assert status(client.answer()) == 200


def test_a_chunked_body_is_refused_when_it_goes_beyond_the_limit() -> None:
    site = server(HttpLimits(body_bytes=1000))
    client = site.connect()
    client.send(chunked(*[b"x" * 300] * 10))
    answer = client.answer()
    assert status(answer) == 413 and answer.count(b"HTTP/1.1") == 1
    assert site.camera.calls == []


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nno header\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: " + b"b" * 15_000 + b"\r\nc: " + b"d" * 15_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_400_once(data: bytes) -> None:
    site = server()
    client = site.connect()
    client.send(data + b"GET / HTTP/1.1\r\n\r\n")
    answer = client.answer()
    assert status(answer) == 400 and answer.count(b"HTTP/1.1") == 1
    assert client.line.half_closed


def test_an_endless_line_ends_the_connection() -> None:
    client = server().connect()
    client.send(b"GET /" + b"a" * 70_000)
    assert client.line.disconnecting or client.line.half_closed


@pytest.mark.parametrize("sent", [b"", b"POST / HT", post()[:-1]])
def test_a_request_that_is_not_complete_in_time_is_refused(sent: bytes) -> None:
    site = server(HttpLimits(request_s=10))
    client = site.connect()
    if sent:
        client.send(sent)
    site.clock.advance(9)
    assert client.answer() == b""
    client.send(b"")
    site.clock.advance(2)
    assert status(client.answer()) == 408
    assert client.line.half_closed


def test_trickling_does_not_buy_time() -> None:
    site = server(HttpLimits(request_s=10))
    client = site.connect()
    for byte in b"POST /onvif/x HTTP":
        client.send(bytes([byte]))
        site.clock.advance(1)
    assert status(client.answer()) == 408


def test_every_request_of_a_connection_has_its_own_time() -> None:
    site = server(HttpLimits(request_s=10, idle_s=60))
    client = site.connect()
    for _ in range(3):
        client.send(post())
        assert status(client.answer()) == 200
        site.clock.advance(30)
    for byte in post()[:15]:
        client.send(bytes([byte]))
        site.clock.advance(1)
    assert status(client.answer()) == 408


def test_an_idle_connection_is_closed() -> None:
    site = server(HttpLimits(request_s=10, idle_s=60))
    client = site.connect()
    client.send(post())
    client.answer()
    site.clock.advance(59)
    assert not client.line.disconnecting
    site.clock.advance(2)
    assert client.line.disconnecting


def hold(site: Server) -> Client:
    client = site.connect()
    client.send(post(PULL, f"Authorization: {_basic_auth_str('user', 'user')}"))
    assert client.answer() == b""
    assert len(site.camera.pulls) == 1
    return client


def test_a_held_request_is_not_cut_and_leaves_the_connection_usable() -> None:
    site = server(HttpLimits(request_s=10, idle_s=60))
    client = hold(site)
    site.clock.advance(3600)
    assert client.answer() == b"" and not client.line.disconnecting
    site.camera.pulls[0].resolve(PULLED)
    assert status(client.answer()) == 200
    client.send(post())
    assert status(client.answer()) == 200


def test_a_client_that_leaves_while_held_cancels_the_request() -> None:
    site = server()
    client = hold(site)
    errors: list[BaseException | None] = []
    site.camera.pulls[0].then(lambda value, error: errors.append(error))
    client.leave()
    assert isinstance(errors[0], AbandonedError)
    assert client.answer() == b""
    assert site.site.channels == {}


def test_close_cuts_every_connection() -> None:
    site = server()
    clients = [site.connect(), hold(site)]
    site.site.close()
    assert all(client.line.aborted for client in clients)


def test_a_pipelined_request_waits_for_the_held_one() -> None:
    site = server()
    client = hold(site)
    client.send(post())
    assert client.answer() == b""
    site.camera.pulls[0].resolve(PULLED)
    assert client.answer().count(b"HTTP/1.1 200") == 2


def test_connections_are_bounded() -> None:
    site = server(HttpLimits(connections=1))
    busy = hold(site)
    address = IPv4Address("TCP", "192.0.2.9", 1)
    assert site.site.buildProtocol(address) is None
    busy.leave()
    assert status(site.connect().ask("GET / HTTP/1.1")) == 404


def test_the_oldest_connection_that_waits_makes_room() -> None:
    site = server(HttpLimits(connections=3))
    held, silent, other = hold(site), site.connect(), site.connect()
    assert status(site.connect().ask("GET / HTTP/1.1")) == 404
    assert [client.line.aborted for client in (held, silent, other)] == [False, True, False]


def test_a_peer_that_asks_too_often_is_told_to_wait() -> None:
    site = server(HttpLimits(requests_per_s=10, requests_burst=5))
    client = site.connect()
    codes = []
    for _ in range(7):
        client.send(post())
        codes.append(status(client.answer()))
    assert codes == [200] * 5 + [503] * 2
    other = site.connect("192.0.2.8")
    other.send(post())
    assert status(other.answer()) == 200
    site.clock.advance(0.2)
    client.send(post())
    assert status(client.answer()) == 200


def test_nothing_is_left_waiting_when_all_clients_are_gone() -> None:
    site = server()
    client, refused = site.connect(), site.connect()
    client.send(post())
    refused.send(b"x\r\n\r\n")
    client.leave()
    refused.leave()
    assert site.site.channels == {}
    assert site.clock.getDelayedCalls() == []


def digest(site: Server, method: str, uri: str, user: object = USER) -> str:
    challenge = Challenge.parse(site.camera.login.challenges(0.0)[0])
    return str(challenge.answer(user.name, user.password, method, uri, 1, "c0ffee"))


def snapshot(site: Server, method: str = "GET", **login: object) -> bytes:
    path = "/snapshot/profile%5Fmain"
    authorization = f"Authorization: {digest(site, method, path, **login)}"
    return site.connect().ask(f"{method} {path} HTTP/1.1", authorization)


def pictures(later: Later[bytes], asked: list[tuple[str, float]] | None = None) -> Pictures:
    def take(token: str, now: float) -> Later[bytes]:
        if asked is not None:
            asked.append((token, now))
        return later

    return Pictures(take)


def test_a_snapshot() -> None:
    asked: list[tuple[str, float]] = []
    site = server(streams=pictures(Later.of(b"\xff\xd8jpeg"), asked))
    site.camera.scheduler.advance(5)
    answer = snapshot(site)
    assert status(answer) == 200
    assert b"Content-Type: image/jpeg\r\n" in answer and b"Cache-Control: no-store\r\n" in answer
    assert answer.endswith(b"\r\n\r\n\xff\xd8jpeg")
    assert asked == [("profile_main", 5.0)]


def test_the_head_of_a_snapshot() -> None:
    answer = snapshot(server(), "HEAD")
    assert status(answer) == 200 and b"Content-Length: 4\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_snapshot_needs_a_login() -> None:
    site = server()
    answer = site.connect().ask("GET /snapshot/profile_main HTTP/1.1")
    assert status(answer) == 401 and b"WWW-Authenticate: Digest" in answer
    wrong = attrs.evolve(USER, password="x")
    assert status(snapshot(site, user=wrong)) == 401
    assert status(snapshot(site, user=GUEST)) == 403


@pytest.mark.parametrize(
    ("error", "code"),
    [(UnknownStreamError("x"), 404), (BusyError("x"), 503), (RuntimeError("secret"), 500)],
)
def test_a_snapshot_that_cannot_be_taken(error: Exception, code: int) -> None:
    later: Later[bytes] = Later()
    later.fail(error)
    answer = snapshot(server(streams=pictures(later)))
    assert status(answer) == code and b"secret" not in answer


def test_one_that_leaves_does_not_stop_a_picture_for_others() -> None:
    later: Later[bytes] = Later()
    site = server(streams=pictures(later))
    leaving, staying = site.connect(), site.connect()
    for client in (leaving, staying):
        value = digest(site, "GET", "/snapshot/a")
        client.send(request("GET /snapshot/a HTTP/1.1", f"Authorization: {value}"))
    leaving.leave()
    later.resolve(b"jpeg")
    assert leaving.answer() == b""
    assert status(staying.answer()) == 200
