"""Requests to a provider that fails in every way, while workers are killed: each ends, ends right, and nobody pays twice."""
import os
import random
import signal
import threading
import time


import fake_google as google
from fake_google import Google
from plantain import NO_HURRY, Server

REQUESTS = int(os.environ.get("PLANTAIN_CHAOS_REQUESTS", "50"))
SEED = int(os.environ.get("PLANTAIN_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
EACH = 0.1  # of every fault

# What a call may meet, and what that means: "again" costs nothing, "refused" is an answer, in "doubt" nobody knows.
FAULTS = {
    "rate limit": ("again", google.says(google.too_many("0.01s"))),
    "overload": ("again", google.says(google.problem(503, "UNAVAILABLE", "overloaded"))),
    "refusal": ("refused", google.refuses("IMAGE_SAFETY")),
    "cut before": ("doubt", google.hangs_up_before),
    "cut after": ("doubt", google.hangs_up_after),
    "nonsense": ("doubt", google.babbles),
    "gateway": ("doubt", google.gateway_fails),
    "slow": ("well", google.dawdles(0.3)),
}


class Dice:
    """Deals out faults, and remembers by prompt what each call met."""

    def __init__(self, fake):
        self.random = random.Random(SEED)
        self.met = {}
        self.fake = fake

    def __call__(self):
        throw = self.random.random()
        place = int(throw / EACH)
        name = list(FAULTS)[place] if place < len(FAULTS) else "well"

        def fault(fake, handler, call, prompt):
            with fake.lock:
                self.met.setdefault(prompt, []).append(FAULTS[name][0] if name in FAULTS else "well")
            if name in FAULTS:
                FAULTS[name][1](fake, handler, call, prompt)
            else:
                fake.answer_well(handler, call, prompt)
        return fault


def run(tmp_path, repeat_in_doubt, kills, count):
    print("PLANTAIN_CHAOS_SEED =", SEED)
    os.environ["GEMINI_API_KEY"] = Google.KEY
    fake = Google()
    dice = fake.faults = Dice(fake)
    server = Server(tmp_path, engines=("gemini",), workers=2, settings=NO_HURRY)
    with open(server.config, "a", encoding="utf-8") as file:
        file.write(f'\n[engines.gemini]\nbase_url = "{fake.base}"\nbackoff_ms = 5\ntries = 8\nslots = 8\ntimeout_s = 20\n'
                   f"repeat_in_doubt = {repeat_in_doubt}\n")
    server.start()
    ids = {}
    for n in range(count):
        prompt = f"a fox numbered {n}"
        ids[prompt] = server.submit(prompt=prompt, output_format="jpeg")["request_id"]

    enough = threading.Event()

    def kill_workers():
        chance = random.Random(SEED + 1)
        while not enough.wait(chance.uniform(0.5, 1.5)):
            for pid in server.worker_pids()[:1]:
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_workers, daemon=True)
    if kills:
        killer.start()
    results = {}
    end = time.monotonic() + 900
    while len(results) < count:
        assert time.monotonic() < end, f"{count - len(results)} requests are stuck"
        for prompt in [each for each in ids if each not in results]:
            result = server.result(ids[prompt], wait=1)
            if result["status"] in ("succeeded", "failed", "cancelled"):
                results[prompt] = result
            if len(results) > count // 2:
                enough.set()
    assert server.stop() == 0
    fake.stop()
    return fake, dice, results


def maybe_charged(result):
    return bool(result.get("metadata", {}).get("maybe_charged") or result.get("error", {}).get("maybe_charged"))


def test_every_request_ends_right_and_is_paid_for_once(tmp_path):
    fake, dice, results = run(tmp_path, repeat_in_doubt=0, kills=False, count=REQUESTS)
    for prompt, result in results.items():
        met, paid = dice.met[prompt], fake.paid.get(prompt, 0)
        assert paid <= 1, (prompt, met)
        assert set(met[:-1]) <= {"again"}, f"{prompt}: nothing but what costs nothing is tried again: {met}"
        if met[-1] == "well":
            assert result["status"] == "succeeded", (met, result)
            assert not maybe_charged(result)
        elif met[-1] == "refused":
            assert result["error"]["error_code"] == 422002, (met, result)
            assert not maybe_charged(result)
        elif met[-1] == "doubt":
            assert result["error"]["error_code"] == 503002, (met, result)
            assert maybe_charged(result)
        else:
            assert result["error"]["error_code"] == 503002, (met, result)
            assert not maybe_charged(result) and paid == 0
    assert {result["status"] for result in results.values()} == {"succeeded", "failed"}


def test_what_is_in_doubt_is_repeated_as_often_as_configured(tmp_path):
    fake, dice, results = run(tmp_path, repeat_in_doubt=1, kills=False, count=REQUESTS // 5)
    for prompt, result in results.items():
        met = dice.met[prompt]
        assert met.count("doubt") <= 2, met
        assert fake.paid.get(prompt, 0) <= 2, met
        assert maybe_charged(result) == ("doubt" in met), (met, result)
        if met[-1] == "well":
            assert result["status"] == "succeeded"


def test_killed_workers_never_make_anybody_pay_twice(tmp_path):
    fake, dice, results = run(tmp_path, repeat_in_doubt=0, kills=True, count=REQUESTS // 5)
    for prompt, result in results.items():
        met, paid = dice.met.get(prompt, []), fake.paid.get(prompt, 0)
        assert paid <= 1, (prompt, met, result)
        if result["status"] != "succeeded":
            assert maybe_charged(result) or paid == 0, (met, result)
    assert any(result["status"] == "succeeded" for result in results.values())
