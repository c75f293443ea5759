"""The worker of examples/, as anybody would write one, on the listener for workers elsewhere."""
import io
import pathlib
import re
import subprocess
import sys

import requests
from PIL import Image

from plantain import MODEL, Server, until

WORKER = pathlib.Path(__file__).resolve().parents[2] / "examples" / "worker.py"
EDIT = "google/nano-banana-2/edit"


def test_the_example_worker_makes_a_picture_and_sees_the_inputs(tmp_path):
    server = Server(tmp_path, engines=("example",), workers=0,
                    settings=["--models.engines", f"{EDIT}=example", "--server.internal_listen", "127.0.0.1:0"]).start()
    internal = server.said["workers listening"]
    key = server.call("POST", "/v1/keys", json={"name": "example", "role": "worker"}).json()["key"]
    (tmp_path / "worker.key").write_text(key)
    workers = [subprocess.Popen([sys.executable, WORKER, internal, tmp_path / "worker.key", model])
               for model in (MODEL, EDIT)]
    try:
        until(lambda: server.call("GET", f"/v1/models/{MODEL}").json()["available"])
        until(lambda: server.call("GET", f"/v1/models/{EDIT}").json()["available"])
        result = server.generate(prompt="a fox")
        assert result["metadata"]["engine"] == "example"
        plain = Image.open(io.BytesIO(requests.get(result["output"]["image"], timeout=60).content))
        assert plain.size == (64, 64)

        file = server.call("POST", "/v1/files", data=requests.get(result["output"]["image"], timeout=60).content).json()
        body = {"prompt": "a fox", "image_urls": [file["url"]]}
        submitted = server.call("POST", f"/v1/models/{EDIT}", json=body).json()
        edited = server.result(submitted["request_id"])
        other = Image.open(io.BytesIO(requests.get(edited["output"]["image"], timeout=60).content))
        assert other.getpixel((0, 0)) != plain.getpixel((0, 0))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        assert server.stop() == 0


def test_the_listener_for_workers_knows_worker_keys_alone_and_the_public_one_no_leases(tmp_path):
    server = Server(tmp_path, engines=("example",), workers=0,
                    settings=["--server.internal_listen", "127.0.0.1:0"]).start()
    internal = server.said["workers listening"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", internal)
    wish = {"worker_id": "w", "claim_id": "c", "models": [MODEL], "engine": "example", "wait_s": 0}
    key = server.call("POST", "/v1/keys", json={"name": "w", "role": "worker"}).json()

    def claim(base, secret):
        return requests.post(base + "/internal/v1/leases", json=wish, timeout=60,
                             headers={"Authorization": f"Bearer {secret}"}).status_code

    assert claim(internal, key["key"]) == 204
    assert claim(internal, server.key) == 401, "an admin key is not a worker's"
    assert claim(internal, "pt_nothing") == 401
    assert claim(server.base, key["key"]) == 404
    assert requests.get(internal + "/v1/models", timeout=60).status_code == 404
    server.call("DELETE", f"/v1/keys/{key['key_id']}")
    assert claim(internal, key["key"]) == 401
    assert server.stop() == 0
