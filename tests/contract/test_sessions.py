"""Signing in at the console: the cookie, its origin, its CSRF token, and how it ends."""
import requests

from plantain import MODEL


def sign_in(server, headers=None, **body):
    return requests.post(f"{server.base}/v1/sessions", json=body or {"key": server.key}, headers=headers, timeout=60)


class Browser:
    """Calls as a page of the server makes them: with the cookie and the origin, without a key."""

    def __init__(self, server, **body):
        self.server = server
        answer = sign_in(server, **body)
        assert answer.status_code == 201, answer.text
        self.cookie = answer.cookies.get("plantain_session")
        self.csrf = answer.json()["csrf_token"]

    def call(self, method, path, headers=None, **more):
        mine = {"Cookie": f"plantain_session={self.cookie}", "Sec-Fetch-Site": "same-origin"}
        if method != "GET":
            mine |= {"Origin": self.server.base, "X-CSRF-Token": self.csrf}
        mine |= headers or {}
        mine = {name: value for name, value in mine.items() if value is not None}
        return requests.request(method, self.server.base + path, headers=mine, timeout=60, **more)


def test_a_key_signs_in_and_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server):
    answer = sign_in(server)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    name_value, *attributes = [part.strip() for part in answer.headers["Set-Cookie"].split(";")]
    assert name_value.startswith("plantain_session=") and len(name_value) > 40
    assert {"HttpOnly", "SameSite=Strict", "Path=/v1"} <= set(attributes)
    session = answer.json()
    assert session["role"] == "admin"
    assert session["account"]["name"] == "owner"
    assert server.key not in answer.text


def test_a_session_reads_and_submits_and_tells_who_it_is(server):
    browser = Browser(server)
    shown = browser.call("GET", "/v1/sessions")
    assert shown.status_code == 200
    assert shown.json()["csrf_token"] == browser.csrf
    assert browser.call("GET", "/v1/requests").status_code == 200
    submitted = browser.call("POST", f"/v1/models/{MODEL}", json={"prompt": "a fox", "resolution": "0.5K"})
    assert submitted.status_code == 200, submitted.text
    # It is the same account: the key sees what the session made.
    assert server.call("GET", f"/v1/requests/{submitted.json()['request_id']}").status_code == 200


def test_who_calls_with_a_key_has_no_csrf_token(server):
    shown = server.call("GET", "/v1/sessions")
    assert shown.status_code == 200
    assert shown.json()["csrf_token"] is None
    assert server.call("DELETE", "/v1/sessions").status_code == 404


def test_a_change_needs_the_origin_and_the_csrf_token(server):
    browser = Browser(server)
    for headers in ({"Origin": None}, {"Origin": "https://example.org"}, {"Origin": "null"}, {"X-CSRF-Token": None},
                    {"X-CSRF-Token": "a" * 43}, {"X-CSRF-Token": Browser(server).csrf}):
        answer = browser.call("POST", f"/v1/models/{MODEL}", headers=headers, json={"prompt": "a fox"})
        assert (answer.status_code, answer.json()["error_code"]) == (403, 403001), headers


def test_pages_of_other_sites_read_nothing(server):
    browser = Browser(server)
    for headers in ({"Origin": "https://example.org"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = browser.call("GET", "/v1/requests", headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (403, 403001), headers
    # An address that a person types is nobody's page.
    assert browser.call("GET", "/v1/requests", headers={"Sec-Fetch-Site": "none"}).status_code == 200


def test_another_site_cannot_sign_a_person_in(server):
    assert sign_in(server, headers={"Origin": "https://example.org"}).status_code == 403
    assert sign_in(server, headers={"Origin": server.base}).status_code == 201
    local = server.base.replace("127.0.0.1", "localhost")
    answer = requests.post(f"{local}/v1/sessions", json={"key": server.key}, headers={"Origin": local}, timeout=60)
    assert answer.status_code == 201


def test_signing_out_ends_the_session_and_takes_the_cookie_away(server):
    browser, other = Browser(server), Browser(server)
    done = browser.call("DELETE", "/v1/sessions")
    assert done.status_code == 204
    assert "Max-Age=0" in done.headers["Set-Cookie"]
    assert browser.call("GET", "/v1/sessions").status_code == 401
    assert other.call("GET", "/v1/sessions").status_code == 200


def test_a_one_time_token_signs_in_once(server):
    made = server.call("POST", "/v1/sessions/tokens")
    assert made.status_code == 201
    assert made.json()["url"] == f"{server.base}/#token={made.json()['token']}"
    browser = Browser(server, token=made.json()["token"])
    assert browser.call("GET", "/v1/sessions").json()["role"] == "admin"
    again = sign_in(server, token=made.json()["token"])
    assert (again.status_code, again.json()["error_code"]) == (401, 400004)


def test_revoking_the_key_ends_its_sessions(server):
    made = server.call("POST", "/v1/keys", json={"name": "short-lived"}).json()
    browser = Browser(server, key=made["key"])
    assert browser.call("GET", "/v1/sessions").json()["role"] == "user"
    assert browser.call("GET", "/v1/system").status_code == 403
    assert server.call("DELETE", f"/v1/keys/{made['key_id']}").status_code == 204
    assert browser.call("GET", "/v1/sessions").status_code == 401
    assert sign_in(server, key=made["key"]).status_code == 401


def test_what_is_neither_a_key_nor_a_token_is_refused(server):
    for body in ({}, {"key": 1}, {"key": "pt_x", "token": "x"}, {"kee": "pt_x"}, []):
        answer = requests.post(f"{server.base}/v1/sessions", json=body, timeout=60)
        assert answer.status_code == (400 if body == [] else 422), body
    for body in ({"key": "pt_unknown"}, {"token": "unknown"}, {"key": ""}):
        assert requests.post(f"{server.base}/v1/sessions", json=body, timeout=60).status_code == 401, body
    worker = server.call("POST", "/v1/keys", json={"name": "gpu", "role": "worker"}).json()
    assert sign_in(server, key=worker["key"]).status_code == 403
    assert server.call("DELETE", f"/v1/keys/{worker['key_id']}").status_code == 204
