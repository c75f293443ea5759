"""The library, usage, webhooks and accounts: what they show, and that they say so where a server lacks the call."""
import io
import re
import zipfile

from PIL import Image
from playwright.sync_api import expect

from hands import no_files
from plantain import MODEL, until
from strangers import Elsewhere


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


def test_a_file_is_uploaded_seen_saved_and_deleted(person, server):
    no_files(server)
    page = person(server).sign_in().open("/library?tab=uploads")
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


def test_what_is_no_picture_is_refused_with_the_servers_words(person, server):
    no_files(server)
    page = person(server).sign_in().open("/library?tab=uploads")
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})

    expect(page.locator(".toasts p")).to_be_visible()
    expect(page.get_by_text("Nothing uploaded yet")).to_be_visible()


def test_the_secret_of_webhooks_is_shown_when_asked_and_made_anew(person, server):
    page = person(server).sign_in().open("/webhooks")
    page.get_by_role("button", name="Show the secret").click()
    secret = page.get_by_role("region", name="Signing secret")
    expect(secret).to_have_text(re.compile("^whsec_"))
    before = secret.inner_text()
    page.get_by_role("button", name="New secret").click()
    page.get_by_role("alertdialog").get_by_role("button", name="New secret").click()

    expect(page.get_by_text("The secret before it signs, too, until")).to_be_visible()
    assert secret.inner_text() != before


def test_usage_counts_what_was_made(person, server):
    page = person(server).sign_in().open("/usage")
    server.generate(prompt="a kite", resolution="0.5K")
    page.reload()
    page.get_by_role("radio", name="Model").click()
    expect(page.get_by_role("rowheader", name="Nano Banana 2 Text to Image")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="CSV").click()

    assert "requests" in open(saving.value.path()).readline()


def test_an_account_is_made_limited_credited_and_disabled(person, server):
    page = person(server).sign_in().open("/accounts")
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


def test_a_delivery_that_failed_is_seen_and_sent_again(person, server):
    def told(request):
        listed = server.call("GET", "/v1/webhook-deliveries").json()["deliveries"]
        return next((each for each in listed if each["request_id"] == request and each["tries"] > 0), None)

    answers = [500, 204]
    with Elsewhere(lambda it: it.say(answers[min(len(elsewhere.seen), 2) - 1])) as elsewhere:
        submitted = server.call("POST", f"/v1/models/{MODEL}?webhook={elsewhere.url}/hook", json={"prompt": "a kite", "resolution": "0.5K"})
        request = submitted.json()["request_id"]
        until(lambda: told(request))
        page = person(server).sign_in().open("/webhooks")
        row = page.get_by_role("row").filter(has_text=f"{elsewhere.url}/hook")
        expect(row).to_contain_text("HTTP 500")
        expect(row.get_by_text("Due")).to_be_visible()

        row.get_by_role("button", name="Send again").click()
        expect(page.get_by_text("It is sent again now")).to_be_visible()
        until(lambda: told(request)["outcome"] == "delivered")
        page.get_by_role("button", name="Refresh").click()
        expect(row.get_by_text("Delivered")).to_be_visible()
        expect(row).to_contain_text("HTTP 204")
    assert len(elsewhere.seen) == 2


def test_what_was_changed_stands_in_the_audit_log(person, server):
    made = server.call("POST", "/v1/keys", json={"name": "noted"}).json()
    server.call("DELETE", f"/v1/keys/{made['key_id']}")
    page = person(server).sign_in().open("/audit")
    expect(page.get_by_role("row").filter(has_text="Key revoked").filter(has_text=made["key_id"][-8:]).first).to_be_visible()

    page.get_by_label("What happened: Anything").click()
    page.get_by_role("option", name="Key made").click()
    expect(page.get_by_role("row").filter(has_text="Key revoked")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="noted").first).to_be_visible()


def test_the_audit_log_is_not_for_everybody(person, server):
    key = server.call("POST", "/v1/keys", json={"name": "plain", "role": "user"}).json()["key"]
    someone = person(server)
    someone.context.request.post("/v1/sessions", data={"key": key}, headers={"Origin": server.base})
    page = someone.open("/audit")

    expect(page.get_by_text("Not allowed with this key")).to_be_visible()
    expect(page.get_by_role("link", name="Audit log")).to_have_count(0)


def test_the_status_tells_everybody_how_each_day_was(person, server):
    server.generate(prompt="a kite", resolution="0.5K")
    page = person(server).open("/status")
    model = page.get_by_role("listitem").filter(has_text=MODEL)
    expect(model.get_by_text("Ready")).to_be_visible()
    expect(model.get_by_role("img", name=re.compile("The last 90 days: .* requests done, 0 failed"))).to_be_visible()
    model.get_by_text("Day by day").click()

    today = model.get_by_role("row").nth(1)
    expect(today.get_by_role("cell").nth(1)).to_have_text(re.compile("[1-9]"))


def test_a_young_server_says_that_its_history_begins(person, server):
    someone = person(server)
    someone.context.route("**/status.json", lambda route: route.fulfill(
        json={"status": "ok", "models": [{"model_id": MODEL, "available": True, "days": []}]}))
    page = someone.open("/status")

    expect(page.get_by_role("heading", name="The history begins today")).to_be_visible()
    expect(page.get_by_text("Everything runs")).to_be_visible()
