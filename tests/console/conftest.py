"""A real server and Debian's Chromium, which a person's hands drive."""
import os
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from plantain import Server

# The machine may be busy with other tests.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Draws with the sketch engine; its webhooks may be on this machine."""
    running = Server(tmp_path_factory.mktemp("console"), settings=["--fetch.http", "true", "--fetch.networks", "127.0.0.0/8"]).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def patient(tmp_path_factory):
    """Takes a second for each of some steps, one request at a time: time to look at one that runs."""
    running = Server(tmp_path_factory.mktemp("patient"), engines=("null:600000",)).start()
    yield running
    for request in running.call("GET", "/v1/requests?limit=200").json()["requests"]:
        running.call("DELETE", f"/v1/requests/{request['request_id']}")
    assert running.stop() == 0


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("PLANTAIN_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("chromium is not there; script/setup --tests installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream"])
        yield browser
        browser.close()


class Person:
    """Somebody in front of a browser: a context of its own, and what went wrong in its pages."""

    def __init__(self, browser, server, **options):
        self.server = server
        self.context = browser.new_context(base_url=server.base, **{"locale": "en-US", "viewport": {"width": 1280, "height": 800}, **options})
        self.context.set_default_timeout(20_000)
        self.faults = []
        self.context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.context.on("console", lambda message: self.hear(message))
        self.context.on("request", lambda request: self.check_address(request.url))

    def hear(self, message):
        # What the server refuses is told as an error on the console, too, and is no fault of the page.
        if message.type == "error" and not re.search(r"Failed to load resource", message.text):
            self.faults.append(message.text)

    def check_address(self, url):
        if not url.startswith((self.server.base, "data:", "blob:")):
            self.faults.append(f"a request to somebody else: {url}")

    def sign_in(self):
        """By the API, which sets the same cookie as the form."""
        answer = self.context.request.post("/v1/sessions", data={"key": self.server.key}, headers={"Origin": self.server.base})
        assert answer.ok, answer.text()
        return self

    def open(self, path="/"):
        page = self.context.new_page()
        page.goto(path)
        return page


@pytest.fixture
def person(chromium):
    """Makes people: person(server, **options of the browser). At the end nothing may have gone wrong."""
    made = []

    def make(server, **options):
        made.append(Person(chromium, server, **options))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
    assert [fault for one in made for fault in one.faults] == []
