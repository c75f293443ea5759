"""The library, usage, webhooks and accounts: what they show, and that they say so where a server lacks the call."""
import io
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def offered(server):
    """The paths that this server has."""
    return server.call("GET", "/openapi.json").json()["paths"]


def picture(colour):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "png")
    return {"name": f"{colour}.png", "mimeType": "image/png", "buffer": data.getvalue()}


def names_in(download):
    return zipfile.ZipFile(download.path()).namelist()


def test_pictures_are_marked_saved_as_one_zip_and_deleted(person, server):
    made = [server.generate(prompt=f"a {colour} kite", resolution="0.5K")["request_id"] for colour in ("red", "blue")]
    page = person(server).sign_in().open("/library")
    page.get_by_role("checkbox", name="Mark a red kite").click()
    page.get_by_role("checkbox", name="Mark a blue kite").click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download as zip").click()
    assert sorted(names_in(saving.value)) == ["a-blue-kite-1.png", "a-red-kite-1.png"]

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("checkbox", name="Mark a red kite")).to_be_hidden()
    assert [server.call("GET", f"/v1/requests/{request}").status_code for request in made] == [404, 404]


def test_a_file_is_uploaded_seen_saved_and_deleted(person, server, offered):
    page = person(server).sign_in().open("/library?tab=uploads")
    if "/v1/files" not in offered:
        expect(page.get_by_text("Not offered here")).to_be_visible()
        return
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()
    page.locator("input[type=file]").set_input_files([picture("red"), picture("blue")])
    marks = page.get_by_role("checkbox", name=re.compile("Mark"))
    expect(marks).to_have_count(2)
    expect(page.get_by_text("40 × 30")).to_have_count(2)
    marks.first.click()
    marks.last.click(modifiers=["Shift"])
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download as zip").click()
    assert len(names_in(saving.value)) == 2

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()
    assert server.call("GET", "/v1/files").json()["files"] == []


def test_what_is_no_picture_is_refused_with_the_servers_words(person, server, offered):
    if "/v1/files" not in offered:
        pytest.skip("this server takes no files")
    page = person(server).sign_in().open("/library?tab=uploads")
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})

    expect(page.locator(".toasts p")).to_be_visible()
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()


def test_the_secret_of_webhooks_is_shown_when_asked_and_made_anew(person, server, offered):
    page = person(server).sign_in().open("/webhooks")
    if "/v1/webhook-deliveries" not in offered:
        expect(page.get_by_text("Not offered here")).to_be_visible()
        return
    page.get_by_role("button", name="Show the secret").click()
    secret = page.get_by_role("region", name="Signing secret")
    expect(secret).to_have_text(re.compile("^whsec_"))
    before = secret.inner_text()
    page.get_by_role("button", name="New secret").click()
    page.get_by_role("alertdialog").get_by_role("button", name="New secret").click()

    expect(page.get_by_text("The secret before it signs, too, until")).to_be_visible()
    assert secret.inner_text() != before


def test_usage_counts_what_was_made(person, server, offered):
    page = person(server).sign_in().open("/usage")
    if "/v1/usage" not in offered:
        expect(page.get_by_text("Not offered here")).to_be_visible()
        return
    server.generate(prompt="a kite", resolution="0.5K")
    page.reload()
    page.get_by_role("radio", name="Model").click()
    expect(page.get_by_role("rowheader", name="Nano Banana 2 Text to Image")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="CSV").click()

    assert "requests" in open(saving.value.path()).readline()


def test_an_account_is_made_limited_credited_and_disabled(person, server, offered):
    page = person(server).sign_in().open("/accounts")
    if "/v1/accounts" not in offered:
        expect(page.get_by_text("Not offered here")).to_be_visible()
        return
    page.get_by_role("button", name="Make an account").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("lab")
    form.get_by_role("switch", name="Prepaid").click()
    form.get_by_label("Requests in the queue").fill("5")
    form.get_by_role("button", name="Save").click()
    lab = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="lab", exact=True))
    expect(lab.get_by_text("Prepaid")).to_be_visible()

    lab.get_by_role("button", name="Add credit").click()
    page.get_by_role("dialog").get_by_label("Amount (USD)").fill("2.5")
    page.get_by_role("dialog").get_by_role("button", name="Add credit").click()
    expect(lab.get_by_text("$2.50")).to_be_visible()
    lab.get_by_role("button", name="Make a key").click()
    page.get_by_role("dialog").get_by_label("Name").fill("their website")
    page.get_by_role("dialog").get_by_role("button", name="Make a key").click()
    secret = page.get_by_role("dialog").get_by_role("region", name="Key").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    theirs = {"Authorization": f"Bearer {secret}"}
    account = server.call("GET", "/v1/account", headers=theirs).json()
    assert (account["name"], account["limits"]["queued"], account["balance_usd"]) == ("lab", 5, 2.5)

    lab.get_by_role("button", name="Disable").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Disable").click()
    expect(lab.get_by_text("Disabled")).to_be_visible()
    assert server.call("GET", "/v1/account", headers=theirs).status_code in (401, 403)
