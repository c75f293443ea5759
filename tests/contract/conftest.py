import pytest

from plantain import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("plantain"), engines=("null:1",)).start()
    yield running
    assert running.stop() == 0
