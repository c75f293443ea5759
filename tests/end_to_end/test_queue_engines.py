"""Services with a queue of their own behind our calls: another Plantain stands for RunComfy, a local server for fal."""
import base64
import io
import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from PIL import Image

from plantain import Server, until

VIDEO_MODEL = "minimax/hailuo-2-3/fast/standard/image-to-video"
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(500)


def configure(folder, text, **more):
    server = Server(folder, **more)
    with open(server.config, "a", encoding="utf-8") as file:
        file.write(text)
    return server


def png(size=(640, 480)):
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("studio")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def front(tmp_path_factory, studio):
    os.environ["RUNCOMFY_TOKEN"] = studio.key
    running = configure(tmp_path_factory.mktemp("front"),
                        f'\n[engines.studio]\nkind = "runcomfy"\nbase_url = "{studio.base}"\n', engines=("studio",)).start()
    yield running
    assert running.stop() == 0


def test_another_plantain_draws_and_its_files_become_ours(front, studio):
    result = front.generate(prompt="two red foxes in the snow", num_images=2, resolution="0.5K", aspect_ratio="16:9")
    assert result["metadata"]["engine"] == "studio"
    assert len(result["output"]["images"]) == 2
    for address in result["output"]["images"]:
        assert address.startswith(front.base)
        assert Image.open(io.BytesIO(requests.get(address, timeout=60).content)).size == (688, 384)
    theirs = result["metadata"]["notes"]["upstream_id"]
    assert studio.call("GET", f"/v1/requests/{theirs}/status").json()["status"] == "completed"


class Fal:
    """fal's queue, as far as its documents say; `script` says what each request becomes."""

    def __init__(self):
        self.submits, self.cancelled, self.statuses = [], [], {}
        self.script = "picture"
        fal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self, status, body, kind="application/json"):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Authorization"] != "Key fal-key":
                    return self.answer(401, {"detail": "no"})
                fal.submits.append((self.path, json.loads(body), self.headers.get("Idempotency-Key")))
                return self.answer(200, {"status": "IN_QUEUE", "request_id": f"r-{len(fal.submits)}"})

            def do_PUT(self):
                fal.cancelled.append(self.path)
                self.answer(202, {"status": "CANCELLATION_REQUESTED"})

            def do_GET(self):
                if self.path.startswith("/files/"):
                    if "Authorization" in self.headers:
                        return self.answer(400, b"the key was sent where it has no business")
                    return self.answer(200, FILM if self.path.endswith(".mp4") else png(), "application/octet-stream")
                request_id = re.search(r"/requests/([^/]+)", self.path)[1]
                if self.path.endswith("/status"):
                    asked = fal.statuses[request_id] = fal.statuses.get(request_id, 0) + 1
                    if fal.script == "endless":
                        return self.answer(202, {"status": "IN_PROGRESS"})
                    return self.answer(*((202, {"status": "IN_PROGRESS"}) if asked < 2 else (200, {"status": "COMPLETED"})))
                if fal.script == "refused":
                    return self.answer(422, {"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}]})
                if fal.script == "film":
                    return self.answer(200, {"video": {"url": fal.base + "/files/a.mp4"}})
                return self.answer(200, {"images": [{"url": fal.base + "/files/a.png"}], "description": ""})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def fal():
    running = Fal()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def server(tmp_path, fal):
    os.environ["FAL_KEY"] = "fal-key"
    running = configure(tmp_path, f'\n[models."{VIDEO_MODEL}"]\nengines = ["fal"]\n\n[engines.fal]\nbase_url = "{fal.base}"\n'
                                  f'backoff_ms = 20\ncost_usd = ["1K=0.08"]\n', engines=("fal",)).start()
    yield running
    assert running.stop() == 0


def test_fal_gets_the_input_in_its_own_words_and_its_picture_is_kept_here(server, fal):
    result = server.generate(prompt="a fox", output_format="png", safety_tolerance=2)
    path, body, idempotency = fal.submits[0]
    assert path == "/fal-ai/nano-banana-2"
    assert body["safety_tolerance"] == "2" and body["prompt"] == "a fox"
    assert idempotency
    assert result["metadata"]["engine"] == "fal"
    assert result["metadata"]["provider_cost_usd"] == 0.08
    assert requests.get(result["output"]["image"], timeout=60).content == png()


def test_films_are_kept_like_our_own_media(server, fal):
    fal.script = "film"
    picture = "data:image/png;base64," + base64.b64encode(png()).decode()
    answer = server.call("POST", f"/v1/models/{VIDEO_MODEL}",
                         json={"prompt": "a fox runs", "image_url": picture, "duration": 6})
    assert answer.status_code == 200, answer.text
    result = server.result(answer.json()["request_id"])
    assert result["status"] == "succeeded", json.dumps(result)
    assert result["output"] == {"video": result["output"]["videos"][0], "videos": result["output"]["videos"]}
    film = requests.get(result["output"]["video"], timeout=60)
    assert (film.content, film.headers["Content-Type"]) == (FILM, "video/mp4")
    assert fal.submits[0][1]["duration"] == "6"


def test_a_refusal_of_fal_is_a_refusal(server, fal):
    fal.script = "refused"
    result = server.result(server.submit(prompt="a fox")["request_id"])
    assert result["error"]["error_code"] == 422002
    assert len(fal.submits) == 1


def test_a_killed_server_picks_its_request_up_and_pays_nothing_more(server, fal):
    fal.script = "endless"
    request_id = server.submit(prompt="a fox")["request_id"]
    until(lambda: fal.statuses)
    server.kill()
    fal.script = "picture"
    server.start()
    assert server.result(request_id)["status"] == "succeeded"
    assert len(fal.submits) == 1
    assert not fal.cancelled, "nobody asked for an end"


def test_only_a_client_cancels_over_there(server, fal):
    fal.script = "endless"
    request_id = server.submit(prompt="a fox")["request_id"]
    until(lambda: fal.statuses)
    server.call("POST", f"/v1/requests/{request_id}/cancel?running=true")
    until(lambda: fal.cancelled, seconds=15)
    assert fal.cancelled == ["/fal-ai/nano-banana-2/requests/r-1/cancel"]
