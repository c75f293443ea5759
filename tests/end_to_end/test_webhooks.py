"""Webhooks: told at the end, signed, tried again, listed, ended by deletion."""
import base64
import hashlib
import hmac
import json

import pytest
import requests

from plantain import MODEL, Server, until
from strangers import Elsewhere

SMALL = {"prompt": "a fox", "resolution": "0.5K"}


@pytest.fixture(scope="module")
def teller(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("teller"), engines=("null",),
                     settings=["--fetch.http", "true", "--fetch.networks", "127.0.0.0/8"]).start()
    yield running
    assert running.stop() == 0


def submit(server, webhook, more=""):
    answer = server.call("POST", f"/v1/models/{MODEL}?webhook={webhook}{more}", json=SMALL)
    assert answer.status_code == 200, answer.text
    return answer.json()["request_id"]


def deliveries(server, request_id):
    listed = server.call("GET", "/v1/webhook-deliveries?limit=200").json()["deliveries"]
    return {each["status"]: each for each in listed if each["request_id"] == request_id}


def code(secret, headers, body):
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return base64.b64encode(hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()).decode()


def test_the_end_is_told_with_the_result_and_signed_in_both_ways(teller):
    with Elsewhere(lambda it: it.say(204)) as elsewhere:
        request_id = submit(teller, elsewhere.url + "/done")
        until(lambda: elsewhere.seen)
        method, path, headers, body = elsewhere.seen[0]
        until(lambda: deliveries(teller, request_id)["completed"]["outcome"] == "delivered")
    assert (method, path, headers["Content-Type"]) == ("POST", "/done", "application/json")
    told = json.loads(body)
    assert told == teller.result(request_id)
    assert requests.get(told["output"]["image"], timeout=60).status_code == 200

    assert headers["webhook-id"] == f"{request_id}_completed"
    symmetric, asymmetric = headers["webhook-signature"].split()
    secret = teller.call("GET", "/v1/webhook-secret").json()["secret"]
    assert symmetric == "v1," + code(secret, headers, body)
    keys = requests.get(teller.base + "/.well-known/webhook-keys.json", timeout=60).json()["keys"]
    assert keys[0]["algorithm"] == "ed25519" and keys[0]["public_key"].startswith("whpk_")
    assert len(base64.b64decode(asymmetric.removeprefix("v1a,"))) == 64


def test_states_before_the_end_are_told_where_wished(teller):
    with Elsewhere(lambda it: it.say(200)) as elsewhere:
        request_id = submit(teller, elsewhere.url, "&webhook_intermediate_status=true")
        until(lambda: len(elsewhere.seen) == 3)
    told = sorted((json.loads(body)["status"] for _, _, _, body in elsewhere.seen))
    assert told == ["in_progress", "in_queue", "succeeded"]
    assert {headers["webhook-id"] for _, _, headers, _ in elsewhere.seen} == {
        f"{request_id}_{status}" for status in ("in_queue", "in_progress", "completed")}


def test_a_failed_delivery_is_tried_again_with_the_same_id(teller):
    answers = [500, 302, 200]
    with Elsewhere(lambda it: it.say(answers[min(len(elsewhere.seen), 3) - 1], Location="/elsewhere")) as elsewhere:
        request_id = submit(teller, elsewhere.url + "/retry")
        until(lambda: deliveries(teller, request_id).get("completed", {}).get("tries") == 1)
        first = deliveries(teller, request_id)["completed"]
        assert (first["outcome"], first["last_answer"]) == ("due", 500)
        assert first["next_try_at"] > first["created_at"]
        for _ in range(2):  # a redirect is a failure too; asking for it spares the test the pauses
            seen = len(elsewhere.seen)
            again = teller.call("POST", f"/v1/webhook-deliveries/{first['delivery_id']}/redeliver")
            assert again.status_code == 202, again.text
            until(lambda: len(elsewhere.seen) > seen)
        until(lambda: deliveries(teller, request_id)["completed"]["outcome"] == "delivered")
    assert [path for _, path, _, _ in elsewhere.seen] == ["/retry"] * 3
    assert len({headers["webhook-id"] for _, _, headers, _ in elsewhere.seen}) == 1
    assert len({body for _, _, _, body in elsewhere.seen}) == 1


def test_gone_means_gone(teller):
    with Elsewhere(lambda it: it.say(410)) as elsewhere:
        request_id = submit(teller, elsewhere.url)
        until(lambda: deliveries(teller, request_id).get("completed", {}).get("outcome") == "given_up")


def test_what_was_not_told_yet_is_told_after_a_restart(tmp_path):
    server = Server(tmp_path, engines=("null",), settings=["--fetch.http", "true", "--fetch.networks",
                                                           "127.0.0.0/8"]).start()
    answers = []
    with Elsewhere(lambda it: it.say(answers[0] if answers else 503)) as elsewhere:
        request_id = submit(server, elsewhere.url)
        until(lambda: elsewhere.seen)
        server.kill()
        answers.append(200)
        server.start()
        until(lambda: deliveries(server, request_id).get("completed", {}).get("outcome") == "delivered")
    assert server.stop() == 0


def test_the_deletion_of_a_request_ends_its_deliveries(teller):
    with Elsewhere(lambda it: it.say(503)) as elsewhere:
        request_id = submit(teller, elsewhere.url)
        until(lambda: deliveries(teller, request_id).get("completed", {}).get("tries"))
        assert teller.call("DELETE", f"/v1/requests/{request_id}").status_code == 204
        assert deliveries(teller, request_id) == {}
        answer = teller.call("POST", f"/v1/webhook-deliveries/{request_id}_completed/redeliver")
        assert answer.status_code == 404


def test_a_new_secret_signs_at_once_and_the_old_one_still(teller):
    old = teller.call("GET", "/v1/webhook-secret").json()["secret"]
    rotated = teller.call("POST", "/v1/webhook-secret/rotate").json()
    assert rotated["secret"] != old and rotated["previous_valid_until"]
    with Elsewhere(lambda it: it.say(200)) as elsewhere:
        submit(teller, elsewhere.url)
        until(lambda: elsewhere.seen)
    _, _, headers, body = elsewhere.seen[0]
    given = headers["webhook-signature"].split()
    assert given[:2] == ["v1," + code(secret, headers, body) for secret in (rotated["secret"], old)]


def test_targets_are_judged(tmp_path, teller):
    for target in ("ftp://x/", "example.org", "https://", "https:///x"):
        answer = teller.call("POST", f"/v1/models/{MODEL}", params={"webhook": target}, json=SMALL)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?webhook"), target
    careful = Server(tmp_path, engines=("null",)).start()
    with Elsewhere(lambda it: it.say(200)) as elsewhere:
        plain = careful.call("POST", f"/v1/models/{MODEL}", params={"webhook": elsewhere.url}, json=SMALL)
        assert plain.status_code == 422
        request_id = submit(careful, elsewhere.url.replace("http:", "https:"))
        until(lambda: deliveries(careful, request_id).get("completed", {}).get("tries"))
        assert elsewhere.seen == []
    assert careful.stop() == 0
