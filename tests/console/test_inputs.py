"""Pictures as input: dropped, pasted, taken with the camera, by address, from the library, or made just now."""
import base64
import io
import re

from PIL import Image
from playwright.sync_api import expect

from hands import no_files
from plantain import MODEL

EDIT = "google/nano-banana-2/edit"
EDITOR = f"/models/{EDIT}"
# A file in the hands of a page, as a clipboard or a drag carries it.
HOLD = """base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    const held = new DataTransfer();
    held.items.add(new File([bytes], 'held.png', { type: 'image/png' }));
    return held;
}"""


def picture(colour):
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "png")
    return data.getvalue()


def held(page, colour):
    return page.evaluate_handle(HOLD, base64.b64encode(picture(colour)).decode())


def inputs(page):
    return page.get_by_role("img", name=re.compile(r"^Input picture \d+$"))


def edit(page, prompt):
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("radio", name="0.5K", exact=True).click()
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_role("button", name="Open picture 1")).to_be_visible(timeout=60_000)
    return page.url.rsplit("=", 1)[1]


def input_of(server, request):
    return server.call("GET", f"/v1/requests/{request}").json()["input"]


def test_a_dropped_and_a_pasted_picture_are_uploaded_and_used(person, server):
    page = person(server).sign_in().open(EDITOR)
    group = page.get_by_role("group", name=re.compile("Input pictures"))
    expect(group).to_be_visible()
    group.dispatch_event("drop", {"dataTransfer": held(page, "red")})
    expect(inputs(page)).to_have_count(1)
    page.evaluate("held => document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: held, bubbles: true, cancelable: true }))",
                  held(page, "blue"))
    expect(inputs(page)).to_have_count(2)
    assert inputs(page).last.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64

    urls = input_of(server, edit(page, "together"))["image_urls"]
    assert len(urls) == 2 and all(url.startswith(server.base + "/files/") for url in urls)


def test_the_camera_takes_a_picture_when_it_is_allowed_and_says_so_when_not(person, server):
    someone = person(server).sign_in()
    page = someone.open(EDITOR)
    page.get_by_role("button", name="Camera").click()
    expect(page.get_by_role("dialog").get_by_text("The browser gives no camera to this page.")).to_be_visible()
    expect(page.get_by_role("button", name="Take the picture")).to_be_disabled()
    page.keyboard.press("Escape")

    someone.context.grant_permissions(["camera"])
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_have_js_property("readyState", 4)
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(inputs(page)).to_have_count(1)
    assert inputs(page).evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_an_address_is_taken_and_what_is_none_is_refused(person, server):
    page = person(server).sign_in().open(EDITOR)
    page.get_by_role("button", name="Address").click()
    address = page.get_by_role("textbox", name="Address")
    address.fill("not an address")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("An address begins with https://")).to_be_visible()

    address.fill("https://pictures.example/a.png")
    address.press("Enter")
    expect(page.get_by_text("pictures.example")).to_be_visible()
    page.get_by_role("button", name="Remove input picture 1").click()
    expect(page.get_by_text("pictures.example")).to_be_hidden()


def test_a_picture_made_here_becomes_the_input_of_an_edit(person, server):
    page = person(server).sign_in().open(f"/models/{MODEL}")
    first = edit(page, "a red balloon")
    page.get_by_role("button", name="Use as input").click()
    expect(page).to_have_url(re.compile(EDITOR))
    expect(inputs(page)).to_have_count(1)
    expect(page.get_by_label("Prompt", exact=True)).to_be_editable()

    asked = input_of(server, edit(page, "now at night"))
    made = server.result(first)["output"]["image"]
    assert [url.split("?")[0] for url in asked["image_urls"]] == [made.split("?")[0]]


def test_an_uploaded_file_is_used_from_the_library(person, server):
    no_files(server)
    page = person(server).sign_in().open("/library?tab=uploads")
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture("green")})
    page.get_by_role("link", name="Use", exact=True).click()
    expect(page).to_have_url(re.compile(r"/models/"))
    expect(inputs(page)).to_have_count(1)

    asked = input_of(server, edit(page, "as a watercolour"))
    file = server.call("GET", "/v1/files").json()["files"][0]
    assert asked["image_urls"] == [file["url"]]
    page.reload()
    expect(inputs(page)).to_have_count(1)
