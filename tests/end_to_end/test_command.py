"""The command by itself, as a person types it, without a server."""
import json
import os
import subprocess

import pytest
from PIL import Image

from plantain import BINARY, MODEL

NO_ONE = """[engines.nobody]
kind = "openai"
base_url = "http://127.0.0.1:1/v1"
key_env = "NOBODY_KEY"
"""


@pytest.fixture
def plantain(tmp_path):
    def run(*words, config="", expect=0):
        file = tmp_path / "plantain.toml"
        file.write_text(config)
        ended = subprocess.run([BINARY, *words, "--config", str(file)], cwd=tmp_path, text=True, capture_output=True,
                               timeout=120, env={**os.environ, "NOBODY_KEY": "k"})
        assert ended.returncode == expect, ended.stderr
        return ended
    return run


def engines(*names):
    return f'[models."{MODEL}"]\nengines = [{", ".join(json.dumps(name) for name in names)}]\n'


def test_generate_draws_without_a_server(plantain, tmp_path):
    plantain("generate", "two red foxes in the snow", "-o", "foxes.webp", "--ratio", "16:9", "--resolution", "0.5K",
             "--seed", "7")
    picture = Image.open(tmp_path / "foxes.webp")
    assert (picture.format, picture.size) == ("WEBP", (688, 384))


def test_the_same_seed_gives_the_same_bytes(plantain, tmp_path):
    for name in ("a.png", "b.png"):
        plantain("generate", "a lighthouse at dusk", "-o", name, "--resolution", "0.5K", "--seed", "5")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_several_pictures_get_numbers(plantain, tmp_path):
    made = json.loads(plantain("generate", "a cat", "-n", "2", "-o", "cat.png", "--resolution", "0.5K", "--json").stdout)
    assert [Image.open(tmp_path / name).size for name in ("cat-1.png", "cat-2.png")] == [(512, 512)] * 2
    assert len(made["files"]) == 2 and made["metadata"]["engine"] == "sketch"


def test_an_engine_that_cannot_draw_is_followed_by_the_next(plantain):
    made = plantain("generate", "a cat", "-o", "cat.png", "--resolution", "0.5K", "--json",
                    config=NO_ONE + engines("nobody", "sketch"))
    assert json.loads(made.stdout)["metadata"]["engine"] == "sketch"
    assert "nobody: " in made.stderr and "sketch draws instead" in made.stderr


def test_the_last_engine_that_cannot_draw_says_why(plantain, tmp_path):
    failed = plantain("generate", "a cat", "-o", "cat.png", config=NO_ONE + engines("nobody"), expect=1)
    assert "\nplantain: no answer from the provider" in failed.stderr
    assert not (tmp_path / "cat.png").exists()


def test_a_file_that_is_there_is_not_written_over(plantain, tmp_path):
    (tmp_path / "cat.png").write_text("mine")
    failed = plantain("generate", "a cat", "-o", "cat.png", expect=1)
    assert "cat.png" in failed.stderr
    assert (tmp_path / "cat.png").read_text() == "mine"


def test_every_fault_of_the_inputs_is_named(plantain):
    failed = plantain("generate", "a cat", "-o", "cat.png", "--ratio", "7:1", "-n", "9", expect=2)
    assert "aspect_ratio" in failed.stderr and "num_images" in failed.stderr


def test_a_forbidden_prompt_is_refused_here_too(plantain, tmp_path):
    plantain("generate", "child pornography", "-o", "no.png", expect=1)
    assert not (tmp_path / "no.png").exists()


def test_config_check_names_line_and_column(plantain):
    failed = plantain("config", "check", config="[server]\nport = \"many\"\n", expect=2)
    assert "plantain.toml:2:8: server.port" in failed.stdout + failed.stderr
    assert plantain("config", "check", config="[server]\nport = 8081\n")
