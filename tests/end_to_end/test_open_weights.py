"""The open-weight models as the service runs them: installed with `plantain models add`, asked for by their catalogue entries."""
import base64
import hashlib
import io
import json
import pathlib
import shutil
import subprocess

import pytest
import requests
from PIL import Image

from plantain import BINARY, MODEL, Server, events, until

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
KLEIN, Z_IMAGE = "black-forest-labs/FLUX.2-klein-4B", "Tongyi-MAI/Z-Image-Turbo"
DRAW, EDIT = "black-forest-labs/flux.2-klein-4b/text-to-image", "black-forest-labs/flux.2-klein-4b/edit"
Z_DRAW = "tongyi/z-image-turbo/text-to-image"
SMALL = {"resolution": "0.5K"}


def install(data, folder, name):
    done = subprocess.run([BINARY, "models", "add", str(folder), "--name", name, "--server.data_dir", str(data)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def serve(folder, **models):
    """A server without a word on engines in its configuration, with small random weights installed under these names."""
    for name, golden in models.items():
        install(folder / "data", golden, {"klein": KLEIN, "z_image": Z_IMAGE}[name])
    server = Server(folder)
    server.config.write_text("")
    return server.start()


def submit(server, model, **body):
    return server.call("POST", f"/v1/models/{model}", json=body)


def drawn(server, model, **body):
    answer = submit(server, model, **body)
    assert answer.status_code == 200, answer.text
    result = server.result(answer.json()["request_id"])
    assert result["status"] == "succeeded", json.dumps(result)
    return result


def bytes_of(result):
    return [requests.get(url, timeout=60).content for url in result["output"]["images"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = serve(tmp_path_factory.mktemp("weights"), klein=GOLDEN / "klein/model", z_image=GOLDEN / "z-image/model")
    yield running
    assert running.stop() == 0


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(server):
    first, again, other = (bytes_of(drawn(server, DRAW, prompt="a fox in the snow", seed=seed, **SMALL))
                           for seed in (7, 7, 8))
    assert first == again
    assert first != other
    assert Image.open(io.BytesIO(first[0])).size == (512, 512)


def test_several_pictures_have_rising_seeds_and_are_those_of_single_requests(server):
    both = drawn(server, DRAW, prompt="a fox", seed=3, num_images=2, **SMALL)
    assert both["metadata"]["seeds"] == [3, 4]
    assert bytes_of(both)[1] == bytes_of(drawn(server, DRAW, prompt="a fox", seed=4, **SMALL))[0]


def test_metadata_name_the_model_and_its_digest_and_no_path(server):
    result = drawn(server, DRAW, prompt="a fox", **SMALL)

    digest = hashlib.sha256()
    model = GOLDEN / "klein/model"
    for file in sorted(str(path.relative_to(model)) for path in model.rglob("*.safetensors")):
        digest.update(f"{file}\n{hashlib.sha256((model / file).read_bytes()).hexdigest()}\n".encode())
    assert result["metadata"]["weights"] == f"{KLEIN}@sha256:{digest.hexdigest()}"
    assert result["metadata"]["engine"] == f"diffusion:{KLEIN}"
    assert result["metadata"]["notes"]["family"] == "flux.2-klein"
    assert str(GOLDEN) not in json.dumps(result) and str(server.folder) not in json.dumps(result)


def test_an_edit_is_made_from_its_reference(server):
    def reference(colour):
        file = io.BytesIO()
        Image.new("RGB", (96, 64), colour).save(file, "PNG")
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()

    red, blue = (drawn(server, EDIT, prompt="make it night", image_urls=[reference(colour)], seed=1, **SMALL)
                 for colour in ("red", "blue"))
    assert bytes_of(red) != bytes_of(blue)
    assert red["metadata"]["aspect_ratio"] == "3:2", "auto is the shape of the first picture"


def test_z_image_draws_and_cannot_be_asked_to_edit(server):
    result = drawn(server, Z_DRAW, prompt="雪中的狐狸", seed=1, **SMALL)
    assert result["metadata"]["notes"]["family"] == "z-image"
    assert result["metadata"]["weights"].startswith(f"{Z_IMAGE}@sha256:")
    assert submit(server, Z_DRAW, prompt="a fox", image_urls=["https://example.org/a.png"]).status_code == 422


def test_nano_banana_2_is_drawn_by_installed_weights_before_sketch(server):
    result = drawn(server, MODEL, prompt="a fox", seed=5, **SMALL)
    assert result["metadata"]["engine"] == f"diffusion:{KLEIN}"
    pinned = server.call("POST", f"/v1/models/{MODEL}?engine=sketch", json={"prompt": "a fox", **SMALL})
    assert server.result(pinned.json()["request_id"])["metadata"]["engine"] == "sketch"


def test_every_step_is_told_and_a_cancel_ends_the_run(server):
    request_id = submit(server, DRAW, prompt="a fox", resolution="4K", num_images=4).json()["request_id"]
    steps, kind = [], None
    for kind, _, data in events(server, request_id):
        told = kind == "progress" and data["stage"] == "denoise"
        if told and data["step"] not in steps:
            steps.append(data["step"])
        if steps and steps[-1] >= 3:
            server.call("POST", f"/v1/requests/{request_id}/cancel?running=true")
    assert server.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "cancelled"
    assert steps[:4] == [0, 1, 2, 3], steps
    assert drawn(server, DRAW, prompt="a fox", **SMALL), "the worker goes on"


def test_without_weights_the_entries_say_what_to_do_and_all_else_runs(tmp_path):
    server = serve(tmp_path)
    for model, weights in ((DRAW, KLEIN), (EDIT, KLEIN), (Z_DRAW, Z_IMAGE)):
        entry = server.call("GET", f"/v1/models/{model}").json()
        assert entry["available"] is False
        assert f"plantain pull {weights}" in entry["unavailable_because"]
    refused = submit(server, DRAW, prompt="a fox")
    assert refused.status_code == 503 and f"plantain pull {KLEIN}" in refused.json()["detail"], refused.text
    assert drawn(server, MODEL, prompt="a fox", **SMALL)["metadata"]["engine"] == "sketch"
    assert server.stop() == 0


def test_damaged_weights_are_left_out_with_a_word_and_sketch_goes_on(tmp_path):
    model = tmp_path / "klein"
    shutil.copytree(GOLDEN / "klein/model", model)
    install(tmp_path / "data", model, KLEIN)
    weights = next((model / "transformer").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1])

    server = serve(tmp_path)

    entry = server.call("GET", f"/v1/models/{DRAW}").json()
    assert "not whole" in entry["unavailable_because"] and f"plantain pull {KLEIN}" in entry["unavailable_because"]
    assert drawn(server, MODEL, prompt="a fox", **SMALL)["metadata"]["engine"] == "sketch"
    assert server.stop() == 0
    log = (tmp_path / "server.log").read_text()
    assert "installed weights cannot be used" in log and f"is of another size than when it was installed; see: plantain models verify {KLEIN}" in log


def test_weights_that_cannot_be_opened_do_not_end_the_worker(tmp_path):
    model = tmp_path / "klein"
    shutil.copytree(GOLDEN / "klein/model", model)
    install(tmp_path / "data", model, KLEIN)
    config = model / "transformer/config.json"
    config.write_bytes(b" " * config.stat().st_size)

    server = serve(tmp_path)

    pinned = server.call("POST", f"/v1/models/{MODEL}?engine=sketch", json={"prompt": "a fox", **SMALL})
    assert server.result(pinned.json()["request_id"])["metadata"]["engine"] == "sketch"
    until(lambda: "an engine cannot be used" in (tmp_path / "server.log").read_text())
    assert server.call("GET", f"/v1/models/{DRAW}").json()["available"] is False
    assert server.stop() == 0


def test_generate_without_a_server_draws_with_installed_weights(tmp_path):
    install(tmp_path / "data", GOLDEN / "klein/model", KLEIN)
    done = subprocess.run([BINARY, "generate", "a fox", "--resolution", "0.5K", "--seed", "7", "--json", "-o",
                           str(tmp_path / "fox.png"), "--server.data_dir", str(tmp_path / "data")],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metadata"]["engine"] == f"diffusion:{KLEIN}"
