"""Files that clients bring: uploads, data URIs, and addresses that are fetched."""
import base64
import hashlib
import io
import json
import subprocess

import pytest
import requests
from PIL import Image

from plantain import BINARY, Server, until
from strangers import Elsewhere

EDIT = "google/nano-banana-2/edit"
SMALL = {"resolution": "0.5K", "output_format": "png"}


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    """A server whose engine paints in the colour of the pictures it is given; loopback may be fetched from."""
    running = Server(tmp_path_factory.mktemp("editor"), engines=("null",),
                     settings=["--models.engines", f"{EDIT}=null", "--fetch.http", "true",
                               "--fetch.networks", "127.0.0.0/8"]).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def careful(tmp_path_factory):
    """The same without any permission."""
    running = Server(tmp_path_factory.mktemp("careful"), engines=("null",),
                     settings=["--models.engines", f"{EDIT}=null"]).start()
    yield running
    assert running.stop() == 0


def picture(colour, size=(64, 32), kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


def data_uri(file):
    return "data:image/png;base64," + base64.b64encode(file).decode()


def upload(server, file, **more):
    answer = server.call("POST", "/v1/files", data=file, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def edit(server, *addresses, query="", **more):
    return server.call("POST", f"/v1/models/{EDIT}{query}",
                       json={"prompt": "as it is", "image_urls": list(addresses), **SMALL, **more})


def edited(server, *addresses, **more):
    answer = edit(server, *addresses, **more)
    assert answer.status_code == 200, answer.text
    return server.result(answer.json()["request_id"])


def colour_of(result):
    assert result["status"] == "succeeded", result
    return Image.open(io.BytesIO(requests.get(result["output"]["image"], timeout=60).content)).getpixel((0, 0))


def test_an_upload_says_what_it_is_and_is_served(editor):
    file = picture((10, 20, 30))
    described = upload(editor, file)
    assert (described["content_type"], described["width"], described["height"]) == ("image/png", 64, 32)
    assert described["bytes"] == len(file)
    assert described["sha256"] == hashlib.sha256(file).hexdigest()
    served = requests.get(described["url"], timeout=60)
    assert served.content == file
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"].startswith("sandbox")
    assert served.headers["ETag"] == f'"{described["sha256"]}"'
    part = requests.get(described["url"], headers={"Range": "bytes=1-3"}, timeout=60)
    assert (part.status_code, part.content) == (206, file[1:4])
    again = requests.get(described["url"], headers={"If-None-Match": served.headers["ETag"]}, timeout=60)
    assert again.status_code == 304
    assert requests.get(described["url"].replace("s=1.", "s=1.x"), timeout=60).status_code == 403


def test_a_form_with_one_file_is_an_upload(editor):
    file = picture((1, 2, 3), kind="JPEG")
    answer = editor.call("POST", "/v1/files", files={"file": ("a.bin", file, "text/plain")}, data={"purpose": "edit"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["content_type"] == "image/jpeg"
    two = editor.call("POST", "/v1/files", files=[("a", ("a", file)), ("b", ("b", file))])
    assert (two.status_code, two.json()["error_code"]) == (422, 422001)


def test_uploads_are_listed_and_deleted(editor):
    first, second = (upload(editor, picture((c, 1, 1)))["file_id"] for c in (101, 102))
    listed = editor.call("GET", "/v1/files?limit=2").json()
    assert [each["file_id"] for each in listed["files"]] == [second, first]
    assert listed["bytes_used"] > 0
    url = listed["files"][0]["url"]
    assert editor.call("DELETE", f"/v1/files/{second}").status_code == 204
    assert requests.get(url, timeout=60).status_code == 404
    assert editor.call("DELETE", f"/v1/files/{second}").status_code == 404


def test_what_is_no_file_of_a_known_kind_is_refused(editor):
    for body in (b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", b"\x89PNG\r\n\x1a\n"):
        answer = editor.call("POST", "/v1/files", data=body)
        assert (answer.status_code, answer.json()["error_code"]) == (422, 422003), body
    assert editor.call("POST", "/v1/files", data=b"").status_code == 422


def test_the_quota_of_an_account_holds(tmp_path):
    server = Server(tmp_path, engines=("null",), settings=["--files.quota_mb", "1"]).start()
    noise = Image.effect_noise((700, 700), 100)
    file = io.BytesIO()
    noise.save(file, "PNG")
    upload(server, file.getvalue())
    upload(server, file.getvalue())  # equal bytes take no room
    noise.rotate(90).save(file, "BMP")
    other = io.BytesIO()
    Image.effect_noise((900, 900), 100).save(other, "PNG")
    answer = server.call("POST", "/v1/files", data=other.getvalue())
    assert (answer.status_code, answer.json()["error_code"]) == (413, 413001)
    assert server.stop() == 0


def test_an_upload_a_data_uri_and_a_result_are_inputs(editor):
    address = upload(editor, picture((200, 10, 10)))["url"]
    first = edited(editor, address)
    assert colour_of(first) == (200, 10, 10)
    assert colour_of(edited(editor, data_uri(picture((10, 100, 10))), address)) == (105, 55, 10)
    assert colour_of(edited(editor, first["output"]["image"])) == (200, 10, 10)


def test_the_shape_of_the_first_input_is_the_shape_of_the_result(editor):
    result = edited(editor, data_uri(picture((9, 9, 9), size=(210, 90))))
    assert result["metadata"]["aspect_ratio"] == "21:9"


def test_a_data_uri_is_shown_as_a_file_not_as_its_text(editor):
    file = picture((7, 8, 9))
    request_id = edit(editor, data_uri(file)).json()["request_id"]
    editor.result(request_id)
    shown = editor.call("GET", f"/v1/requests/{request_id}").json()["input"]["image_urls"]
    assert requests.get(shown[0], timeout=60).content == file
    editor.call("DELETE", f"/v1/requests/{request_id}")
    assert requests.get(shown[0], timeout=60).status_code == 404


def test_another_name_of_an_input_is_that_input(editor):
    result = edited(editor, data_uri(picture((1, 1, 1))), number_of_images=2)
    assert len(result["output"]["images"]) == 2
    both = edit(editor, data_uri(picture((1, 1, 1))), number_of_images=2, num_images=2)
    assert both.json()["errors"][0]["pointer"] == "/number_of_images"


def test_an_address_elsewhere_is_fetched_once_and_its_file_kept(editor):
    file = picture((50, 60, 70))
    with Elsewhere(lambda it: it.say(200, file, Content_Type="text/html")) as elsewhere:
        request_id = edit(editor, f"{elsewhere.url}/cat?sig=1", num_images=2).json()["request_id"]
        assert colour_of(editor.result(request_id)) == (50, 60, 70)
        assert [path for _, path, _, _ in elsewhere.seen] == ["/cat?sig=1"]
        assert not {"Cookie", "Authorization", "Referer"} & set(elsewhere.seen[0][2])
    shown = editor.call("GET", f"/v1/requests/{request_id}").json()["input"]["image_urls"]
    assert shown == [f"{elsewhere.url}/cat?sig=1"]


@pytest.mark.parametrize("name,answer", [
    ("not there", lambda it: it.say(404)),
    ("not a picture", lambda it: it.say(200, b"hello")),
    ("a redirect to metadata", lambda it: it.say(302, Location="http://169.254.169.254/latest/meta-data")),
    ("redirects without end", lambda it: it.say(302, Location=it.path + "x")),
    ("a picture cut short", lambda it: it.say(200, picture((1, 2, 3), size=(300, 300), kind="JPEG")[:-400])),
])
def test_a_file_that_cannot_be_had_fails_the_request(editor, name, answer):
    with Elsewhere(answer) as elsewhere:
        result = edited(editor, elsewhere.url + "/a")
    assert result["status"] == "failed", name
    assert result["error"]["error_code"] == 422003
    assert "127.0.0.1" not in result["error"]["detail"] and "169.254" not in result["error"]["detail"]


def test_addresses_that_are_not_public_are_refused_in_one_sentence(careful):
    sentences = set()
    with Elsewhere(lambda it: it.say(200, picture((1, 1, 1)))) as elsewhere:
        port = elsewhere.server.server_port
        for host in ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"):
            result = edited(careful, f"https://{host}:{port}/")
            assert result["error"]["error_code"] == 422003, host
            sentences.add(result["error"]["detail"])
        assert elsewhere.seen == []
        plain = edit(careful, f"{elsewhere.url}/")
    assert sentences == {"input file 1: it could not be fetched"}
    assert (plain.status_code, plain.json()["error_code"]) == (422, 422001)


def test_inputs_that_are_no_addresses_are_faults_with_their_place(editor):
    answer = edit(editor, "ftp://x/y", "https://example.org/a.png", "cat.png")
    assert (answer.status_code, answer.json()["error_code"]) == (422, 422001)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/image_urls/0", "/image_urls/2"]
    for bad in ("data:image/png;base64,aGVsbG8=", f"{editor.base}/files/0193f0a2-77aa-7c02-8d5e-1b2a3c4d5e6f.png"):
        answer = edit(editor, bad)
        assert (answer.status_code, answer.json()["error_code"]) == (422, 422003), bad


def test_a_request_waits_for_its_inputs_also_over_a_restart(tmp_path):
    server = Server(tmp_path, engines=("null",), settings=["--models.engines", f"{EDIT}=null", "--fetch.http", "true",
                                                           "--fetch.networks", "127.0.0.0/8"]).start()
    gate = {"open": False}

    def answer(it):
        if not gate["open"]:
            it.close_connection = True
            until(lambda: gate["open"] or not alive(server), seconds=60)
            return
        it.say(200, picture((3, 4, 5)))

    with Elsewhere(answer) as elsewhere:
        request_id = edit(server, elsewhere.url + "/a").json()["request_id"]
        until(lambda: elsewhere.seen)
        assert server.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "in_queue"
        server.kill()
        gate["open"] = True
        server.start()
        assert colour_of(server.result(request_id)) == (3, 4, 5)
    assert server.stop() == 0


def alive(server):
    return server.process.poll() is None


def test_a_bomb_ends_in_its_own_process(editor):
    # Sides that are allowed, pixels that are not: 64 megapixels and one row.
    wide = io.BytesIO()
    Image.new("L", (8000, 8001)).save(wide, "PNG", compress_level=1)
    answer = edit(editor, data_uri(wide.getvalue()))
    assert (answer.status_code, answer.json()["error_code"]) == (422, 422003)
    whole = picture((5, 6, 7), size=(8000, 8000), kind="JPEG")
    assert colour_of(edited(editor, data_uri(whole)))[2] in range(4, 10)


def test_without_a_server_an_input_is_a_file_or_a_data_uri(tmp_path):
    (tmp_path / "red.png").write_bytes(picture((200, 10, 10)))
    (tmp_path / "plantain.toml").write_text(f'[models."{EDIT}"]\nengines = ["null"]\n')

    def generate(address):
        out = tmp_path / "out.png"
        out.unlink(missing_ok=True)
        done = subprocess.run([BINARY, "generate", "as it is", "-m", EDIT, "-i", f"image_urls={json.dumps([address])}",
                               "-o", str(out), "--resolution", "0.5K"], capture_output=True, text=True, cwd=tmp_path)
        return done, Image.open(out).getpixel((0, 0)) if out.exists() else None

    assert generate("red.png")[1] == (200, 10, 10)
    assert generate(data_uri(picture((10, 200, 10))))[1] == (10, 200, 10)
    for bad in ("https://example.org/a.png", "missing.png", "data:,hello"):
        done, colour = generate(bad)
        assert done.returncode != 0 and colour is None and done.stderr, bad
