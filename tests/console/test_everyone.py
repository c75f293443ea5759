"""For everybody: both languages, a phone, the keyboard alone, light and dark, and those who listen."""
import pathlib
import re

import pytest
from playwright.sync_api import expect

from plantain import MODEL

AXE = (pathlib.Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js").read_text()
PLAYGROUND = f"/models/{MODEL}"
PAGES = ["/", PLAYGROUND, f"{PLAYGROUND}?tab=api", f"{PLAYGROUND}?tab=examples", "/generations", "/library",
         "/library?tab=uploads", "/keys", "/webhooks", "/usage", "/accounts", "/audit", "/system", "/account", "/status"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def settle(page):
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".shimmer")).to_have_count(0)
    # Axe takes a colour in the middle of a transition for the colour.
    page.evaluate("Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().iterations !== Infinity).map(a => a.finished))")


def violations(page):
    """What axe-core finds; run in a world of its own, which the page's content policy does not bind."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]
    session.send("Runtime.evaluate", {"expression": AXE, "contextId": world})
    found = session.send("Runtime.evaluate", {
        "expression": "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
                      ".then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target + ' ' + n.failureSummary).slice(0, 3).join(' | ')}`))",
        "contextId": world, "awaitPromise": True, "returnByValue": True})
    return found["result"]["value"]


def cut_off(page):
    """How much wider than the window the page is."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture(scope="module")
def furnished(server):
    """The server with something on each page."""
    server.generate(prompt="a lighthouse", resolution="0.5K")
    return server


@pytest.mark.parametrize("looks", ["light", "dark", "phone"])
def test_axe_finds_nothing_on_any_page(person, furnished, looks):
    options = {"viewport": {"width": 320, "height": 700}} if looks == "phone" else {"color_scheme": looks}
    page = person(furnished, **options).sign_in().open()
    for path in PAGES:
        page.goto(path)
        settle(page)
        assert violations(page) == [], path
        assert cut_off(page) <= 0, path


@pytest.mark.parametrize("looks", ["light", "dark"])
def test_axe_finds_nothing_at_the_door_and_in_dialogs(person, furnished, looks):
    page = person(furnished, color_scheme=looks).open()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert violations(page) == []

    page = person(furnished, color_scheme=looks).sign_in().open("/keys")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    assert violations(page) == []
    page.goto("/generations")
    page.get_by_role("link", name=re.compile("a lighthouse")).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Open picture 1").wait_for()
    settle(page)
    assert violations(page) == []
    page.get_by_role("button", name="Open picture 1").click()
    page.get_by_role("button", name="Zoom in").wait_for()
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize("looks", ["light", "dark"])
def test_axe_finds_nothing_where_something_is_amiss(person, furnished, looks):
    made = furnished.call("POST", "/v1/keys", json={"name": "short"}).json()
    someone = person(furnished, color_scheme=looks)
    answer = someone.context.request.post("/v1/sessions", data={"key": made["key"]}, headers={"Origin": furnished.base})
    assert answer.ok, answer.text()
    page = someone.open("/generations")
    expect(page.get_by_role("heading", level=1, name="Generations")).to_be_visible()
    someone.context.set_offline(True)
    expect(page.get_by_text("No connection to the server.")).to_be_visible()
    settle(page)
    assert violations(page) == [], "offline"
    someone.context.set_offline(False)
    expect(page.get_by_text("No connection to the server.")).to_be_hidden()

    someone.context.route("**/v1/usage?*", lambda route: route.abort())
    page.goto("/usage")
    expect(page.get_by_role("heading", name="No connection to the server")).to_be_visible()
    settle(page)
    assert violations(page) == [], "a page whose server does not answer"
    page.goto(f"{PLAYGROUND}/there-is-none")
    expect(page.get_by_role("alert")).to_be_visible()
    settle(page)
    assert violations(page) == [], "a model that is not there"

    furnished.call("DELETE", f"/v1/keys/{made['key_id']}")
    page.goto("/webhooks")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    assert violations(page) == [], "a key that has ended"


def test_each_page_speaks_traditional_chinese(person, furnished):
    page = person(furnished, locale="zh-TW").sign_in().open()
    names = {"/": "探索", "/generations": "生成記錄", "/library": "資源庫", "/keys": "API 金鑰", "/webhooks": "Webhook", "/usage": "使用情況",
             "/accounts": "帳戶管理", "/audit": "稽核記錄", "/system": "系統", "/account": "帳戶", "/status": "服務狀態"}
    for path, name in names.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "zh-Hant"
    page.goto(PLAYGROUND)
    expect(page.get_by_label("提示詞", exact=True)).to_be_visible()


def test_the_language_is_chosen_and_stays(person, furnished):
    page = person(furnished).sign_in().open("/account")
    page.get_by_role("radio", name="繁體中文").click()
    expect(page.get_by_role("heading", level=1, name="帳戶")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1, name="帳戶")).to_be_visible()


def test_the_theme_is_chosen_and_stays(person, furnished):
    page = person(furnished).sign_in().open("/account")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("radio", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    settle(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_a_phone_does_it_all_by_touch(person, furnished):
    page = person(furnished, **PHONE).sign_in().open()
    page.get_by_role("link", name="Nano Banana 2 Text to Image").tap()
    page.get_by_label("Prompt", exact=True).fill("a small house")
    page.get_by_role("radio", name="0.5K", exact=True).tap()
    page.get_by_role("button", name="Generate").tap()
    picture = page.get_by_role("button", name="Open picture 1")
    expect(picture).to_be_visible(timeout=60_000)
    expect(picture).to_be_in_viewport()
    page.get_by_role("button", name="Open the navigation").tap()
    page.get_by_role("dialog").get_by_role("link", name="Keys").tap()
    expect(page.get_by_role("heading", level=1, name="Keys")).to_be_visible()


def test_the_keyboard_alone_makes_a_picture(person, furnished):
    page = person(furnished).sign_in().open()
    expect(page.get_by_role("link", name="Nano Banana 2 Text to Image")).to_be_visible()
    reach(page, "link", "Nano Banana 2 Text to Image")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Prompt", exact=True)).to_be_visible()
    reach(page, "textbox", "Prompt")
    page.keyboard.press("Control+A")
    page.keyboard.type("a green tree")
    reach(page, "radio", "1K")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="0.5K", exact=True)).to_be_checked()
    reach(page, "button", "Generate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open picture 1")).to_be_visible(timeout=60_000)
    reach(page, "button", "Open picture 1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Zoom in").wait_for()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Fit to the window")).to_have_text("140 %")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Open picture 1")).to_be_focused()


# Around the element, around what it stretches over its card, or around the card.
OUTLINED = """element => [getComputedStyle(element), getComputedStyle(element, '::after'), getComputedStyle(element.closest('li') ?? element)]
    .some(style => style.outlineStyle !== 'none')"""


def reach(page, role, name):
    """Presses Tab until it has the focus, and sees that the focus can be seen."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate(OUTLINED), f"the focus on {name} is not seen"
            return
    raise AssertionError(f"Tab does not reach the {role} {name}")
