"""`plantain pull`, `models add` and `models verify` against a local server that speaks the hub's protocol."""
import hashlib
import http.server
import json
import os
import re
import struct
import subprocess
import threading

import pytest

from plantain import BINARY

REPOSITORY = "maker/tiny"
TOKEN = "hf_secret"


def safetensors(tensors):
    header, data = {}, b""
    for name, count in tensors.items():
        header[name] = {"dtype": "F32", "shape": [count], "data_offsets": [len(data), len(data) + 4 * count]}
        data += os.urandom(4 * count)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


class Hub:
    """A hub with one repository. `cut`: after how many bytes a download breaks, once per request while `cuts` last."""

    def __init__(self):
        self.files = {
            "README.md": b"# Tiny\n",
            "style.safetensors": safetensors({"x.lora_A.weight": 5_000_000, "x.lora_B.weight": 4_000_000}),
            "old.ckpt": b"pickle",
        }
        self.cuts, self.cut, self.wrong, self.gated, self.licence = 0, 0, False, False, "apache-2.0"
        self.closed_from = None  # storage answers 503 for parts that begin here or later
        self.claimed = {}        # sizes that the listing gives instead of the true ones
        self.requests = []
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                hub.answer(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def entry(self, path, body):
        entry = {"rfilename": path, "size": len(body),
                 "blobId": hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()}
        if path.endswith((".safetensors", ".gguf", ".ckpt")):
            entry["lfs"] = {"sha256": hashlib.sha256(body).hexdigest(), "size": self.claimed.get(path, len(body)),
                            "pointerSize": 134}
        return entry

    def answer(self, call):
        self.requests.append((call.path, call.headers.get("Range"), call.headers.get("Authorization")))
        if self.gated and call.headers.get("Authorization") != f"Bearer {TOKEN}" and not call.path.startswith("/storage"):
            return self.send(call, 401, b"")
        if call.path.startswith(f"/api/models/{REPOSITORY}/revision/main"):
            listing = [self.entry(path, body) for path, body in self.files.items()]
            return self.send(call, 200, json.dumps({
                "id": REPOSITORY, "sha": "a" * 40, "gated": "auto" if self.gated else False,
                "cardData": {"license": self.licence}, "siblings": listing}).encode())
        found = re.fullmatch(rf"/{REPOSITORY}/resolve/a{{40}}/(.+)", call.path)
        if found and found[1] in self.files:
            if found[1].endswith(".safetensors"):
                return self.send(call, 302, b"", Location=f"/storage/{found[1]}")
            return self.send(call, 200, self.files[found[1]])
        if call.path.startswith("/storage/"):
            return self.send_part(call, self.files[call.path[len("/storage/"):]])
        return self.send(call, 404, b"")

    def send_part(self, call, body):
        if self.wrong:
            body = body[:-1] + bytes([body[-1] ^ 1])
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", call.headers.get("Range", ""))
        begin, end = (int(asked[1]), int(asked[2]) + 1) if asked else (0, len(body))
        if self.closed_from is not None and begin >= self.closed_from:
            return self.send(call, 503, b"")
        part = body[begin:end]
        call.send_response(206 if asked else 200)
        if asked:
            call.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(body)}")
        call.send_header("Content-Length", str(len(part)))
        call.end_headers()
        if self.cuts > 0:
            self.cuts -= 1
            call.wfile.write(part[:self.cut])
            call.close_connection = True
            return
        call.wfile.write(part)

    @staticmethod
    def send(call, status, body, **headers):
        call.send_response(status)
        for name, value in headers.items():
            call.send_header(name, value)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)


@pytest.fixture
def hub():
    running = Hub()
    yield running
    running.server.shutdown()


@pytest.fixture
def plantain(tmp_path):
    def run(*words, **environment):
        clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return subprocess.run([BINARY, *words, "--server.data_dir", str(tmp_path / "data")], capture_output=True, text=True,
                              timeout=120, env={**clean, **environment}, cwd=tmp_path)
    run.folder = tmp_path / "data" / "models"
    return run


def pull(plantain, hub, *more, **environment):
    return plantain("pull", REPOSITORY, "--hub", hub.address, *more, **environment)


def test_the_licence_is_shown_and_nothing_fetched_until_it_is_accepted_by_name(plantain, hub):
    shown = pull(plantain, hub)
    assert shown.returncode == 1
    assert "The licence of maker/tiny is: apache-2.0" in shown.stderr and "--accept-licence apache-2.0" in shown.stderr

    other = pull(plantain, hub, "--accept-licence", "mit")
    assert other.returncode == 1 and 'It is not "mit"' in other.stderr
    assert all("/resolve/" not in path for path, _, _ in hub.requests)


