"""A backup of a server that goes on working, and a server that goes on from it."""
import shutil
import subprocess
import threading

import requests

from plantain import BINARY, Server

SMALL = {"resolution": "0.5K", "aspect_ratio": "1:1"}


def test_a_server_goes_on_from_a_backup_made_under_load(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    server = Server(tmp_path / "one", engines=("null:5",)).start()
    kept = server.generate(prompt="kept", num_images=2, **SMALL)
    enough = threading.Event()

    def submit():
        while not enough.is_set():
            server.generate(prompt="load", **SMALL)

    load = threading.Thread(target=submit)
    load.start()
    copy = tmp_path / "copy"
    done = subprocess.run([BINARY, "backup", copy, "-d", tmp_path / "one" / "data"], capture_output=True, text=True, timeout=60)
    enough.set()
    load.join()
    assert done.returncode == 0, done.stderr
    later = server.generate(prompt="after the backup", **SMALL)["request_id"]
    assert server.stop() == 0

    shutil.copytree(copy, tmp_path / "two" / "data")
    restored = Server(tmp_path / "two", engines=("null:5",)).start()
    assert restored.key == server.key
    result = restored.result(kept["request_id"])
    assert [requests.get(url, timeout=30).status_code for url in result["output"]["images"]] == [200, 200]
    assert restored.call("GET", f"/v1/requests/{later}").status_code == 404
    assert restored.generate(prompt="goes on", **SMALL)
    assert restored.stop() == 0


def test_a_backup_never_writes_over_anything(tmp_path):
    server = Server(tmp_path, engines=("null:1",)).start()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for place, data, word in ((tmp_path / "full", tmp_path / "data", "not empty"), (tmp_path / "new", tmp_path / "nowhere", "master.key")):
        done = subprocess.run([BINARY, "backup", place, "-d", data], capture_output=True, text=True, timeout=60)
        assert (done.returncode, word in done.stderr) == (1, True), done.stderr
    assert server.stop() == 0
