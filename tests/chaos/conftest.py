import pathlib

import pytest


@pytest.fixture
def folder(tmp_path) -> pathlib.Path:
    return tmp_path
