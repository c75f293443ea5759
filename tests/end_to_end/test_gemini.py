"""The pages' calls with Google's model behind them: a local server speaks Google's contract."""
import io
import json
import os

import pytest
import requests
from PIL import Image

import fake_google as google
from fake_google import Google
from plantain import MODEL, Server, until
from test_seed_page import RESULT, STATUS, SUBMIT, curl

RATIOS = list(google.SIZES)
SCALES = {"0.5K": 0.5, "1K": 1, "2K": 2, "4K": 4}


def start(folder, fake, engine="", settings=(), key=Google.KEY, **more):
    os.environ["GEMINI_API_KEY"] = key
    server = Server(folder, engines=("gemini",), settings=settings, **more)
    with open(server.config, "a", encoding="utf-8") as file:
        file.write(f'\n[engines.gemini]\nbase_url = "{fake.base}"\nbackoff_ms = 20\n{engine}\n')
    return server.start()


@pytest.fixture(scope="module")
def fake():
    running = Google()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory, fake):
    running = start(tmp_path_factory.mktemp("gemini"), fake)
    yield running
    assert running.stop() == 0


@pytest.fixture(autouse=True)
def fresh(fake):
    fake.faults, fake.calls, fake.delay = [], [], 0
    yield
    fake.faults, fake.delay = [], 0


def picture(result, n=0):
    return Image.open(io.BytesIO(requests.get(result["output"]["images"][n], timeout=60).content))


def failed(server, **body):
    result = server.result(server.submit(**body)["request_id"])
    assert result["status"] == "failed", json.dumps(result)
    return result["error"]


def test_the_curls_of_the_page_run_unchanged(server, fake):
    request_id = curl(server, SUBMIT)["request_id"]
    until(lambda: curl(server, STATUS, request_id)["status"] == "completed")
    result = curl(server, RESULT, request_id)
    assert result["status"] == "succeeded"
    assert result["metadata"]["engine"] == "gemini"
    assert result["metadata"]["model"] == "gemini-nano-banana-2.1"
    assert len(fake.calls) == 1
    assert picture(result).format == "PNG"


@pytest.mark.parametrize("resolution", SCALES)
@pytest.mark.parametrize("ratio", [*RATIOS, "auto"])
def test_each_ratio_and_resolution_gives_the_pixels_of_the_table(server, fake, ratio, resolution):
    page = SUBMIT.replace('"prompt"', f'"aspect_ratio": "{ratio}", "resolution": "{resolution}", "output_format": "jpeg", "prompt"')
    request_id = curl(server, page)["request_id"]
    result = server.result(request_id)
    assert result["status"] == "succeeded", json.dumps(result)
    width, height = google.SIZES["3:2" if ratio == "auto" else ratio]
    assert picture(result).size == (width * SCALES[resolution], height * SCALES[resolution])
    sent = fake.calls[0]["body"]["generationConfig"]["imageConfig"]
    assert ("aspectRatio" in sent) == (ratio != "auto"), "auto is left out and Google chooses"


def test_each_picture_is_a_call_with_a_seed_of_its_own(server, fake):
    result = server.generate(prompt="a fox", num_images=3, seed=7)
    assert len(result["output"]["images"]) == 3
    assert result["metadata"]["seeds"] == [7, 8, 9]
    assert [call["body"]["generationConfig"]["seed"] for call in fake.calls] == [7, 8, 9]


def test_formats_are_real_and_say_what_remains_of_googles_credentials(server):
    for name in ("png", "jpeg", "webp"):
        result = server.generate(prompt="a fox", output_format=name)
        data = requests.get(result["output"]["image"], timeout=60).content
        assert Image.open(io.BytesIO(data)).format.lower() == name
        assert b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia" in data
        provenance = result["metadata"]["images"][0]["provenance"]
        assert provenance == {"untouched": name == "jpeg", "c2pa_received": True, "c2pa": name == "jpeg", "xmp": True}
        assert result["metadata"]["notes"]["watermark"] == "synthid"


def test_safety_tolerance_becomes_thresholds(server, fake):
    sent = {}
    for level in range(1, 7):
        server.generate(prompt="a fox", safety_tolerance=level)
        settings = {each["category"].removeprefix("HARM_CATEGORY_"): each["threshold"]
                    for each in fake.calls[-1]["body"]["safetySettings"]}
        sent[level] = (settings["SEXUALLY_EXPLICIT"], settings["HATE_SPEECH"])
    assert sent == {1: ("BLOCK_LOW_AND_ABOVE",) * 2, 2: ("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE"),
                    3: ("BLOCK_MEDIUM_AND_ABOVE",) * 2, 4: ("BLOCK_ONLY_HIGH",) * 2, 5: ("BLOCK_NONE",) * 2, 6: ("OFF",) * 2}


