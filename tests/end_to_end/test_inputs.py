"""Each of the nine inputs does what it says; each test fails when its input is ignored."""
import io
import os

import pytest
import requests
from PIL import Image

RATIOS = ["21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"]
# The contract's pixel table at 0.5K, 1K, 2K, 4K.
PIXELS = {
    "21:9": [(792, 336), (1584, 672), (3168, 1344), (6336, 2688)],
    "16:9": [(688, 384), (1376, 768), (2752, 1536), (5504, 3072)],
    "3:2": [(632, 424), (1264, 848), (2528, 1696), (5056, 3392)],
    "4:3": [(600, 448), (1200, 896), (2400, 1792), (4800, 3584)],
    "5:4": [(576, 464), (1152, 928), (2304, 1856), (4608, 3712)],
    "1:1": [(512, 512), (1024, 1024), (2048, 2048), (4096, 4096)],
    "4:5": [(464, 576), (928, 1152), (1856, 2304), (3712, 4608)],
    "3:4": [(448, 600), (896, 1200), (1792, 2400), (3584, 4800)],
    "2:3": [(424, 632), (848, 1264), (1696, 2528), (3392, 5056)],
    "9:16": [(384, 688), (768, 1376), (1536, 2752), (3072, 5504)],
}
SMALL = {"resolution": "0.5K", "aspect_ratio": "1:1"}


def pictures(result):
    return [requests.get(url, timeout=60).content for url in result["output"]["images"]]


def opened(data):
    return Image.open(io.BytesIO(data))


def test_prompt_decides_what_is_drawn(server):
    red, blue = (opened(pictures(server.generate(prompt=f"a {colour} car on a white background", **SMALL))[0])
                 .convert("RGB").resize((1, 1), Image.BOX).getpixel((0, 0)) for colour in ("red", "blue"))
    assert red[0] - red[2] > blue[0] - blue[2]


def test_num_images_gives_that_many_with_rising_seeds(server):
    result = server.generate(prompt="a fox", num_images=3, seed=7, **SMALL)
    assert len(result["output"]["images"]) == 3
    assert result["metadata"]["seeds"] == [7, 8, 9]
    assert len(set(pictures(result))) == 3


def test_seed_gives_the_same_bytes_again_and_another_seed_others(server):
    first, again, other = (pictures(server.generate(prompt="a lighthouse", seed=seed, **SMALL))[0] for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_the_second_of_two_is_the_first_of_the_next_seed(server):
    both = pictures(server.generate(prompt="a lighthouse", seed=5, num_images=2, **SMALL))
    assert both[1] == pictures(server.generate(prompt="a lighthouse", seed=6, **SMALL))[0]


def test_a_negative_seed_is_drawn_once_and_named(server):
    seeds = [server.generate(prompt="a fox", seed=-1, **SMALL)["metadata"]["seeds"][0] for _ in range(2)]
    assert all(0 <= seed <= 2**31 - 16 for seed in seeds)
    assert seeds[0] != seeds[1]


# Sanitizers make the engine slow; what they look for shows at small sizes too.
RESOLUTIONS = ["0.5K"] if os.environ.get("PLANTAIN_SANITIZE") else ["0.5K", "1K", "2K", "4K"]


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("ratio", [*RATIOS, "auto"])
def test_aspect_ratio_and_resolution_give_the_pixels_of_the_table(server, ratio, resolution):
    prompt = "a banner of hills" if ratio == "auto" else "hills"
    expected = PIXELS["21:9" if ratio == "auto" else ratio][["0.5K", "1K", "2K", "4K"].index(resolution)]
    result = server.generate(prompt=prompt, aspect_ratio=ratio, resolution=resolution, output_format="jpeg")
    assert opened(pictures(result)[0]).size == expected
    described = result["metadata"]["images"][0]
    assert (described["width"], described["height"]) == expected
    assert "native" not in described, "the sketch engine draws every size natively"


def test_output_format_gives_real_bytes_of_that_kind(server):
    for name, extension in (("png", ".png"), ("jpeg", ".jpg"), ("webp", ".webp")):
        result = server.generate(prompt="a fox", output_format=name, **SMALL)
        assert result["output"]["image"].split("?")[0].endswith(extension)
        assert opened(pictures(result)[0]).format.lower() == name
        assert result["metadata"]["images"][0]["content_type"] == f"image/{name}"


def test_safety_tolerance_decides_what_is_refused(server):
    prompt = "a naked woman"
    strict = server.call("POST", "/v1/models/google/nano-banana-2/text-to-image",
                         json={"prompt": prompt, "safety_tolerance": 1, **SMALL})
    assert (strict.status_code, strict.json()["error_code"]) == (422, 422002)
    assert "naked" not in strict.text
    loose = server.call("POST", "/v1/models/google/nano-banana-2/text-to-image?dry_run=true",
                        json={"prompt": prompt, "safety_tolerance": 6, **SMALL})
    assert loose.status_code == 200


def test_limit_generations_decides_whether_the_prompt_may_ask_for_several(server):
    prompt = "three variations of a fox"
    assert len(server.generate(prompt=prompt, **SMALL)["output"]["images"]) == 1
    several = server.generate(prompt=prompt, limit_generations=False, num_images=2, seed=10, **SMALL)
    # Picture k of round r has seed + r + k * num_images, ordered by r, then k.
    assert several["metadata"]["seeds"] == [10, 12, 14, 11, 13, 15]
    assert len(set(pictures(several))) == 6


def test_enable_web_search_is_never_ignored(server):
    result = server.result(server.submit(prompt="today's weather in Oslo", enable_web_search=True, **SMALL)["request_id"])
    assert result["status"] == "failed"
    assert result["error"]["error_code"] == 503003


def test_pictures_say_how_they_were_made_and_nothing_of_when(server):
    for name in ("png", "jpeg", "webp"):
        result = server.generate(prompt="a fox", seed=3, output_format=name, **SMALL)
        data = pictures(result)[0]
        assert b"digitalsourcetype/algorithmicMedia" in data
        assert result["request_id"].encode() not in data
