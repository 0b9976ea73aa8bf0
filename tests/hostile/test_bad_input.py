"""Hundreds of broken and hostile requests: each has its proper answer, and the farm goes on."""

import contextlib
import hashlib
import http.client
import re
import select
import socket
import time
import uuid

import judge
import pytest
import requests
import rtsp_client
from hostile import argument_cases, http_cases, rtsp_cases, soap_cases
from hostile.wire import connection, everything, own_address, received, send, status_of
from player import play
from soap_client import SOAP_12, Soap, envelope, fault_codes, find, reason_of, username_token

SOAP = {"Content-Type": "application/soap+xml; charset=utf-8"}
DEVICE = "/onvif/device_service"
MEMORY_KIB = 150 * 1024
"""What loops, pictures and all that these tests do may add to the farm's memory."""


def cases(table):
    return [pytest.param(*case[1:], id=case[0]) for case in table]


@pytest.fixture(scope="module")
def dome(victim):
    return victim.cameras[0]


@pytest.fixture(scope="module")
def bullet(victim):
    return victim.cameras[1]


@pytest.fixture(scope="module")
def legacy(victim):
    return victim.cameras[3]


@pytest.fixture(autouse=True, scope="module")
def slow(bullet):
    """Connections that begin something and never end it, while all other tests run.

    A head, a body and nothing at all, on both ports; with the status that they are told in the end.
    """
    unfinished = http_cases.POST + http_cases.XML + b"Content-Length: 1000" + http_cases.END
    beginnings = [
        ("http_port", http_cases.POST, 408),
        ("http_port", unfinished + b"<env:Envelope", 408),
        ("http_port", b"", 408),
        ("rtsp_port", rtsp_cases.OPTIONS, 0),
        ("rtsp_port", b"DESC", 0),
        ("rtsp_port", b"", 0),
    ]
    with contextlib.ExitStack() as stack:
        begun = []
        for port, data, status in beginnings:
            sock = stack.enter_context(connection(bullet, port))
            send(sock, data)
            begun.append((sock, status))
        yield begun


def http_exchange(camera, method, path, body=None, headers=None):
    """Send one HTTP request as it is; return status, headers and body."""
    link = http.client.HTTPConnection(
        camera["host"], camera["http_port"], 30, source_address=(own_address(), 0)
    )
    with contextlib.closing(link):
        link.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body or b"")), **(headers or {})}.items():
            link.putheader(name, value)
        link.endheaders()
        if body:
            send(link.sock, body)
        answer = link.getresponse()
        return answer.status, answer.headers, answer.read()


def soap_exchange(camera, body, headers=None):
    """Post bytes to the device service; return status and fault codes of its valid answer."""
    status, found, answer = http_exchange(camera, "POST", DEVICE, body, {**SOAP, **(headers or {})})
    assert found["Content-Type"].startswith(("application/soap+xml", "text/xml"))
    judge.validate_envelope(answer)
    assert b"Traceback" not in answer
    assert b"root:" not in answer
    return status, fault_codes(answer)


@pytest.mark.parametrize("body", cases(soap_cases.XML))
def test_what_is_no_xml_or_more_than_xml_is_not_well_formed(bullet, body):
    assert soap_exchange(bullet, body) == soap_cases.ILL_FORMED


@pytest.mark.parametrize(("body", "status", "codes"), cases(soap_cases.ENVELOPES))
def test_a_bad_envelope_is_refused_by_name(bullet, body, status, codes):
    answered, found = soap_exchange(bullet, body)
    assert (answered, found) == (status, codes)


@pytest.mark.parametrize(("body", "status", "codes"), cases(soap_cases.OPERATIONS))
def test_a_bad_operation_or_argument_is_refused_by_name(bullet, body, status, codes):
    answered, found = soap_exchange(bullet, body)
    assert answered == status
    assert found == codes if codes else found.startswith("Sender/")


