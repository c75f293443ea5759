import pytest

from plantain import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server with the sketch engine for all tests that leave nothing behind that others would see."""
    running = Server(tmp_path_factory.mktemp("plantain")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def idle(tmp_path_factory):
    """A server whose engine is so slow that what is submitted stays in the queue or runs on."""
    running = Server(tmp_path_factory.mktemp("idle"), engines=("null:600000",)).start()
    yield running
    for request in running.call("GET", "/v1/requests?limit=200").json()["requests"]:
        running.call("DELETE", f"/v1/requests/{request['request_id']}")
    assert running.stop() == 0
