"""kill -9 at random moments while all that a server does goes on at once: submits, webhooks, cancels, deadlines, uploads.

The long form is script/chaos --kills N; it prints its figures and, with --results FILE, appends them there.
"""
import collections
import datetime
import io
import json
import os
import random
import signal
import sqlite3
import threading
import time

import pytest
import requests
from PIL import Image

from plantain import MODEL, NO_HURRY, Server, until
from strangers import Elsewhere

KILLS = int(os.environ.get("PLANTAIN_CHAOS_KILLS", "12"))
SEED = int(os.environ.get("PLANTAIN_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
PLAIN, CANCELLED, HURRIED, UPLOADED = "plain", "cancelled", "hurried", "uploaded"


def png(chance):
    file = io.BytesIO()
    Image.new("RGB", (48, 32), tuple(chance.randrange(256) for _ in range(3))).save(file, "PNG")
    return file.getvalue()


class Client(threading.Thread):
    """Does without end what clients do. What was promised to it is kept; a submit without an answer is repeated."""

    def __init__(self, server, number, webhook):
        super().__init__(daemon=True)
        self.server, self.number, self.webhook = server, number, webhook
        self.chance = random.Random(SEED + number)
        self.accepted = {}  # request id -> what was done with it
        self.files = []     # addresses of uploads that were answered
        self.fault = None
        self.enough = threading.Event()

    def run(self):
        try:
            count = 0
            while not self.enough.is_set():
                self.act(f"client-{self.number}-{count}")
                count += 1
                self.enough.wait(0.03)
        except BaseException as fault:  # told by the test, whose thread is another
            self.fault = fault

    def act(self, key):
        kind = self.chance.choice((PLAIN, PLAIN, CANCELLED, HURRIED, UPLOADED))
        if kind == UPLOADED:
            answer = self.call("POST", "/v1/files", data=png(self.chance))
            if answer is not None:
                assert answer.status_code == 201, answer.text
                self.files.append(answer.json()["url"])
            return
        query = f"?webhook={self.webhook}" + ("&finish_within=1" if kind == HURRIED else "")
        while not self.enough.is_set():
            answer = self.call("POST", f"/v1/models/{MODEL}{query}", headers={"Idempotency-Key": key},
                               json={"prompt": key, "resolution": "0.5K"})
            if answer is not None:
                assert answer.status_code == 200, answer.text
                request_id = answer.json()["request_id"]
                assert request_id not in self.accepted, "one request for two keys"
                self.accepted[request_id] = kind
                if kind == CANCELLED:
                    self.call("POST", f"/v1/requests/{request_id}/cancel?running=true")
                return
            self.enough.wait(0.02)

    def call(self, *words, **more):
        """The answer, or nothing when the server died over it or is not there."""
        try:
            answer = self.server.call(*words, **more)
        except requests.RequestException:
            return None
        return None if answer.status_code == 503 else answer


def everything(server, path, name):
    found, cursor = [], ""
    while True:
        page = server.call("GET", f"{path}?limit=200{cursor}").json()
        found += page[name]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def kill_at_random(server, chance):
    """Kills `KILLS` times; how often which."""
    killed = collections.Counter()
    while killed.total() < KILLS:
        time.sleep(chance.uniform(0.0, 0.4))  # the random moment is the test's subject
        if chance.random() < 0.5:
            server.kill()
            server.start()
            killed["server"] += 1
        elif workers := server.worker_pids():
            try:
                os.kill(chance.choice(workers), signal.SIGKILL)
                killed["worker"] += 1
            except ProcessLookupError:
                pass
    return killed


def strays(server):
    """Files on the disk that no row of the database stands for, after the sweep of a start long after."""
    server.stop()
    long_ago = time.time() - 30 * 86400
    for path in (server.folder / "data" / "files" / "partial").iterdir():
        os.utime(path, (long_ago, long_ago))
    server.start()
    with sqlite3.connect(f"file:{server.folder}/data/plantain.db?mode=ro", uri=True) as database:
        known = {row[0] for row in database.execute("SELECT id FROM blob")}
    return [path for path in (server.folder / "data" / "files").rglob("*") if path.is_file() and path.name not in known]


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path, engines=("null:20",), workers=2,
                     settings=(*NO_HURRY, "--limits.queued", "1000000", "--fetch.http", "true", "--fetch.networks", "127.0.0.0/8"))
    yield running.start()
    running.stop()


def test_nothing_is_lost_done_twice_or_stuck_and_every_webhook_is_told(server):
    print(f"seed {SEED}")
    with Elsewhere(lambda it: it.say(204)) as elsewhere:
        clients = [Client(server, number, elsewhere.url) for number in range(3)]
        for client in clients:
            client.start()
        killed = kill_at_random(server, random.Random(SEED))
        for client in clients:
            client.enough.set()
        for client in clients:
            client.join()
            if client.fault:
                raise client.fault
        accepted = {request_id: kind for client in clients for request_id, kind in client.accepted.items()}

        def ended():
            rows = everything(server, "/v1/requests", "requests")
            return all(row["status"] in ("completed", "cancelled") for row in rows) and rows

        rows = {row["request_id"]: row for row in until(ended, seconds=120 + KILLS)}
        assert accepted.keys() <= rows.keys(), "an accepted request is lost"
        due = {f"{request_id}_{row['status']}" for request_id, row in rows.items()}
        told = until(lambda: (lambda ids: ids if due <= ids.keys() else None)(
            collections.Counter(headers["webhook-id"] for _, _, headers, _ in list(elsewhere.seen))), seconds=120 + KILLS)
        # One that was sent and not yet noted as sent when the server died is sent again, with the same id.
        assert told.keys() == due, "what did not happen was told"
        until(lambda: all(each["outcome"] == "delivered"
                          for each in everything(server, "/v1/webhook-deliveries", "deliveries")))
        bodies = collections.defaultdict(set)
        for _, _, headers, body in elsewhere.seen:
            bodies[headers["webhook-id"]].add(json.loads(body)["status"])
        assert all(len(each) == 1 for each in bodies.values()), "a request ended in two ways"

    outcomes = collections.Counter()
    for request_id, row in rows.items():
        result = server.result(request_id)
        outcomes[result["status"]] += 1
        if result["status"] == "succeeded":
            assert len(result["output"]["images"]) == 1, "an output was made twice"
            assert requests.get(result["output"]["images"][0], timeout=60).content.startswith(b"\x89PNG")
        elif result["status"] == "failed":
            may_miss = accepted.get(request_id, HURRIED) == HURRIED
            assert result["error"]["error_code"] == 500004 or may_miss, result
    uploads = [url for client in clients for url in client.files]
    for url in uploads:
        assert requests.get(url, timeout=60).content.startswith(b"\x89PNG"), "an upload is lost"

    figures = {"at": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "seed": SEED, "kills_of_server": killed["server"],
               "kills_of_workers": killed["worker"], "accepted": len(accepted), "stored": len(rows), **outcomes,
               "uploads": len(uploads), "webhooks": len(told), "sent_again": told.total() - len(told)}
    figures["stray_files"] = len(strays(server))
    print(json.dumps(figures))
    if results := os.environ.get("PLANTAIN_CHAOS_RESULTS"):
        with open(results, "a") as file:
            file.write(json.dumps(figures) + "\n")
    assert figures["stray_files"] == 0
