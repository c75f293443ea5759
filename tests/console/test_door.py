"""Who comes in, who stays out, and what happens when a key ends."""
import re

import requests
from playwright.sync_api import expect


def enter(page, key):
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_a_key_opens_the_door_and_a_wrong_one_does_not(person, server):
    page = person(server).open("/generations")
    enter(page, "pt_" + "x" * 43)
    expect(page.get_by_role("alert")).to_have_text("This key is unknown, expired or revoked.")

    enter(page, server.key)
    expect(page.get_by_role("heading", name="Generations")).to_be_visible()
    assert page.evaluate("document.cookie") == "", "scripts do not see the session"


def test_signing_out_in_one_tab_signs_out_the_other(person, server):
    someone = person(server).sign_in()
    one, two = someone.open("/keys"), someone.open("/account")
    expect(two.get_by_role("heading", name="Account", exact=True)).to_be_visible()
    one.get_by_role("button", name="Sign out").first.click()

    for page in (one, two):
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_one_time_address_signs_in_once_and_does_not_stay_in_the_address_bar(person, server):
    address = server.call("POST", "/v1/sessions/tokens").json()["url"]
    page = person(server).open(address)
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()
    assert "token" not in page.url

    expect(person(server).open(address).get_by_role("button", name="Sign in")).to_be_visible()


def test_a_key_that_ends_asks_for_another_and_keeps_what_was_typed(person, server):
    made = server.call("POST", "/v1/keys", json={"name": "short"}).json()
    someone = person(server)
    page = someone.open("/models/google/nano-banana-2/text-to-image")
    enter(page, made["key"])
    page.get_by_label("Prompt", exact=True).fill("half a thought")
    server.call("DELETE", f"/v1/keys/{made['key_id']}")
    page.get_by_role("button", name="Generate").click()

    dialog = page.get_by_role("dialog", name="Your key has ended")
    expect(dialog).to_be_visible()
    enter(dialog, server.key)
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("half a thought")


def test_a_lost_connection_is_said_and_comes_back(person, server):
    someone = person(server).sign_in()
    page = someone.open("/keys")
    expect(page.get_by_role("cell", name="Admin").first).to_be_visible()
    someone.context.set_offline(True)
    expect(page.get_by_text("No connection to the server.")).to_be_visible()

    someone.context.set_offline(False)
    expect(page.get_by_text("No connection to the server.")).to_be_hidden()


def test_a_key_is_made_seen_once_works_and_is_revoked(person, server):
    page = person(server).sign_in().open("/keys")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("my website")
    dialog.get_by_role("button", name="Make a key").click()
    secret = dialog.get_by_role("region", name="Key").inner_text()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert requests.get(f"{server.base}/v1/requests", headers=bearer, timeout=60).status_code == 200
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("rowheader", name="my website")).to_be_visible()
    assert secret not in page.content()

    page.get_by_role("button", name="Revoke my website").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("rowheader", name="my website")).to_be_hidden()
    assert requests.get(f"{server.base}/v1/requests", headers=bearer, timeout=60).status_code == 401


def test_the_files_of_the_console_are_cached_for_good_compressed_and_strict(server):
    page = requests.get(server.base, timeout=60)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-cache"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", page.text), "nothing inline"

    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)[1]
    plain = requests.get(server.base + script, headers={"Accept-Encoding": "identity"}, timeout=60)
    packed = requests.get(server.base + script, headers={"Accept-Encoding": "gzip"}, timeout=60)
    assert "immutable" in plain.headers["Cache-Control"]
    assert packed.headers["Content-Encoding"] == "gzip" and packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < 0.5 * len(plain.content)
    again = requests.get(server.base + script, headers={"If-None-Match": plain.headers["ETag"], "Accept-Encoding": "identity"}, timeout=60)
    assert again.status_code == 304 and again.content == b""


def test_what_is_no_page_is_a_problem_for_programs(server):
    for path in ("/nothing", "/assets/nothing.js", "/index.html.br"):
        answer = requests.get(server.base + path, timeout=60)
        assert (answer.status_code, answer.json()["error_code"]) == (404, 404001), path