def test_a_model_is_fetched_in_pieces_described_and_verified(plantain, hub):
    done = pull(plantain, hub, "--accept-licence", "apache-2.0")

    assert done.returncode == 0, done.stderr
    folder = plantain.folder / REPOSITORY
    assert done.stdout.strip() == str(folder)
    assert (folder / "style.safetensors").read_bytes() == hub.files["style.safetensors"]
    assert not (folder / "old.ckpt").exists()
    manifest = json.loads((folder / "plantain-model.json").read_text())
    assert manifest["licence"] == "apache-2.0" and manifest["parts"] == ["LoRA"] and manifest["revision"] == "a" * 40
    assert len([1 for path, part, _ in hub.requests if path.startswith("/storage") and part]) == 3
    assert "2 files are right" in plantain("models", "verify").stdout


def test_cuts_are_taken_up_where_they_broke(plantain, hub):
    hub.cuts, hub.cut = 6, 3_000_000

    done = pull(plantain, hub, "--accept-licence", "apache-2.0")

    assert done.returncode == 0, done.stderr
    assert (plantain.folder / REPOSITORY / "style.safetensors").read_bytes() == hub.files["style.safetensors"]


def test_a_later_pull_fetches_only_the_pieces_that_are_missing(plantain, hub):
    hub.closed_from = 16 << 20

    broken = pull(plantain, hub, "--accept-licence", "apache-2.0")

    assert broken.returncode == 1 and not (plantain.folder / REPOSITORY / "plantain-model.json").exists()
    hub.closed_from, hub.requests = None, []
    done = pull(plantain, hub, "--accept-licence", "apache-2.0")
    assert done.returncode == 0, done.stderr
    begins = sorted(int(part[6:].split("-")[0]) for path, part, _ in hub.requests if path.startswith("/storage"))
    assert begins == [16 << 20, 32 << 20]
    assert (plantain.folder / REPOSITORY / "style.safetensors").read_bytes() == hub.files["style.safetensors"]


def test_a_model_larger_than_the_disk_is_refused_with_the_numbers_before_anything_comes(plantain, hub):
    hub.claimed["style.safetensors"] = 4 * 10**12

    refused = pull(plantain, hub, "--accept-licence", "apache-2.0")

    assert refused.returncode == 1
    assert re.search(r"needs 4\.00 TB and .* to spare; the disk has [\d.]+ .B free", refused.stderr), refused.stderr
    assert all("/resolve/" not in path for path, _, _ in hub.requests)


def test_wrong_bytes_are_deleted_and_named(plantain, hub):
    hub.wrong = True

    done = pull(plantain, hub, "--accept-licence", "apache-2.0")

    assert done.returncode == 1 and "style.safetensors: what came has another hash" in done.stderr
    left = [path.name for path in (plantain.folder / REPOSITORY).iterdir()]
    assert "style.safetensors" not in left and "plantain-model.json" not in left and "style.safetensors.part" not in left
    hub.wrong = False
    assert pull(plantain, hub, "--accept-licence", "apache-2.0").returncode == 0


def test_a_token_opens_a_gated_model(plantain, hub):
    hub.gated = True

    assert "$HF_TOKEN" in pull(plantain, hub, "--accept-licence", "apache-2.0").stderr
    assert pull(plantain, hub, "--accept-licence", "apache-2.0", HF_TOKEN=TOKEN).returncode == 0


def test_changed_and_missing_files_are_found(plantain, hub):
    assert pull(plantain, hub, "--accept-licence", "apache-2.0").returncode == 0
    folder = plantain.folder / REPOSITORY
    weights = folder / "style.safetensors"
    body = weights.read_bytes()
    weights.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    (folder / "README.md").unlink()

    seen = plantain("models", "verify", REPOSITORY)

    assert seen.returncode == 1
    assert "README.md is missing" in seen.stdout
    assert "style.safetensors is changed" in seen.stdout


def test_weights_on_the_machine_are_used_where_they_are(plantain, hub, tmp_path):
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(hub.files["style.safetensors"])
    pickle = tmp_path / "mine.ckpt"
    pickle.write_bytes(b"PK\x03\x04")

    added = plantain("models", "add", str(weights))
    refused = plantain("models", "add", str(pickle))

    assert added.returncode == 0 and added.stdout == "local/mine: LoRA\n", added.stderr
    assert "local/mine: 1 files are right" in plantain("models", "verify").stdout
    owned = plantain("models", "add", str(weights), "--name", "maker/Mine-1.0")
    assert owned.stdout == "maker/Mine-1.0: LoRA\n", owned.stderr
    assert "cannot be a model's name" in plantain("models", "add", str(weights), "--name", "a/b/c").stderr
    assert refused.returncode == 1 and "use the same model as .safetensors or .gguf" in refused.stderr


def test_a_mirror_comes_from_the_environment_and_a_bad_name_is_refused(plantain, hub):
    shown = plantain("pull", REPOSITORY, PLANTAIN_HUB=hub.address)
    assert "The licence of maker/tiny" in shown.stderr
    assert "is no owner/NAME" in plantain("pull", "../etc", "--hub", hub.address).stderr
    assert plantain("pull", "maker/absent", "--hub", hub.address).returncode == 1