@pytest.mark.parametrize("kind", soap_cases.CONTENT_TYPES, ids=lambda kind: kind[:30])
def test_a_body_of_another_type_is_415(bullet, kind):
    status, _, body = http_exchange(
        bullet, "POST", DEVICE, soap_cases.WHOLE, {"Content-Type": kind}
    )
    assert (status, body) == (415, b"")


@pytest.mark.parametrize(("body", "codes"), cases(argument_cases.ARGUMENTS))
def test_a_bad_argument_of_who_may_is_refused_by_name(dome, body, codes):
    answer = Soap(dome).post(body)
    found = fault_codes(answer.content)
    assert answer.status_code == (500 if found.startswith("Receiver") else 400)
    assert found == codes if codes else found.startswith("Sender/")
    assert reason_of(answer.content)


@pytest.mark.parametrize("header", cases(argument_cases.TOKENS))
def test_a_bad_username_token_lets_nobody_in(bullet, header):
    body = envelope("<tds:GetDeviceInformation/>", header)
    assert soap_exchange(bullet, body) == (400, "Sender/NotAuthorized")


def test_a_username_token_lets_in_once(bullet):
    header = username_token(bullet["username"], bullet["password"])
    body = envelope("<tds:GetDeviceInformation/>", header)
    assert soap_exchange(bullet, body) == (200, "")
    assert soap_exchange(bullet, body) == (400, "Sender/NotAuthorized")


def digest(camera, challenge, **wrong):
    """Return credentials for the device service, with what is ``wrong`` in them."""
    terms = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
    given = {
        "username": camera["username"], "password": camera["password"], "realm": terms["realm"],
        "nonce": terms["nonce"], "algorithm": terms.get("algorithm", "MD5"), "qop": "auth",
        "uri": DEVICE, "method": "POST", "nc": "00000001", **wrong,
    }  # fmt: skip
    kind = given["algorithm"].replace("-", "").lower()

    def hashed(*parts):
        return hashlib.new(kind, ":".join(parts).encode()).hexdigest()

    secret = hashed(given["username"], given["realm"], given["password"])
    request = hashed(given["method"], given["uri"])
    nonce, nc, qop = given["nonce"], given["nc"], given["qop"]
    quoted = {name: given[name] for name in ("username", "realm", "nonce", "uri")}
    quoted |= {"response": hashed(secret, nonce, nc, "c0ffee", qop, request), "cnonce": "c0ffee"}
    plain = {"algorithm": given["algorithm"], "qop": qop, "nc": nc}
    parts = [f'{name}="{value}"' for name, value in quoted.items()]
    return "Digest " + ", ".join(parts + [f"{name}={value}" for name, value in plain.items()])


def challenge_of(camera):
    body = envelope("<tds:GetDeviceInformation/>")
    status, headers, _ = http_exchange(camera, "POST", DEVICE, body, SOAP)
    assert status == 401
    return headers["WWW-Authenticate"]


def with_authorization(camera, value):
    """Ask for what needs a login; return status and challenges."""
    body = envelope("<tds:GetDeviceInformation/>")
    headers = {**SOAP, "Authorization": value.encode()}
    status, found, answer = http_exchange(camera, "POST", DEVICE, body, headers)
    judge.validate_envelope(answer)
    assert (fault_codes(answer) == "Sender/NotAuthorized") == (status != 200)
    return status, found.get_all("WWW-Authenticate") or []


@pytest.mark.parametrize("value", http_cases.CREDENTIALS, ids=lambda value: value[:30] or "empty")
@pytest.mark.parametrize("index", [1, 3], ids=["bullet", "legacy"])
def test_credentials_of_nonsense_let_nobody_in(victim, index, value):
    status, challenges = with_authorization(victim.cameras[index], value)
    assert status == 401
    assert any(challenge.startswith("Digest ") for challenge in challenges)