def test_limit_generations_decides_how_many_pictures_of_a_call_are_kept(server):
    prompt = "3 pictures of a fox"
    assert len(server.generate(prompt=prompt)["output"]["images"]) == 1
    several = server.generate(prompt=prompt, limit_generations=False, num_images=2, seed=5)
    assert len(several["output"]["images"]) == 6
    assert several["metadata"]["seeds"] == [5, 5, 5, 6, 6, 6]


def test_web_search_is_googles_and_its_pages_are_named(server):
    result = server.generate(prompt="the weather in Oslo", enable_web_search=True)
    assert result["metadata"]["sources"] == [{"title": "Oslo today", "url": "https://weather.example/oslo"}]
    assert server.generate(prompt="a fox")["metadata"]["sources"] == []


@pytest.mark.parametrize("fault", [google.refuses("IMAGE_SAFETY"), google.refuses("PROHIBITED_CONTENT"), google.refuses("A_NEW_WORD"),
                                   google.blocks("OTHER"), google.refuses("IMAGE_RECITATION")])
def test_a_refusal_is_a_refusal_and_is_asked_for_once(server, fake, fault):
    fake.faults = [fault]
    error = failed(server, prompt="a fox")
    assert (error["error_code"], error["status"]) == (422002, 422)
    assert len(fake.calls) == 1


def test_words_instead_of_a_picture_get_one_more_chance(server, fake):
    fake.faults = [google.talks]
    assert server.generate(prompt="a fox")["status"] == "succeeded"
    fake.faults, fake.calls = [google.talks] * 3, []
    assert failed(server, prompt="a fox")["error_code"] == 422002
    assert len(fake.calls) == 2


def test_one_refused_of_several_leaves_the_others(server, fake):
    fake.faults = [None, google.refuses("IMAGE_SAFETY")]
    result = server.generate(prompt="a fox", num_images=3)
    assert len(result["output"]["images"]) == 2
    assert result["metadata"]["refused"] == [1]


@pytest.mark.parametrize("fault", [google.says(google.too_many("0.05s")), google.says(google.problem(503, "UNAVAILABLE", "overloaded")),
                                   google.says(google.problem(500, "INTERNAL", "oops")), google.refuses("IMAGE_OTHER")])
def test_what_surely_cost_nothing_is_tried_again(server, fake, fault):
    fake.faults = [fault]
    prompt = f"a fox again {os.urandom(4).hex()}"
    assert server.generate(prompt=prompt)["status"] == "succeeded"
    assert len(fake.calls) == 2
    assert fake.paid[prompt] == 1


def test_a_quota_for_the_day_is_not_tried_again(server, fake):
    fake.faults = lambda: google.says(google.too_many("10s", per_day=True))
    error = failed(server, prompt="a fox")
    assert (error["error_code"], error["retryable"]) == (503002, True)


def test_a_cancel_reaches_a_call_that_is_under_way(server, fake):
    fake.delay = 30
    request_id = server.submit(prompt="a slow fox")["request_id"]
    until(lambda: fake.calls)
    server.call("POST", f"/v1/requests/{request_id}/cancel?running=true")
    until(lambda: server.call("GET", f"/v1/requests/{request_id}/status").json()["status"] == "cancelled", seconds=5)


def test_one_slow_call_does_not_hold_up_the_others(server, fake):
    fake.faults = [google.dawdles(8)]
    slow = server.submit(prompt="a slow fox")["request_id"]
    until(lambda: fake.calls)
    for _ in range(3):
        assert server.generate(prompt="a quick fox")["status"] == "succeeded"
    assert server.call("GET", f"/v1/requests/{slow}/status").json()["status"] == "in_progress"
    assert server.result(slow)["status"] == "succeeded"


def test_the_key_is_in_no_log_error_or_result(tmp_path, fake):
    secret = "AIza-a-wrong-key-that-must-not-leak"
    running = start(tmp_path, fake, key=secret)
    error = failed(running, prompt="a fox")
    assert error["error_code"] == 503002
    assert running.stop() == 0
    assert secret not in json.dumps(error)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_vertex_and_the_older_model_with_its_small_pictures(tmp_path, fake):
    token = tmp_path / "token"
    token.write_text(Google.KEY + "\n")
    running = start(tmp_path, fake, f'project = "p-1"\nmodel = "gemini-3.1-flash-image"\nkey_file = "{token}"')
    result = running.generate(prompt="a fox", resolution="0.5K", aspect_ratio="21:9")
    assert picture(result).size == (792, 336)
    assert fake.calls[-1]["body"]["generationConfig"]["imageConfig"]["imageSize"] == "512"
    assert running.stop() == 0


def test_a_model_that_is_gone_is_followed_to_its_successor(tmp_path, fake):
    running = start(tmp_path, fake, 'model = "gemini-2-gone"')
    assert running.generate(prompt="a fox")["metadata"]["engine"] == "gemini"
    assert {call["model"] for call in fake.calls} == {"gemini-nano-banana-2.1"}
    assert running.stop() == 0
