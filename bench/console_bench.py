#!/usr/bin/env python3
"""Measures the console in Chromium against a real server; one JSON line per case.

    PLANTAIN_BINARY=build/ci/bin/plantain PYTHONPATH=tests/end_to_end .venv/bin/python bench/console_bench.py [load|progress|paint|scroll …]

Without a name it measures all. A case whose value is above its limit makes the program fail.
"""
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import sys
import tempfile
import time
import urllib.parse
import uuid

import requests
from playwright.sync_api import sync_playwright

from plantain import MODEL, NO_HURRY, Server

GENERATIONS = 10_000
PAGES = {"sign-in": None, "Explore": "/", "a model": f"/models/{MODEL}", "Generations": "/generations", "Status": "/status"}
VISITS = 3
THROTTLE = 4  # times slower than this processor
PROGRESS_RUNS = 20
FRAME_MS = 1000 / 60

WATCH_PAINT = """
    window.seen = { paint: 0, shift: 0 };
    new PerformanceObserver(list => { for (const e of list.getEntries()) window.seen.paint = e.startTime; })
        .observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.seen.shift += e.value; })
        .observe({ type: 'layout-shift', buffered: true });
"""
# Down the whole page at one speed; what is missing between two frames was dropped.
SCROLL = """async ([pixels, frame_ms, share]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const end = (document.documentElement.scrollHeight - innerHeight) * share;
    scrollTo(0, 0);
    for (let still = 0; still < 30; ++still) await frame();
    let frames = 0, dropped = 0, longest = 0, before = await frame();
    for (let y = 0; y < end; y += pixels) {
        scrollTo(0, y);
        const now = await frame();
        frames += 1;
        dropped += Math.max(0, Math.round((now - before) / frame_ms) - 1);
        longest = Math.max(longest, now - before);
        before = now;
    }
    return { frames, dropped, longest };
}"""
# The moment at which the first progress has been painted, on the clock that programs outside share.
WATCH_PROGRESS = """() => {
    window.painted = new Promise(resolve => {
        const watcher = new MutationObserver(() => {
            if (!/\\d+ of 100/.test(document.body.innerText)) return;
            watcher.disconnect();
            requestAnimationFrame(() => {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
                channel.port2.postMessage(null);
            });
        });
        watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
    });
}"""

worst_case = 0


def report(name, unit, value, limit, **more):
    global worst_case
    worst_case = max(worst_case, value / limit if limit else (1 + value if value else 0))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Chromium without a GPU"
    print(json.dumps({"name": name, "unit": unit, "value": value, "limit": limit, **more, "machine": machine}), flush=True)


def context_of(browser, server, signed_in=True):
    context = browser.new_context(base_url=server.base, locale="en-US", viewport={"width": 1280, "height": 800})
    if signed_in:
        answer = context.request.post("/v1/sessions", data={"key": server.key}, headers={"Origin": server.base})
        assert answer.ok, answer.text()
    return context


def first_load(browser, server):
    context = context_of(browser, server)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    scripts = page.evaluate("performance.getEntriesByType('resource').filter(e => new URL(e.name).pathname.endsWith('.js')).map(e => e.encodedBodySize)")
    report("first load, scripts as sent", "bytes", sum(scripts), 200_000, files=len(scripts))
    context.close()


def visit(browser, server, path):
    context = context_of(browser, server, signed_in=path is not None)
    context.add_init_script(WATCH_PAINT)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    page.goto(path or "/", wait_until="networkidle")
    page.get_by_role("heading", level=1).wait_for()
    seen = page.evaluate("seen")
    context.close()
    return seen


def largest_paint(browser, server):
    for name, path in PAGES.items():
        seen = [visit(browser, server, path) for _ in range(VISITS)]
        report(f"largest paint, {name}, processor {THROTTLE} times slower", "ms",
               round(statistics.median(each["paint"] for each in seen)), 1500,
               worst=round(max(each["paint"] for each in seen)))
        report(f"layout shift, {name}", "score", round(max(each["shift"] for each in seen), 4), 0.05)


