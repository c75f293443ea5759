"""Accounts, their keys, their money and their limits, as a client sees them."""
import csv
import io
import math
import re

import pytest
import requests

from plantain import MODEL, Server, events, until

SMALL = {"prompt": "a fox", "resolution": "1K", "aspect_ratio": "1:1"}
PRICE = 0.04


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    """A server whose pictures cost something."""
    running = Server(tmp_path_factory.mktemp("paid"), engines=("null:1",),
                     settings=("--models.price_usd", f"{MODEL}={PRICE}", "--limits.submits_per_minute", "100000")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def stuck(tmp_path_factory):
    """A server whose only worker never gets done."""
    running = Server(tmp_path_factory.mktemp("stuck"), engines=("null:600000",),
                     settings=("--models.price_usd", f"{MODEL}={PRICE}")).start()
    yield running
    running.kill()


class Account:
    """An account with a key, and calls with it."""

    def __init__(self, server, key=None, **settings):
        made = server.call("POST", "/v1/accounts", json={"name": "shop", **settings})
        assert made.status_code == 201, made.text
        self.server, self.id = server, made.json()["account_id"]
        made = server.call("POST", f"/v1/accounts/{self.id}/keys", json={"name": "till", **(key or {})})
        assert made.status_code == 201, made.text
        self.key, self.key_id = made.json()["key"], made.json()["key_id"]

    def call(self, method, path, **more):
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return self.server.call(method, path, headers=headers, **more)

    def submit(self, query="", **body):
        return self.call("POST", f"/v1/models/{MODEL}{query}", json={**SMALL, **body})

    def finished(self, query="", **body):
        answer = self.submit(query, **body)
        assert answer.status_code == 200, answer.text
        return self.call("GET", f"/v1/requests/{answer.json()['request_id']}/result?include_cost=true",
                         headers={"Prefer": "wait=60"}).json()

    def mine(self):
        return self.call("GET", "/v1/account").json()

    def change(self, **settings):
        return self.server.call("PATCH", f"/v1/accounts/{self.id}", json=settings)

    def credit(self, amount, **more):
        return self.server.call("POST", f"/v1/accounts/{self.id}/credits", json={"amount_usd": amount, **more})


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text


# ---- Accounts and keys ----

def test_accounts_are_made_listed_shown_and_changed_by_admins_alone(paid):
    account = Account(paid, retention_s=7200, limits={"queued": 5})
    assert account.id in [each["account_id"] for each in paid.call("GET", "/v1/accounts").json()["accounts"]]
    shown = paid.call("GET", f"/v1/accounts/{account.id}").json()
    assert (shown["name"], shown["retention_s"], shown["limits"]["queued"]) == ("shop", 7200, 5)
    changed = account.change(name="store", retention_s=None, quota_bytes=1000, limits={"queued": None, "running": 2})
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"] == "store"
    assert changed.json()["retention_s"] is None
    assert changed.json()["quota_bytes"] == 1000
    assert (changed.json()["limits"]["queued"], changed.json()["limits"]["running"]) == (None, 2)
    for method, path in (("GET", "/v1/accounts"), ("POST", "/v1/accounts"), ("PATCH", f"/v1/accounts/{account.id}"),
                         ("GET", f"/v1/accounts/{account.id}"), ("POST", f"/v1/accounts/{account.id}/credits"),
                         ("POST", f"/v1/accounts/{account.id}/keys"), ("GET", "/v1/audit")):
        refused(account.call(method, path, json={} if method != "GET" else None), 403, 403001)


def test_every_fault_of_a_body_is_listed(paid):
    answer = paid.call("POST", "/v1/accounts", json={"nmae": "x", "prepaid": 1, "retention_s": -2,
                                                     "limits": {"queued": -1, "runing": 1, "spend_per_day_usd": 0.0000001}})
    refused(answer, 422, 422001)
    faults = {fault["pointer"]: fault["message"] for fault in answer.json()["errors"]}
    assert set(faults) == {"/name", "/nmae", "/prepaid", "/retention_s", "/limits/queued", "/limits/runing",
                           "/limits/spend_per_day_usd"}
    assert "did you mean name?" in faults["/nmae"]
    assert "did you mean running?" in faults["/limits/runing"]
    refused(paid.call("PATCH", "/v1/accounts/0193f0a2-5a10-7b3c-8d5e-0c1d2e3f4a5b", json={"name": "x"}), 404, 404001)
    refused(paid.call("PATCH", "/v1/accounts/x", json={"name": "x"}), 400, 400001)


def test_another_account_sees_nothing_of_the_first(paid):
    one, two = Account(paid), Account(paid)
    request = one.submit().json()["request_id"]
    for path in ("", "/status", "/result", "/events"):
        refused(two.call("GET", f"/v1/requests/{request}{path}"), 404, 404001)
    refused(two.call("POST", f"/v1/requests/{request}/cancel"), 404, 404001)
    refused(two.call("DELETE", f"/v1/requests/{request}"), 404, 404001)
    assert two.call("GET", "/v1/requests").json()["requests"] == []
    refused(two.call("DELETE", f"/v1/keys/{one.key_id}"), 404, 404001)


def test_a_key_makes_no_key_above_itself(paid):
    maker = Account(paid, key={"priority": "normal", "expires_at": "2100-01-01T00:00:00Z",
                               "limits": {"running": 2, "spend_per_day_usd": 1}})
    for wish in ({"role": "admin"}, {"role": "worker"}, {"priority": "high"}, {"expires_at": "2100-01-01T00:00:01Z"},
                 {"limits": {"running": 3}}, {"limits": {"spend_per_day_usd": 1.01}}):
        refused(maker.call("POST", "/v1/keys", json={"name": "above", **wish}), 403, 403001)
    made = maker.call("POST", "/v1/keys", json={"name": "below", "limits": {"running": 1}}).json()
    assert made["expires_at"] == "2100-01-01T00:00:00.000Z"
    assert made["limits"]["running"] == 1
    assert made["limits"]["spend_per_day_usd"] == 1, "what the maker has holds where nothing is said"
    assert made["limits"]["queued"] is None


def test_an_account_has_at_most_a_hundred_keys(paid):
    account = Account(paid)
    keys = [account.call("POST", "/v1/keys", json={"name": str(i)}) for i in range(99)]
    assert {answer.status_code for answer in keys} == {201}
    refused(account.call("POST", "/v1/keys", json={"name": "one too many"}), 413, 413001)
    assert account.call("DELETE", f"/v1/keys/{keys[0].json()['key_id']}").status_code == 204
    assert account.call("POST", "/v1/keys", json={"name": "in its place"}).status_code == 201


def test_an_admin_revokes_a_key_of_another_account(paid):
    account = Account(paid)
    assert [key["key_id"] for key in paid.call("GET", f"/v1/accounts/{account.id}/keys").json()["keys"]] == [account.key_id]
    assert paid.call("DELETE", f"/v1/accounts/{account.id}/keys/{account.key_id}").status_code == 204
    refused(account.call("GET", "/v1/account"), 401, 400004)


def test_a_disabled_account_is_shut_out_and_nothing_of_it_runs(stuck):
    account = Account(stuck)
    request = account.submit().json()["request_id"]
    stream = events(stuck, request)  # of another account: nothing is sent
    assert account.change(disabled=True).json()["disabled_at"] is not None
    del stream
    refused(account.call("GET", "/v1/account"), 403, 403001)
    refused(account.submit(), 403, 403001)
    signed_in = requests.post(f"{stuck.base}/v1/sessions", json={"key": account.key}, timeout=60)
    refused(signed_in, 403, 403001)
    assert account.change(disabled=False).json()["disabled_at"] is None
    assert account.call("GET", "/v1/account").status_code == 200


def test_an_open_stream_of_a_disabled_account_ends(stuck):
    account = Account(stuck)
    request = account.submit().json()["request_id"]
    answer = requests.get(f"{stuck.base}/v1/requests/{request}/events", stream=True, timeout=20,
                          headers={"Authorization": f"Bearer {account.key}"})
    lines = answer.iter_lines(decode_unicode=True)
    assert next(lines).startswith("id: ")
    account.change(disabled=True)
    assert ": the account is disabled" in list(lines)


def test_an_admin_cannot_shut_itself_out(paid):
    own = paid.call("GET", "/v1/account").json()["account_id"]
    refused(paid.call("PATCH", f"/v1/accounts/{own}", json={"disabled": True}), 422, 422001)


def test_retention_is_the_accounts_own(paid):
    def kept_for(result):
        finished, expires = result["finished_at"], result["metadata"]["expires_at"]
        return None if expires is None else round((parse(expires) - parse(finished)).total_seconds())

    def parse(text):
        import datetime
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))

    assert kept_for(Account(paid).finished()) == 7 * 24 * 3600
    assert kept_for(Account(paid, retention_s=7200).finished()) == 7200
    assert kept_for(Account(paid, retention_s=0).finished()) == 3600
    assert kept_for(Account(paid, retention_s=-1).finished()) is None
    assert kept_for(Account(paid, retention_s=7200).finished("?retention=3700")) == 3700
    assert kept_for(Account(paid, retention_s=7200).finished("?retention=99999")) == 7200


