"""From the prompt to the picture, in front of the browser."""
import re
import urllib.parse

from playwright.sync_api import expect

from plantain import MODEL

PLAYGROUND = f"/models/{MODEL}"


def write(page, prompt, resolution="0.5K"):
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("radio", name=resolution, exact=True).click()


def generate(page, prompt):
    write(page, prompt)
    page.get_by_role("button", name="Generate").click()


def made(page):
    return page.get_by_role("region", name="Result").get_by_role("button", name=re.compile("Open picture"))


def loaded(image):
    """The pixels are there, not only the element."""
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")
    return image.evaluate("image => image.naturalWidth")


def test_a_picture_is_made_shown_large_saved_found_again_and_deleted(person, server):
    page = person(server).sign_in().open()
    page.get_by_role("link", name="Nano Banana 2 Text to Image").click()
    expect(page.get_by_text("1 picture · ")).to_be_visible()
    page.get_by_role("radio", name="3:2", exact=True).click()
    generate(page, "a red sailing boat on a calm sea")

    expect(made(page)).to_have_count(1, timeout=60_000)
    assert loaded(made(page).get_by_role("img")) == 632

    made(page).click()
    viewer = page.get_by_role("dialog")
    assert loaded(viewer.get_by_role("img")) == 632
    viewer.get_by_role("button", name="Zoom in").click()
    expect(viewer.get_by_role("button", name="Fit to the window")).to_have_text("140 %")
    with page.expect_download() as saving:
        viewer.get_by_role("button", name="Download").click()
    assert saving.value.suggested_filename == "a-red-sailing-boat-on-a-calm-sea-1.png"
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Generations").first.click()
    page.get_by_label("Search prompts").fill("sailing boat")
    page.get_by_role("link", name=re.compile("a red sailing boat")).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("definition").filter(has_text="a red sailing boat on a calm sea")).to_be_visible()
    expect(sheet.get_by_text("sketch", exact=True)).to_be_visible()
    sheet.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    listed = server.call("GET", "/v1/requests?q=sailing+boat").json()["requests"]
    assert listed == []


def test_the_form_says_what_is_wrong_at_the_input_that_is(person, server):
    page = person(server).sign_in().open(PLAYGROUND)
    page.get_by_label("Seed", exact=True).fill("99999999999999999")
    expect(page.get_by_role("alert").filter(has_text="must be at most")).to_be_visible()


def test_what_is_refused_is_said_before_it_is_sent(person, server):
    page = person(server).sign_in().open(PLAYGROUND)
    write(page, "a naked woman")
    page.get_by_text("More options").click()
    page.get_by_role("radiogroup", name="Safety tolerance").get_by_role("radio", name="1", exact=True).click()

    expect(page.locator(".quote .fault")).to_be_visible()


def test_same_again_makes_the_same_picture_and_several_can_be_compared(person, server):
    page = person(server).sign_in().open(PLAYGROUND)
    page.get_by_role("radiogroup", name="Number of pictures").get_by_role("radio", name="2", exact=True).click()
    page.get_by_label("Seed", exact=True).fill("5")
    generate(page, "a fox")
    expect(made(page)).to_have_count(2, timeout=60_000)
    first = page.url

    page.get_by_role("button", name="Same again").click()
    expect(page).not_to_have_url(first)
    expect(made(page)).to_have_count(2, timeout=60_000)
    seeds = [server.result(url.rsplit("=", 1)[1])["metadata"]["seeds"] for url in (first, page.url)]
    assert seeds == [[5, 6], [5, 6]]

    made(page).first.click()
    page.get_by_role("button", name="Compare two").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_have_count(2)
    expect(page.get_by_label("Where one picture ends and the other begins")).to_be_visible()


