"""The life of a request as clients see it: submit, status, result, cancel, events, history, delete."""
import http.client
import json
import threading

import pytest
import requests

from plantain import MODEL, Server, events, until

SUBMIT = f"/v1/models/{MODEL}"
SMALL = {"resolution": "0.5K", "aspect_ratio": "1:1"}


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A server whose engine takes almost no time."""
    running = Server(tmp_path_factory.mktemp("quick"), engines=("null:1",)).start()
    yield running
    assert running.stop() == 0


def problem(answer):
    body = answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert body["status"] == answer.status_code
    assert body["message"] == body["error_message"] == body["detail"]
    return body


# -- submit

def test_a_submit_names_its_addresses_and_its_call(quick):
    answer = quick.call("POST", SUBMIT, json={"prompt": "a fox", **SMALL})

    assert answer.headers["Location"] == answer.json()["status_url"]
    assert answer.headers["X-Call-Id"]
    assert set(answer.json()) == {"request_id", "status_url", "result_url", "cancel_url"}


def test_every_fault_of_an_input_is_listed_and_a_misspelt_name_is_guessed(quick):
    body = problem(quick.call("POST", SUBMIT, json={"num_images": 9, "resolutoin": "1K", "seed": "1", "aspect_ratio": "7:5"}))

    assert body["error_code"] == 422001
    faults = {fault["pointer"]: fault for fault in body["errors"]}
    assert faults["/num_images"]["rule"] == "maximum" and faults["/num_images"]["limit"] == 4
    assert faults["/seed"]["rule"] == "type"
    assert faults["/aspect_ratio"]["rule"] == "enum"
    assert "resolution" in faults["/resolutoin"]["message"]
    assert faults["/prompt"]["rule"] == "required"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"prompt":"a","prompt":"b"}', '{"seed":NaN}', '{"prompt":"a"} x', "[" * 5000,
                                  b'{"prompt":"\xff"}'])
def test_what_is_not_a_json_object_is_said_so(quick, text):
    body = problem(quick.call("POST", SUBMIT, data=text, headers={"Content-Type": "application/json"}))
    assert (body["status"], body["error_code"]) == (400, 400006)


def test_white_space_alone_is_no_prompt_and_too_long_a_one_is_refused(quick):
    for prompt in (" \n\t", "a" * 8193):
        assert problem(quick.call("POST", SUBMIT, json={"prompt": prompt}))["error_code"] == 422001
    assert quick.call("POST", SUBMIT + "?dry_run=true", json={"prompt": "a" * 8192}).status_code == 200


@pytest.mark.parametrize("query", ["nonsense=1", "priority=urgent", "start_within=-1", "finish_within=x", "dry_run=yes", "engine=abacus", "retention=a"])
def test_a_query_that_means_nothing_is_refused(quick, query):
    assert problem(quick.call("POST", f"{SUBMIT}?{query}", json={"prompt": "a fox"}))["error_code"] == 422001


def test_a_dry_run_answers_the_completed_input_and_runs_nothing(quick):
    before = quick.call("GET", "/v1/requests?limit=1").json()["requests"][:1]

    answer = quick.call("POST", SUBMIT + "?dry_run=true", json={"prompt": "a fox", "aspect_ratio": "16:9", "resolution": "2K"}).json()

    assert answer["input"]["num_images"] == 1
    assert "request_id" not in answer
    assert quick.call("GET", "/v1/requests?limit=1").json()["requests"][:1] == before


def test_an_unknown_model_and_an_impossible_id_are_told_apart(quick):
    assert problem(quick.call("POST", "/v1/models/nobody/nothing", json={}))["error_code"] == 404001
    assert problem(quick.call("POST", "/v1/models/no%20body/nothing", json={}))["error_code"] == 400001
    assert problem(quick.call("GET", "/v1/requests/123/status"))["error_code"] == 400001
    assert problem(quick.call("GET", "/v1/requests/01900000-0000-7000-8000-000000000000/status"))["error_code"] == 404001


def test_a_slash_may_be_written_as_percent_2f(quick):
    answer = quick.call("POST", "/v1/models/google%2Fnano-banana-2%2Ftext-to-image?dry_run=true", json={"prompt": "a fox"})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer pt_no", "Basic dXNlcjpwYXNz"])
def test_a_call_without_a_good_key_is_refused_before_its_body_is_looked_at(quick, header):
    answer = requests.post(quick.base + SUBMIT, data="{", headers={"Authorization": header} if header else {}, timeout=30)
    assert problem(answer)["error_code"] == 400004
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_wrong_methods_and_types_are_said_so(quick):
    answer = quick.call("PUT", SUBMIT, json={})
    assert problem(answer)["error_code"] == 405001
    assert "POST" in answer.headers["Allow"]
    assert problem(quick.call("POST", SUBMIT, data="{}", headers={"Content-Type": "text/plain"}))["error_code"] == 415001


# -- idempotency

def test_a_repeated_key_gives_the_first_answer(quick):
    sent = {"json": {"prompt": "a fox", **SMALL}, "headers": {"Idempotency-Key": "repeat-1"}}
    first, second = quick.call("POST", SUBMIT, **sent), quick.call("POST", SUBMIT, **sent)

    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_call_is_a_conflict(quick):
    headers = {"Idempotency-Key": "conflict-1"}
    quick.call("POST", SUBMIT, json={"prompt": "a fox", **SMALL}, headers=headers)

    assert problem(quick.call("POST", SUBMIT, json={"prompt": "a cat", **SMALL}, headers=headers))["error_code"] == 409001
    assert problem(quick.call("POST", SUBMIT + "?priority=low", json={"prompt": "a fox", **SMALL}, headers=headers))["error_code"] == 409001


def test_racing_calls_with_one_key_make_one_request(quick):
    ids, start = [], threading.Barrier(8)

    def submit():
        start.wait()
        ids.append(quick.call("POST", SUBMIT, json={"prompt": "a race", **SMALL}, headers={"Idempotency-Key": "race-1"}).json()["request_id"])

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8 and len(set(ids)) == 1


def test_a_refused_submit_leaves_its_key_free(quick):
    headers = {"Idempotency-Key": "free-1"}
    assert quick.call("POST", SUBMIT, json={"prompt": ""}, headers=headers).status_code == 422
    assert quick.call("POST", SUBMIT, json={"prompt": "a fox", **SMALL}, headers=headers).status_code == 200


def test_after_deletion_the_replay_still_answers_and_runs_nothing(quick):
    sent = {"json": {"prompt": "a fox", **SMALL}, "headers": {"Idempotency-Key": "deleted-1"}}
    first = quick.call("POST", SUBMIT, **sent).json()
    quick.result(first["request_id"])
    assert quick.call("DELETE", f"/v1/requests/{first['request_id']}").status_code in (200, 204)

    assert quick.call("POST", SUBMIT, **sent).json() == first
    assert quick.call("GET", f"/v1/requests/{first['request_id']}").status_code == 404


# -- waiting

def test_a_submit_may_wait_for_its_result(quick):
    answer = quick.call("POST", SUBMIT, json={"prompt": "a fox", **SMALL}, headers={"Prefer": "wait=60"})
    assert answer.json()["status"] == "succeeded"
    assert answer.headers["Preference-Applied"] == "wait=60"


def test_a_wait_that_ends_first_answers_as_if_there_had_been_none(idle):
    submitted = idle.call("POST", SUBMIT, json={"prompt": "a fox", **SMALL}, headers={"Prefer": "wait=0"}).json()
    assert set(submitted) == {"request_id", "status_url", "result_url", "cancel_url"}

    answer = idle.call("GET", f"/v1/requests/{submitted['request_id']}/result", headers={"Prefer": "wait=0"})

    assert answer.json()["status"] in ("in_queue", "in_progress")
    assert "output" not in answer.json()
    assert answer.headers["Preference-Applied"] == "wait=0"
    idle.call("DELETE", f"/v1/requests/{submitted['request_id']}")


def test_who_waits_when_the_server_stops_is_answered(tmp_path):
    server = Server(tmp_path, engines=("null:600000",), settings=("--server.drain_timeout_s", "0")).start()
    request_id = server.submit(prompt="a fox", **SMALL)["request_id"]
    until(lambda: server.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "in_progress")

    # A plain socket: once the call is sent and another has been answered after it, the server has it.
    address = server.base.removeprefix("http://")
    waiting = http.client.HTTPConnection(address, timeout=120)
    waiting.request("GET", f"/v1/requests/{request_id}/result", headers={"Authorization": f"Bearer {server.key}", "Prefer": "wait=300"})
    server.call("GET", f"/v1/requests/{request_id}/status")
    assert server.stop() == 0
    answer = waiting.getresponse()
    assert answer.status == 200
    assert json.loads(answer.read())["status"] in ("in_queue", "in_progress")


# -- cancel and deadlines

def test_a_running_request_stops_when_asked_to_and_stays_stopped(idle):
    request_id = idle.submit(prompt="a fox", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "in_progress")

    answer = idle.call("POST", f"/v1/requests/{request_id}/cancel?running=true")

    assert answer.status_code == 202
    until(lambda: idle.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "cancelled", seconds=15)
    again = idle.call("POST", f"/v1/requests/{request_id}/cancel")
    assert (again.status_code, again.json()["outcome"]) == (202, "cancelled")


def test_cancel_by_filter_cancels_those_that_match_alone(idle):
    running = idle.submit(prompt="first", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{running}/status").json()["status"] == "in_progress")
    tagged = idle.call("POST", SUBMIT + "?tags=one,two", json={"prompt": "tagged", **SMALL}).json()["request_id"]
    other = idle.call("POST", SUBMIT + "?tags=three", json={"prompt": "other", **SMALL}).json()["request_id"]

    assert idle.call("POST", "/v1/requests/cancel", json={"tags": ["two"]}).status_code in (200, 202)

    assert idle.call("GET", f"/v1/requests/{tagged}/status").json()["status"] == "cancelled"
    assert idle.call("GET", f"/v1/requests/{other}/status").json()["status"] == "in_queue"
    for request_id in (running, tagged, other):
        idle.call("DELETE", f"/v1/requests/{request_id}")


@pytest.mark.parametrize("within", ["start_within=1", "finish_within=1"])
def test_a_deadline_that_passes_fails_the_request(idle, within):
    blocking = idle.submit(prompt="in the way", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{blocking}/status").json()["status"] == "in_progress")
    late = idle.call("POST", f"{SUBMIT}?{within}", json={"prompt": "late", **SMALL}).json()["request_id"]

    result = idle.result(late, wait=60)

    assert (result["status"], result["error"]["error_code"]) == ("failed", 504001)
    idle.call("DELETE", f"/v1/requests/{blocking}")


def test_a_higher_priority_goes_first(idle):
    blocking = idle.submit(prompt="in the way", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{blocking}/status").json()["status"] == "in_progress")
    low = idle.call("POST", SUBMIT + "?priority=low", json={"prompt": "low", **SMALL}).json()["request_id"]
    normal = idle.submit(prompt="normal", **SMALL)["request_id"]

    assert idle.call("GET", f"/v1/requests/{normal}/status").json()["queue_position"] == 0
    assert idle.call("GET", f"/v1/requests/{low}/status").json()["queue_position"] == 1
    for request_id in (blocking, low, normal):
        idle.call("DELETE", f"/v1/requests/{request_id}")


# -- events

def test_the_stream_ends_with_the_result_and_a_reconnect_after_it_gets_nothing(quick):
    request_id = quick.submit(prompt="a fox", **SMALL)["request_id"]

    seen = list(events(quick, request_id))

    assert seen[-1][0] == "done" and seen[-1][2] == quick.result(request_id)
    assert {kind for kind, _, _ in seen} <= {"status", "progress", "preview", "done"}
    numbers = [number for kind, number, _ in seen if kind in ("status", "done")]
    assert numbers == sorted(numbers) and len(set(numbers)) == len(numbers)
    assert list(events(quick, request_id, last=numbers[-1])) == []


def test_a_reader_that_comes_back_loses_no_status_also_after_a_restart(tmp_path):
    server = Server(tmp_path, engines=("null:1",)).start()
    request_id = server.submit(prompt="a fox", **SMALL)["request_id"]
    server.result(request_id)
    whole = [(kind, number) for kind, number, _ in events(server, request_id) if kind in ("status", "done")]
    assert server.stop() == 0
    server.start()

    for cut in range(len(whole) - 1):
        rest = [(kind, number) for kind, number, _ in events(server, request_id, last=whole[cut][1]) if kind in ("status", "done")]
        assert rest == whole[cut + 1:]
    assert server.stop() == 0


def test_a_revoked_key_loses_its_open_streams(idle):
    request_id = idle.submit(prompt="a fox", **SMALL)["request_id"]
    made = idle.call("POST", "/v1/keys", json={"name": "short", "role": "user"}).json()
    answer = requests.get(f"{idle.base}/v1/requests/{request_id}/events", stream=True, timeout=30,
                          headers={"Authorization": f"Bearer {made['key']}"})
    lines = answer.iter_lines()
    assert next(lines)

    assert idle.call("DELETE", f"/v1/keys/{made['key_id']}").status_code in (200, 204)

    for _ in lines:  # ends; the time-out of the connection fails it otherwise
        pass
    idle.call("DELETE", f"/v1/requests/{request_id}")


# -- history and deletion

def test_history_is_newest_first_in_pages_and_by_filter(tmp_path):
    server = Server(tmp_path, engines=("null:1",)).start()
    ids = []
    for number in range(5):
        tags = "even" if number % 2 == 0 else "odd"
        made = server.call("POST", f"{SUBMIT}?tags={tags}", json={"prompt": f"fox number {number}", **SMALL}).json()
        server.result(made["request_id"])
        ids.insert(0, made["request_id"])

    def found(query):
        return [row["request_id"] for row in server.call("GET", f"/v1/requests?{query}").json()["requests"]]

    paged, cursor = [], ""
    while True:
        page = server.call("GET", f"/v1/requests?limit=2{cursor}").json()
        paged += [row["request_id"] for row in page["requests"]]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert paged == ids
    assert found("tags=odd") == [ids[1], ids[3]]
    assert found("q=number%203") == [ids[1]]
    assert found("status=in_queue") == []
    assert found("status=completed") == ids
    assert found("model_id=nobody/nothing") == []
    assert problem(server.call("GET", "/v1/requests?limit=201"))["error_code"] == 422001
    assert server.stop() == 0


def test_deletion_removes_request_and_pictures_at_once(quick):
    result = quick.generate(prompt="a fox", **SMALL)
    request_id, picture = result["request_id"], result["output"]["image"]
    assert requests.get(picture, timeout=30).status_code == 200

    assert quick.call("DELETE", f"/v1/requests/{request_id}").status_code in (200, 204)

    for path in ("", "/status", "/result", "/events"):
        assert quick.call("GET", f"/v1/requests/{request_id}{path}").status_code == 404
    assert requests.get(picture, timeout=30).status_code == 404
    assert quick.call("DELETE", f"/v1/requests/{request_id}").status_code == 404


def test_deletion_of_an_unfinished_request_ends_it(idle):
    request_id = idle.submit(prompt="a fox", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "in_progress")

    assert idle.call("DELETE", f"/v1/requests/{request_id}").status_code in (200, 204)

    assert idle.call("GET", f"/v1/requests/{request_id}/status").status_code == 404
    after = idle.submit(prompt="the next", **SMALL)["request_id"]
    until(lambda: idle.call("GET", f"/v1/requests/{after}/status").json()["status"] == "in_progress")
    idle.call("DELETE", f"/v1/requests/{after}")


def test_a_file_needs_its_signature_and_nothing_but_it(quick):
    address = quick.generate(prompt="a fox", **SMALL)["output"]["image"]
    picture = requests.get(address, timeout=30)

    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Content-Security-Policy"].startswith("sandbox")
    assert requests.get(address, timeout=30, headers={"If-None-Match": picture.headers["ETag"]}).status_code == 304
    part = requests.get(address, timeout=30, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, picture.content[1:4])
    for wrong in (address.split("?")[0], address[:-1] + ("A" if address[-1] != "A" else "B"), address + "&x=1"):
        assert requests.get(wrong, timeout=30).status_code == 403


# -- catalogue

def test_the_catalogue_gives_the_schema_with_an_etag(quick):
    answer = quick.call("GET", f"/v1/models/{MODEL}")
    entry = answer.json()

    assert set(entry["input_schema"]["properties"]) == {
        "prompt", "num_images", "seed", "aspect_ratio", "output_format", "safety_tolerance", "resolution", "limit_generations",
        "enable_web_search"}
    assert entry["input_schema"]["required"] == ["prompt"]
    assert entry["available"] is True
    assert quick.call("GET", f"/v1/models/{MODEL}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_models_are_found_by_words_and_category(quick):
    def found(query):
        return [model["model_id"] for model in quick.call("GET", f"/v1/models?{query}").json()["models"]]

    assert MODEL in found("search=banana")
    assert found("search=zeppelin") == []
    category = quick.call("GET", "/v1/models/categories").json()["categories"][0]
    assert found(f"category={category}")


def test_health_needs_no_key_and_the_system_page_an_admin(quick):
    assert requests.get(quick.base + "/healthz", timeout=30).status_code == 200
    assert requests.get(quick.base + "/readyz", timeout=30).status_code == 200
    assert requests.get(quick.base + "/status.json?days=0", timeout=30).json()["models"][0]["days"] == []
    assert requests.get(quick.base + "/v1/system", timeout=30).status_code == 401
    assert quick.call("GET", "/v1/system").json()["version"]


def test_the_public_status_tells_how_a_model_was_today_without_a_key(quick):
    quick.generate(prompt="a fox")

    def today():
        models = requests.get(quick.base + "/status.json", timeout=30).json()["models"]
        days = next(model["days"] for model in models if model["model_id"] == MODEL)
        return days[-1] if days and days[-1]["available"] else None

    seen = until(today)
    assert seen["available"] > 0 and seen["succeeded"] >= 1
    assert requests.get(quick.base + "/status.json?days=91", timeout=30).status_code == 422