# ---- Money ----

def test_a_result_costs_its_price_and_a_prepaid_account_pays_in_advance(paid):
    account = Account(paid, prepaid=True)
    refused(account.submit(), 402, 400002)
    assert account.credit(0.1, reference="invoice 1").json()["balance_usd"] == 0.1
    assert account.credit(0.1, reference="invoice 1").json()["balance_usd"] == 0.1, "credited once"
    result = account.finished(num_images=2)
    assert result["cost"] == result["metadata"]["cost_usd"] == 0.08
    mine = account.mine()
    assert (mine["balance_usd"], mine["reserved_usd"], mine["spent_today_usd"]) == (0.02, 0, 0.08)
    refused(account.submit(), 402, 400002)
    balance = account.call("GET", "/prod/v2/balance").json()
    assert balance == {"balance_usd": 0.02, "balance_microdollars": 20000, "currency": "USD"}
    assert len(paid.call("GET", f"/v1/accounts/{account.id}/credits").json()["credits"]) == 1


def test_the_price_is_reserved_for_the_most_and_settled_for_what_came(paid):
    account = Account(paid)
    asked = {"prompt": "three variations of a fox", "limit_generations": False, "num_images": 2}
    dry = account.submit("?dry_run=true", **asked).json()
    assert dry["price_usd"] == pytest.approx(PRICE * dry["pictures"])
    result = account.finished(**asked)
    assert result["cost"] == pytest.approx(PRICE * len(result["output"]["images"]))
    assert account.mine()["balance_usd"] == pytest.approx(-result["cost"])