def long_history(pictures):
    """Answers the list of requests from a history that is made up; its small pictures are real files of the server."""
    def line(number):
        return {"request_id": f"01900000-0000-7000-8000-{number:012}", "status": "completed", "outcome": "succeeded", "model_id": MODEL,
                "created_at": "2026-11-25T10:00:00.000Z", "prompt": f"number {number}", "tags": [], "images": 1,
                "thumbnail_url": f"{pictures[number % len(pictures)]}&number={number}"}

    def answer(route):
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(route.request.url).query))
        first = int(asked.get("cursor", 0))
        after = min(first + int(asked["limit"]), GENERATIONS)
        route.fulfill(json={"requests": [line(number) for number in range(first, after)],
                            "next_cursor": str(after) if after < GENERATIONS else None})
    return answer


def busy(session):
    """How long the page's thread has worked so far, in seconds."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def scrolling(browser, server):
    made = server.call("GET", "/v1/requests?limit=50").json()["requests"]
    context = context_of(browser, server)
    context.route(re.compile(r"/v1/requests\?"), long_history([each["thumbnail_url"] for each in made]))
    page = context.new_page()
    page.goto("/generations")
    page.get_by_role("listitem").first.wait_for()
    page.evaluate("""async all => {
        while (Number(document.querySelector('[aria-setsize]').ariaSetSize) < all) {
            scrollTo(0, document.documentElement.scrollHeight);
            await new Promise(requestAnimationFrame);
        }
    }""", GENERATIONS)
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    for pixels, share in ((60, 0.1), (240, 1)):
        before = busy(session)
        seen = page.evaluate(SCROLL, [pixels, FRAME_MS, share])
        report(f"{GENERATIONS} generations scrolled by {pixels * 60} pixels/s, dropped frames", "frames", seen["dropped"], 0,
               frames=seen["frames"], longest_ms=round(seen["longest"], 1), busy_ms_per_frame=round((busy(session) - before) * 1000 / seen["frames"], 1))
    context.close()


class Hand:
    """A worker in our hands: takes a request and says how far it is, when we want it to."""

    def __init__(self, server):
        key = server.call("POST", "/v1/keys", json={"name": "hand", "role": "worker"}).json()["key"]
        self.base = server.said["workers listening"]
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def post(self, path, body):
        answer = self.session.post(f"{self.base}/internal/v1/leases{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer

    def claim(self, wait_s):
        answer = self.post("", {"worker_id": "hand", "claim_id": uuid.uuid4().hex, "models": [MODEL], "engine": "hand", "wait_s": wait_s})
        return answer.json()["lease_id"] if answer.status_code == 200 else None

    def progress(self, lease, step):
        self.post(f"/{lease}/progress", {"stage": "draw", "step": step, "steps": 100})

    def give_up(self, lease):
        self.post(f"/{lease}/finish", {"outcome": "cancelled", "outputs": [], "metadata": {}})


def progress_on_screen(browser, folder):
    server = Server(folder, engines=("hand",), workers=0, settings=["--server.internal_listen", "127.0.0.1:0", *NO_HURRY]).start()
    hand = Hand(server)
    hand.claim(0)  # from now on the server knows that there is one
    context = context_of(browser, server)
    page = context.new_page()
    taken = []
    for run in range(PROGRESS_RUNS):
        request = server.submit(prompt=f"number {run}")["request_id"]
        page.goto(f"/models/{MODEL}?request={request}")
        page.get_by_text("Next in the queue").wait_for()
        page.evaluate(WATCH_PROGRESS)
        lease = hand.claim(20)
        page.get_by_text("Starting").wait_for()
        sent = time.time() * 1000
        hand.progress(lease, 1)
        taken.append(page.evaluate("() => window.painted") - sent)
        server.call("POST", f"/v1/requests/{request}/cancel?running=true")
        hand.give_up(lease)
    report("first progress, from the worker's call to the screen", "ms", round(max(taken)), 200, median=round(statistics.median(taken)), runs=PROGRESS_RUNS)
    context.close()
    server.stop()


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = pathlib.Path(folder)
        (root / "made").mkdir()
        (root / "hand").mkdir()
        server = Server(root / "made", settings=NO_HURRY).start()
        for number in range(24):
            server.generate(prompt=f"a lighthouse, number {number}", resolution="0.5K")
        path = os.environ.get("PLANTAIN_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        cases = {"load": lambda: first_load(browser, server), "progress": lambda: progress_on_screen(browser, root / "hand"),
                 "paint": lambda: largest_paint(browser, server), "scroll": lambda: scrolling(browser, server)}
        for name in sys.argv[1:] or cases:
            cases[name]()
        browser.close()
        server.stop()
    sys.exit(worst_case > 1)


main()
