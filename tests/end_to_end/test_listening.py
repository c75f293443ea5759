"""Where the server listens, how it speaks TLS, and what it tells who started it."""
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import warnings

import pytest
import requests

from plantain import BINARY, Server

SMALL = {"resolution": "0.5K", "aspect_ratio": "1:1"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return folder


def refusal(tmp_path, *settings):
    done = subprocess.run([BINARY, "serve", "-d", str(tmp_path / "data"), "--server.port", "0", *settings],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode != 0
    return done.stderr


def test_requests_pictures_and_event_streams_work_by_tls(tmp_path, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate / "cert.pem"))
    server = Server(tmp_path, settings=("--server.tls_certificate", str(certificate / "cert.pem"),
                                        "--server.tls_key", str(certificate / "key.pem"))).start()
    assert server.base.startswith("https://")

    result = server.generate(prompt="a lighthouse", resolution="2K", output_format="png")

    picture = requests.get(result["output"]["image"], timeout=60)
    assert (picture.status_code, len(picture.content)) == (200, result["metadata"]["images"][0]["bytes"])
    # A body of several records, and many calls by one connection.
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.key}"
        long = session.post(f"{server.base}/v1/models/google/nano-banana-2/text-to-image?dry_run=true",
                            json={"prompt": "é" * 8000}, timeout=60)
        assert long.json()["input"]["prompt"] == "é" * 8000
        assert all(session.get(server.base + "/healthz", timeout=60).status_code == 200 for _ in range(50))
    assert server.stop() == 0


def test_only_new_tls_and_http_1_1_are_spoken(tmp_path, certificate):
    server = Server(tmp_path, settings=("--server.tls_certificate", str(certificate / "cert.pem"),
                                        "--server.tls_key", str(certificate / "key.pem"))).start()
    context = ssl.create_default_context(cafile=certificate / "cert.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secure:
            assert secure.selected_alpn_protocol() == "http/1.1"
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is why it is asked for
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as plain:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            old.wrap_socket(plain)
    # Someone who speaks no TLS is hung up on, and the server goes on.
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert b"HTTP/1.1 200" not in plain.recv(4096)
    assert requests.get(server.base + "/healthz", timeout=30, verify=str(certificate / "cert.pem")).status_code == 200
    assert server.stop() == 0


def test_a_wrong_certificate_keeps_the_server_from_starting(tmp_path, certificate):
    (tmp_path / "not.pem").write_text("nothing")
    assert "belong together" in refusal(tmp_path, "--server.tls_certificate", str(certificate / "cert.pem"))
    assert "not.pem" in refusal(tmp_path, "--server.tls_certificate", str(tmp_path / "not.pem"), "--server.tls_key", str(certificate / "key.pem"))
    assert "no private key" in refusal(tmp_path, "--server.tls_certificate", str(certificate / "cert.pem"), "--server.tls_key", str(certificate / "cert.pem"))


def test_another_address_than_loopback_needs_a_name_and_a_secure_way(tmp_path):
    assert "public_url" in refusal(tmp_path, "--server.host", "0.0.0.0")
    assert "trusted_proxies" in refusal(tmp_path, "--server.host", "0.0.0.0", "--server.public_url", "https://pictures.example.org")
    assert "network" in refusal(tmp_path, "--server.host", "0.0.0.0", "--server.public_url", "https://pictures.example.org",
                                "--server.trusted_proxies", "somewhere")


def test_the_manager_hears_when_it_is_ready_and_when_it_stops(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        process = subprocess.Popen([BINARY, "serve", "-d", str(tmp_path / "data"), "--server.port", "0", "--workers.count", "0"],
                                   env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert manager.recv(100) == b"READY=1"
        process.send_signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"
        assert process.wait(timeout=60) == 0