def test_what_waits_is_reserved_and_a_cancel_gives_it_back(stuck):
    until(lambda: stuck.call("GET", "/v1/system").json()["workers"])
    Account(stuck).submit()  # keeps the worker busy
    account = Account(stuck, prepaid=True)
    account.credit(0.05)
    request = account.submit().json()["request_id"]
    assert account.mine()["reserved_usd"] == PRICE
    refused(account.submit(), 402, 400002)
    assert account.call("POST", f"/v1/requests/{request}/cancel?running=true").status_code == 202
    until(lambda: account.mine()["reserved_usd"] == 0)
    assert account.mine()["balance_usd"] == 0.05
    assert account.submit().status_code == 200


def test_a_failed_request_costs_nothing(paid):
    account = Account(paid)
    result = account.finished(enable_web_search=True)
    assert (result["status"], result["cost"]) == ("failed", 0)
    assert account.mine()["balance_usd"] == 0


def test_credits_are_amounts_that_are_something(paid):
    account = Account(paid)
    for amount in (0, 0.0000001, "1", None, 1e10):
        refused(account.credit(amount), 422, 422001)
    assert account.credit(-0.000001, note="a correction").json()["balance_usd"] == -0.000001


def test_usage_is_told_by_day_model_key_and_tag_and_outlives_requests(paid):
    account = Account(paid)
    result = account.finished("?tags=shop,night", num_images=2)
    account.finished()
    assert account.call("DELETE", f"/v1/requests/{result['request_id']}").status_code == 204
    for group, rows in (("day", [PRICE * 3]), ("model", [PRICE * 3]), ("key", [PRICE * 3]), ("tag", [PRICE, PRICE * 2, PRICE * 2])):
        usage = account.call("GET", f"/v1/usage?group_by={group}").json()
        assert [row["cost_usd"] for row in usage["usage"]] == pytest.approx(rows), usage
    names = [row["group"] for row in account.call("GET", "/v1/usage?group_by=tag").json()["usage"]]
    assert names == ["", "night", "shop"]
    assert account.call("GET", "/v1/usage?group_by=key").json()["usage"][0]["group"] == account.key_id
    table = account.call("GET", "/v1/usage?group_by=model", headers={"Accept": "text/csv"})
    assert table.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert (rows[0]["group"], rows[0]["pictures"], rows[0]["requests"]) == (MODEL, "3", "2")
    assert account.call("GET", "/v1/usage?from=2026-01-01&to=2026-01-02").json()["usage"] == []
    for query in ("group_by=week", "from=yesterday", "from=2026-02-02&to=2026-02-01", "format=xml"):
        refused(account.call("GET", f"/v1/usage?{query}"), 422, 422001)
    refused(account.call("GET", f"/v1/usage?account_id={account.id}"), 403, 403001)
    whole = paid.call("GET", "/v1/usage?account_id=all&group_by=model").json()["usage"][0]
    assert whole["requests"] >= 2
    assert paid.call("GET", f"/v1/usage?account_id={account.id}").json()["usage"][0]["pictures"] == 3


def test_a_tag_is_no_formula_in_a_table(paid):
    account = Account(paid)
    account.finished("?tags=%3DHYPERLINK(1)")
    rows = list(csv.reader(io.StringIO(account.call("GET", "/v1/usage?group_by=tag&format=csv").text)))
    assert rows[1][0] == "'=HYPERLINK(1)"


# ---- Limits ----

