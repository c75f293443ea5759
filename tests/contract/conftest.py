import pytest

from plantain import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("plantain"), engines=("null:1",),
                     settings=("--limits.submits_per_minute", "1000000", "--limits.reads_per_minute", "1000000")).start()
    yield running
    assert running.stop() == 0
