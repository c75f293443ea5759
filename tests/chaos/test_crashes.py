"""kill -9 of workers and of the server at random moments: nothing lost, nothing done twice, nothing stuck."""
import os
import random
import signal
import threading

import pytest
import requests

from plantain import MODEL, NO_HURRY, Server, until

KILLS = 20
SEED = int(os.environ.get("PLANTAIN_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)


class Client(threading.Thread):
    """Submits without end, each time with an idempotency key of its own, and repeats a submit whose answer was lost."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.server, self.number = server, number
        self.accepted = {}  # request id -> idempotency key
        self.enough = threading.Event()

    def run(self):
        count = 0
        while not self.enough.is_set():
            key = f"client-{self.number}-{count}"
            count += 1
            while (request_id := self.submit(key)) is None and not self.enough.wait(0.02):
                pass
            if request_id:
                assert request_id not in self.accepted, "one request for two keys"
                self.accepted[request_id] = key
                self.enough.wait(0.01)

    def submit(self, key):
        try:
            answer = self.server.call("POST", f"/v1/models/{MODEL}", headers={"Idempotency-Key": key},
                                      json={"prompt": key, "resolution": "0.5K"})
        except requests.RequestException:
            return None
        if answer.status_code == 503:
            return None
        assert answer.status_code == 200, answer.text
        return answer.json()["request_id"]


def all_requests(server):
    found, cursor = [], ""
    while True:
        page = server.call("GET", f"/v1/requests?limit=200{cursor}").json()
        found += page["requests"]
        if not page["next_cursor"]:
            return found
        cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path, engines=("null:20",), workers=2, settings=NO_HURRY).start()
    yield running
    running.stop()


def test_what_was_accepted_is_done_once_whatever_is_killed(server):
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    clients = [Client(server, number) for number in range(3)]
    for client in clients:
        client.start()
    for _ in range(KILLS):
        threading.Event().wait(chance.uniform(0.0, 0.4))  # the random moment is the test's subject
        if chance.random() < 0.5:
            server.kill()
            server.start()
        else:
            workers = server.worker_pids()
            if workers:
                os.kill(chance.choice(workers), signal.SIGKILL)
    for client in clients:
        client.enough.set()
    for client in clients:
        client.join()

    accepted = {request_id: key for client in clients for request_id, key in client.accepted.items()}
    assert accepted
    until(lambda: all(row["status"] == "completed" for row in all_requests(server)), seconds=120)
    rows = {row["request_id"]: row for row in all_requests(server)}
    assert accepted.keys() <= rows.keys(), "an accepted request is lost"
    prompts = [server.call("GET", f"/v1/requests/{request_id}").json()["input"]["prompt"] for request_id in rows]
    assert len(prompts) == len(set(prompts)), "an idempotency key made two requests"
    for request_id in rows:
        result = server.result(request_id)
        if result["status"] == "failed":
            assert result["error"]["error_code"] == 500004, "only workers that died three times over it end a request"
            continue
        urls = result["output"]["images"]
        assert len(urls) == 1, "an output was made twice"
        assert requests.get(urls[0], timeout=60).content.startswith(b"\x89PNG")


def test_a_worker_that_dies_costs_one_attempt(tmp_path):
    server = Server(tmp_path, engines=("null:1500",)).start()
    request_id = server.submit(prompt="a fox", resolution="0.5K")["request_id"]

    def status():
        return server.call("GET", f"/v1/requests/{request_id}/status").json()

    until(lambda: status()["status"] == "in_progress")
    os.kill(server.worker_pids()[0], signal.SIGKILL)
    until(lambda: status().get("attempt") == 2)
    assert server.result(request_id)["status"] == "succeeded"
    assert server.stop() == 0


def test_a_request_whose_worker_dies_three_times_fails_as_worker_lost(tmp_path):
    server = Server(tmp_path, engines=("null:600000",)).start()
    request_id = server.submit(prompt="a fox", resolution="0.5K")["request_id"]

    def status():
        return server.call("GET", f"/v1/requests/{request_id}/status").json()

    for attempt in (1, 2, 3):
        until(lambda: status().get("attempt") == attempt and status()["status"] == "in_progress")
        os.kill(server.worker_pids()[0], signal.SIGKILL)
    result = server.result(request_id)
    assert (result["status"], result["error"]["error_code"], result["error"]["retryable"]) == ("failed", 500004, True)
    assert server.stop() == 0


def test_a_killed_server_leaves_no_worker_behind(tmp_path):
    server = Server(tmp_path).start()
    pids = until(server.worker_pids)
    server.kill()
    until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in pids))


def test_what_runs_when_the_server_stops_ends_or_goes_back_to_the_queue(tmp_path):
    server = Server(tmp_path, engines=("null:600000",), settings=("--server.drain_timeout_s", "0")).start()
    request_id = server.submit(prompt="a fox", resolution="0.5K")["request_id"]
    until(lambda: server.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "in_progress")
    assert server.stop() == 0
    server.start()
    again = until(lambda: (lambda s: s if s["status"] == "in_progress" else None)(
        server.call("GET", f"/v1/requests/{request_id}/status").json()))
    assert again["attempt"] == 2
    server.call("DELETE", f"/v1/requests/{request_id}")
    server.stop()