@pytest.mark.parametrize("wrong", http_cases.DIGESTS.values(), ids=http_cases.DIGESTS.keys())
def test_a_wrong_digest_lets_nobody_in(bullet, wrong):
    status, challenges = with_authorization(bullet, digest(bullet, challenge_of(bullet), **wrong))
    assert status == 401
    nonces = {re.search('nonce="([^"]+)"', challenge)[1] for challenge in challenges}
    assert len(nonces) == 1, "the challenges of one answer share a nonce"
    is_stale = any("stale=true" in challenge for challenge in challenges)
    assert is_stale == (wrong.keys() == {"nonce"}), "stale says that the password was right"


def test_a_digest_lets_in_once_and_is_stale_then(bullet):
    value = digest(bullet, challenge_of(bullet))
    assert with_authorization(bullet, value)[0] == 200
    status, challenges = with_authorization(bullet, value)
    assert status == 401
    assert all("stale=true" in challenge for challenge in challenges)


@pytest.mark.parametrize(("data", "status"), cases(http_cases.BYTES))
def test_what_is_no_http_is_refused_and_closed(bullet, data, status):
    with connection(bullet, "http_port") as sock:
        send(sock, data)
        assert status_of(everything(sock)) == status


@pytest.mark.parametrize("method", http_cases.METHODS)
def test_services_take_posts_only(bullet, method):
    status, headers, _ = http_exchange(bullet, method, DEVICE)
    assert (status, headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", http_cases.LOST, ids=lambda path: path[:30])
def test_there_is_nothing_else(bullet, method, path):
    status, _, body = http_exchange(bullet, method, path, headers=SOAP)
    assert (status, body) == (404, b"")


@pytest.mark.parametrize("path", http_cases.LOST_PICTURES, ids=lambda path: path[:30])
def test_no_picture_is_of_a_file(legacy, path):
    assert http_exchange(legacy, "GET", path)[0] == 401
    basic = {"Authorization": "Basic YWRtaW46Y2FtZmFybQ=="}
    assert http_exchange(legacy, "GET", path, headers=basic)[::2] == (404, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_pictures_are_only_fetched(legacy, method):
    assert http_exchange(legacy, method, "/snapshot/profile_main")[0] == 405


@pytest.mark.parametrize(("data", "status"), cases(rtsp_cases.BYTES))
def test_what_is_no_rtsp_is_refused_and_closed(bullet, data, status):
    with connection(bullet, "rtsp_port") as sock:
        send(sock, data)
        assert status_of(everything(sock)) == status


@contextlib.contextmanager
def rtsp(camera, **credentials):
    """Open an RTSP connection that checks at the end that it still serves."""
    with connection(camera, "rtsp_port") as sock:
        base = f"rtsp://{camera['host']}:{camera['rtsp_port']}"
        client = rtsp_client.Client(sock.sendall, lambda: sock.recv(65536), base, **credentials)
        yield client
        assert client.ask("OPTIONS").status == 200


@pytest.mark.parametrize(("method", "path", "headers", "status"), cases(rtsp_cases.REQUESTS))
def test_rtsp_refuses_what_it_does_not_know_or_who_it_does_not_know(
    bullet, method, path, headers, status
):
    with rtsp(bullet) as client:
        if "CSeq" in headers:
            version, fields = "RTSP/1.0", {n: v for n, v in headers.items() if v is not None}
            client.send(rtsp_client.request_bytes(method, client.base + path, fields, version))
            assert client.reply().status == status
            return
        version = "RTSP/2.0" if status == 505 else "RTSP/1.0"
        assert client.once(method, path, headers, version).status == status


@pytest.mark.parametrize(("method", "path", "headers", "status"), cases(rtsp_cases.LOGGED_IN))
def test_rtsp_names_what_is_wrong_to_who_may(bullet, method, path, headers, status):
    with rtsp(bullet) as client:
        assert client.ask(method, path, headers).status == status


def test_rtsp_keeps_the_order_of_states(bullet):
    transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
    with rtsp(bullet) as client:
        session = client.ask("SETUP", "/profile_main/video", transport).session
        mine = {"Session": session}
        assert client.ask("PLAY", "/profile_sub", mine).status == 459
        assert client.ask("PLAY", "/profile_main", {**mine, "Range": "bytes=0-"}).status in (
            400,
            457,
        )
        assert client.ask("PLAY", "/profile_main", mine).status == 200
        assert client.ask("SETUP", "/profile_main/video", {**transport, **mine}).status == 455
        assert client.ask("TEARDOWN", "/profile_main", mine).status == 200
        assert client.ask("PLAY", "/profile_main", mine).status == 454


def test_interleaved_garbage_is_no_reason_to_stop(bullet):
    transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
    with rtsp(bullet) as client:
        for channel, payload in [(0, b""), (1, b"garbage"), (77, b"x" * 60_000), (1, b"\xff" * 8)]:
            client.send(b"$%c%b%b" % (channel, len(payload).to_bytes(2, "big"), payload))
        session = client.ask("SETUP", "/profile_main/video", transport).session
        client.ask("PLAY", "/profile_main", {"Session": session})
        for payload in (
            b"",
            b"\x80",
            b"\x81\xc9\xff\xff" + b"\0" * 8,
            b"\x80\xc8\0\0",
            b"\0" * 999,
        ):
            client.send(b"$\1" + len(payload).to_bytes(2, "big") + payload)
        assert client.frame()


def test_a_flood_of_requests_is_cut_off(bullet):
    with connection(bullet, "rtsp_port") as sock:
        send(sock, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 500)
        answers = everything(sock)
    assert answers.count(b"RTSP/1.0 200 ") >= 60
    assert answers.count(b"RTSP/1.0 503 ") == 1


GARBAGE = [
    b"",
    b"\0",
    b"Probe",
    b"Probe" * 10_000,
    bytes(range(256)) + b"Probe",
    b'<!DOCTYPE x [<!ENTITY a "b">]><Probe>&a;</Probe>',
    b"<Probe>" * 5000,
    b"<Probe/>",
    f'<e:Envelope xmlns:e="{SOAP_12}"><e:Body><Probe/></e:Body></e:Envelope>'.encode(),
    envelope("<tds:GetHostname>Probe</tds:GetHostname>"),
]

PROBE = """<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>{id}</w:MessageID>
<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe>{wanted}</d:Probe></e:Body></e:Envelope>"""
TRANSMITTERS = "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
QUESTIONS = [
    *(PROBE.format(id="urn:uuid:1", wanted=wanted) for wanted in (
        "<d:Types>dn:Toaster</d:Types>",
        "<d:Types>nobody:NetworkVideoTransmitter</d:Types>",
        "<d:Scopes MatchBy='urn:x'>onvif://www.onvif.org</d:Scopes>",
        "<d:Scopes>onvif://www.onvif.org/name/../../x</d:Scopes>",
        "<d:Scopes>" + "onvif://www.onvif.org/x " * 1000 + "</d:Scopes>",
    )),
    PROBE.format(id="", wanted=TRANSMITTERS),
    PROBE.format(id="urn:uuid:3", wanted=TRANSMITTERS).replace("Body", "Corpse"),
]  # fmt: skip


def test_discovery_keeps_silent_to_garbage_and_answers_the_next_who_asks_well(victim):
    uuids = {camera["uuid"].encode() for camera in victim.cameras}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((own_address(), 0))
        sock.settimeout(20)
        interface = socket.inet_aton("127.0.0.1")
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        for data in [*GARBAGE, *(question.encode() for question in QUESTIONS)]:
            sock.sendto(data, ("239.255.255.250", 3702))
        good = f"urn:uuid:{uuid.uuid4()}"
        probe = PROBE.format(id=good, wanted=TRANSMITTERS).encode()
        sock.sendto(probe, ("239.255.255.250", 3702))
        while uuids:
            answer = sock.recv(65536)
            ours = {name for name in uuids if name in answer}
            assert not ours or good.encode() in answer, "garbage was answered"
            uuids -= ours


def test_silent_connections_keep_nobody_out(victim):
    crowded = victim.cameras[3]  # on others, slow clients wait to be cut off
    with contextlib.ExitStack() as stack:
        for _ in range(250):
            stack.enter_context(connection(crowded, "rtsp_port"))
            stack.enter_context(connection(crowded, "http_port"))
        with rtsp(crowded) as client:
            assert client.ask("DESCRIBE", "/profile_main").status == 200
        assert find(Soap(crowded).ask("<tds:GetHostname/>"), ".//tt:Name") is not None


def test_who_sends_slowly_or_nothing_is_cut_off(slow):
    deadline = time.monotonic() + 60
    waiting = dict(slow)
    answers = dict.fromkeys(waiting, b"")
    while waiting:
        assert time.monotonic() < deadline, f"{len(waiting)} are not cut off"
        for sock in select.select([*waiting], [], [], 0.5)[0]:
            data = received(sock)
            answers[sock] += data
            if not data:
                assert status_of(answers[sock]) == waiting.pop(sock)
        for sock in waiting:
            send(sock, b"x")  # a byte now and then changes nothing


def test_the_log_names_who_sent_what_and_why_it_was_refused(victim, bullet):
    send_garbage = [
        ("rtsp_port", b"GARBAGE\r\n\r\n", r"{camera} {peer}:{port}: 400: 'GARBAGE'"),
        ("http_port", b"GARBAGE\r\n\r\n", r"{camera}: {peer} is refused: 400"),
        (
            "http_port",
            http_cases.POST + b"Content-Type: application/soap+xml\r\nConnection: close\r\n"
            b"Content-Length: 4\r\n\r\nevil",
            r"{camera}: \? from {peer} refused: .*Sender/WellFormed",
        ),
    ]
    for port, data, pattern in send_garbage:
        source = own_address()
        with connection(bullet, port, source) as sock:
            local = sock.getsockname()[1]
            send(sock, data)
            assert everything(sock)
        pattern = pattern.format(camera=bullet["name"], peer=re.escape(source), port=local)
        assert re.search(pattern, victim.log.read_text()), pattern
    source = own_address()
    session = requests.Session()
    session.auth = requests.auth.HTTPDigestAuth("mallory", "guess")
    adapter = requests.adapters.HTTPAdapter()
    adapter.init_poolmanager(1, 1, source_address=(source, 0))
    session.mount("http://", adapter)
    url = bullet["profiles"][0]["snapshot_url"]
    assert session.get(url, timeout=30).status_code == 401
    assert re.search(rf"{bullet['name']}: .*{re.escape(source)}.*mallory", victim.log.read_text())


@pytest.fixture(scope="module")
def memory_before(victim):
    """Memory after everything was in use once."""
    serve(victim)
    return victim.memory_kib()


@pytest.fixture(autouse=True, scope="module")
def _measured(memory_before):
    """Measure before the first bad request."""


def serve(farm):
    """Use SOAP, RTSP and the pictures of every camera."""
    for camera in farm.cameras:
        assert find(Soap(camera).ask("<tds:GetDeviceInformation/>"), "tds:Model").text
        with rtsp(camera) as client:
            described = client.ask("DESCRIBE", "/profile_main")
            assert (described.status, described["Content-Type"]) == (200, "application/sdp")
        main = camera["profiles"][0]
        assert play(camera, main, 1).sizes == {(main["width"], main["height"])}


def test_after_all_that_every_camera_serves_and_the_farm_has_not_grown(victim, memory_before):
    serve(victim)
    assert victim.memory_kib() - memory_before < MEMORY_KIB
    text = victim.log.read_text()
    assert "Traceback" not in text, text[text.index("Traceback") :][:3000]
