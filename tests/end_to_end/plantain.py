"""A real server for tests: started on a free port with a folder of its own, ended by pid."""
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import requests

MODEL = "google/nano-banana-2/text-to-image"
BINARY = os.environ["PLANTAIN_BINARY"]
# For tests that call more often than an account may by default.
NO_HURRY = ("--limits.submits_per_minute", "1000000", "--limits.reads_per_minute", "1000000")


class Server:
    """`plantain serve` as a child process. Restarting keeps the folder and the port."""

    def __init__(self, folder: pathlib.Path, engines=("sketch",), workers=1, settings=()):
        self.folder = folder
        self.port = 0
        self.settings = list(settings)
        self.workers = workers
        self.config = folder / "plantain.toml"
        names = ", ".join(f'"{name}"' for name in engines)
        self.config.write_text(f'[models."{MODEL}"]\nengines = [{names}]\n')
        self.process = None
        self.log = open(folder / "server.log", "ab")

    def start(self):
        command = [BINARY, "serve", "--config", str(self.config), "--server.port", str(self.port),
                   "--server.data_dir", str(self.folder / "data"), "--workers.count", str(self.workers), *self.settings]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        said = {}
        for line in self.process.stdout:
            name, _, value = line.strip().rpartition(" ")
            said[name] = value
            if "listening" in said and "key file" in said:
                break
        assert "listening" in said, f"the server did not start: {(self.folder / 'server.log').read_text()[-2000:]}"
        self.said = said
        self.base = said["listening"]
        self.port = int(self.base.rsplit(":", 1)[1])
        self.key = pathlib.Path(said["key file"]).read_text().strip()
        # What it says later must not fill the pipe.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)
        return self.process.returncode if self.process else None

    def call(self, method, path, **more):
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return requests.request(method, path if path.startswith("http") else self.base + path, headers=headers,
                                timeout=120, **more)

    def submit(self, **body):
        answer = self.call("POST", f"/v1/models/{MODEL}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def result(self, request_id, wait=120):
        answer = self.call("GET", f"/v1/requests/{request_id}/result", headers={"Prefer": f"wait={wait}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def generate(self, **body):
        result = self.result(self.submit(**body)["request_id"])
        assert result["status"] == "succeeded", json.dumps(result)
        return result

    def worker_pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = {int(pid) for listing in children for pid in listing.read_text().split()}
        return sorted(pids)


def events(server, request_id, last=None):
    """The events of a request, until the stream ends, as (kind, id, data)."""
    headers = {"Authorization": f"Bearer {server.key}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    answer = requests.get(f"{server.base}/v1/requests/{request_id}/events", headers=headers, stream=True, timeout=120)
    if answer.status_code == 204:
        return
    assert answer.status_code == 200, answer.text
    kind, number, data = None, None, None
    for line in answer.iter_lines(decode_unicode=True):
        field = re.match(r"(event|id|data): (.*)", line)
        if field:
            kind = field[2] if field[1] == "event" else kind
            number = int(field[2]) if field[1] == "id" else number
            data = json.loads(field[2]) if field[1] == "data" else data
        elif line == "" and kind:
            yield kind, number, data
            kind, number, data = None, None, None


def until(condition, seconds=60):
    """Waits for what another process does. Fails when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