def test_submits_and_reads_have_rates_of_their_own(paid):
    account = Account(paid, key={"limits": {"submits_per_minute": 2}})
    first = account.submit()
    assert first.status_code == 200
    assert re.search(r'"submits";q=2;w=60', first.headers["RateLimit-Policy"])
    assert re.search(r'"submits";r=1;', first.headers["RateLimit"])
    assert account.submit().status_code == 200
    third = account.submit()
    refused(third, 429, 429001)
    assert third.json()["retryable"] is True
    assert 1 <= int(third.headers["Retry-After"]) <= 30
    read = account.call("GET", "/v1/account")
    assert read.status_code == 200
    left = re.search(r'"reads";r=(\d+);t=(\d+)', read.headers["RateLimit"])
    assert int(left[1]) < 6000


def test_a_repeat_of_an_accepted_submit_is_answered_before_rate_queue_and_balance(paid):
    account = Account(paid, prepaid=True, limits={"submits_per_minute": 1})
    account.credit(PRICE)
    headers = {"Idempotency-Key": "once"}
    first = account.call("POST", f"/v1/models/{MODEL}", json=SMALL, headers=headers)
    assert first.status_code == 200
    for _ in range(3):
        again = account.call("POST", f"/v1/models/{MODEL}", json=SMALL, headers=headers)
        assert again.status_code == 200, again.text
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json()["request_id"] == first.json()["request_id"]
    refused(account.submit(), 429, 429001)


def test_the_keys_of_an_account_share_its_rate(paid):
    account = Account(paid, limits={"reads_per_minute": 3})
    other = account.call("POST", "/v1/keys", json={"name": "second"}).json()["key"]
    assert account.call("GET", "/v1/account").status_code == 200
    answers = [account.call("GET", "/v1/account", headers={"Authorization": f"Bearer {other}"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_a_full_queue_and_a_limit_of_spending_refuse_a_submit(stuck):
    Account(stuck).submit()
    account = Account(stuck, limits={"queued": 1, "running": 0})
    assert account.submit().status_code == 200
    full = account.submit()
    refused(full, 429, 429002)
    assert "Retry-After" in full.headers
    spender = Account(stuck, limits={"spend_per_day_usd": PRICE * 1.5, "running": 0})
    assert spender.submit().status_code == 200
    refused(spender.submit(), 403, 403001)
    monthly = Account(stuck, key={"limits": {"spend_per_month_usd": PRICE / 2}})
    refused(monthly.submit(), 403, 403001)


def test_a_raised_limit_lets_what_waits_run_at_once(paid):
    account = Account(paid, limits={"running": 0})
    request = account.submit().json()["request_id"]
    assert account.mine()["queued"] == 1
    account.change(limits={"running": 1})
    result = account.call("GET", f"/v1/requests/{request}/result", headers={"Prefer": "wait=20"}).json()
    assert result["status"] == "succeeded"


def test_public_answers_have_no_rate(paid):
    assert "RateLimit" not in requests.get(f"{paid.base}/healthz", timeout=60).headers


# ---- Audit ----

def test_changes_and_refusals_are_in_the_audit_log(paid):
    account = Account(paid, prepaid=True)
    account.submit()
    account.submit()
    account.change(name="renamed")
    account.credit(1)
    account.call("DELETE", f"/v1/keys/{account.key_id}")
    until(lambda: paid.call("GET", f"/v1/audit?account_id={account.id}&action=refused").json()["entries"])
    entries = paid.call("GET", f"/v1/audit?account_id={account.id}").json()["entries"]
    actions = [entry["action"] for entry in entries]
    assert set(actions) == {"account.changed", "account.created", "account.credited", "key.created", "key.revoked", "refused"}
    assert actions.count("refused") <= 2, "once a minute, and a minute may end in between"
    refusal = next(entry for entry in entries if entry["action"] == "refused")
    assert refusal["detail"]["error"] == "insufficient-balance"
    assert refusal["key_id"] == account.key_id
    assert SMALL["prompt"] not in str(entries) and account.key not in str(entries)
    page = paid.call("GET", "/v1/audit?limit=2").json()
    rest = paid.call("GET", f"/v1/audit?limit=2&cursor={page['next_cursor']}").json()
    assert len(page["entries"]) == len(rest["entries"]) == 2
    assert page["entries"][-1]["at"] >= rest["entries"][0]["at"]


def test_accounts_outlive_a_restart(tmp_path):
    server = Server(tmp_path, engines=("null:1",), settings=("--models.price_usd", f"{MODEL}={PRICE}")).start()
    account = Account(server, prepaid=True, limits={"running": 3})
    account.credit(1)
    account.finished()
    before = account.mine()
    assert server.stop() == 0
    server.start()
    after = account.mine()
    assert after["balance_usd"] == before["balance_usd"] == 1 - PRICE
    assert after["limits"] == before["limits"]
    assert math.isclose(after["spent_this_month_usd"], PRICE)
    assert server.stop() == 0