def test_a_run_shows_its_place_and_progress_and_is_cancelled(person, patient):
    page = person(patient).sign_in().open(PLAYGROUND)
    generate(page, "first")
    expect(page.get_by_text(re.compile(r"\d+ of 100 · \d+ %"))).to_be_visible()
    running = page.url.rsplit("=", 1)[1]
    waiting = patient.submit(prompt="second")["request_id"]
    generate(page, "third")
    third = page.url.rsplit("=", 1)[1]
    expect(page.get_by_text("1 request ahead of yours")).to_be_visible()

    patient.call("POST", f"/v1/requests/{waiting}/cancel")
    expect(page.get_by_text("Next in the queue")).to_be_visible()
    patient.call("POST", f"/v1/requests/{running}/cancel?running=true")
    expect(page.get_by_text(re.compile(r"\d+ of 100 · \d+ %"))).to_be_visible()

    page.get_by_role("region", name="Result").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    assert patient.result(third)["status"] == "cancelled"


def test_a_reload_in_mid_run_goes_on_where_it_was_and_a_second_tab_sees_the_same(person, patient):
    someone = person(patient).sign_in()
    page = someone.open(PLAYGROUND)
    generate(page, "a long one")
    progress = re.compile(r"\d+ of 100 · \d+ %")
    expect(page.get_by_text(progress)).to_be_visible()
    page.reload()
    expect(page.get_by_text(progress)).to_be_visible()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("a long one")

    other = someone.open(page.url)
    expect(other.get_by_text(progress)).to_be_visible()
    other.get_by_role("region", name="Result").get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    expect(other.get_by_role("heading", name="Cancelled")).to_be_visible()


def test_a_deleted_request_is_said_to_be_gone(person, server):
    request = server.generate(prompt="a hat", resolution="0.5K")["request_id"]
    server.call("DELETE", f"/v1/requests/{request}")
    page = person(server).sign_in().open(f"{PLAYGROUND}?request={request}")

    expect(page.get_by_text("This request is gone")).to_be_visible()


def test_the_api_page_carries_the_values_of_the_form(person, server):
    page = person(server).sign_in().open(PLAYGROUND)
    write(page, "it's a “quoted” 貓")
    page.get_by_role("tab", name="API").click()
    start = page.get_by_role("region", name="Quick start")
    expect(start).to_contain_text(f"--url {server.base}/v1/models/{MODEL}")
    expect(start).to_contain_text('"resolution": "0.5K"')
    page.get_by_role("radio", name="Python").click()

    expect(start).to_contain_text('"prompt": "it\'s a “quoted” 貓"')


def test_thousands_of_generations_are_scrolled_with_a_screenful_in_the_page(person, server):
    """The history is made up at the browser's door; the page asks for it a hundred at a time, as ever."""
    def line(number):
        return {"request_id": f"01900000-0000-7000-8000-{number:012}", "status": "completed", "outcome": "succeeded", "model_id": MODEL,
                "created_at": "2026-11-25T10:00:00.000Z", "prompt": f"number {number}", "tags": [], "thumbnail_url": None, "images": 1}

    def answer(route):
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(route.request.url).query))
        first = int(asked.get("cursor", 0))
        after = first + int(asked["limit"])
        route.fulfill(json={"requests": [line(number) for number in range(first, after)], "next_cursor": str(after) if after < 1_500 else None})

    someone = person(server).sign_in()
    someone.context.route(re.compile(r"/v1/requests\?"), answer)
    page = someone.open("/generations")
    grid = page.get_by_role("list", name="Generations")
    expect(grid.get_by_role("listitem").first).to_be_visible()

    page.evaluate("""async () => {
        const size = () => Number(document.querySelector('[aria-setsize]').ariaSetSize);
        while (size() < 1500) {
            scrollTo(0, document.documentElement.scrollHeight);
            await new Promise(requestAnimationFrame);
        }
        scrollTo(0, document.documentElement.scrollHeight);
    }""")

    expect(grid.get_by_text("number 1499", exact=True)).to_be_visible()
    assert grid.get_by_role("listitem").count() < 150
