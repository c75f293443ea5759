"""What the server counts about itself."""
import re

import requests

from plantain import MODEL, Server


def value(text, name, **labels):
    """The value of the one sample of that name with these labels."""
    found = [line for line in text.splitlines() if re.match(rf"{name}[{{ ]", line)
             and all(f'{label}="{wanted}"' in line for label, wanted in labels.items())]
    assert len(found) == 1, f"{name} {labels}: {found}"
    return float(found[0].rsplit(" ", 1)[1])


def test_answers_runs_and_states_are_counted(tmp_path):
    server = Server(tmp_path, engines=("null:1",)).start()
    for _ in range(3):
        server.generate(prompt="a fox", resolution="0.5K")
    server.call("POST", f"/v1/models/{MODEL}", json={})

    answer = server.call("GET", "/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    route = "/v1/models/{model_id...}"
    assert value(answer.text, "plantain_calls_total", route=route, method="POST", status=200) == 3
    assert value(answer.text, "plantain_calls_total", route=route, method="POST", status=422) == 1
    assert value(answer.text, "plantain_request_states_total", state="succeeded") == 3
    assert value(answer.text, "plantain_run_seconds_count", model=MODEL, engine="null:1", outcome="succeeded") == 3
    assert value(answer.text, "plantain_workers", engine="null:1", own="true") == 1
    assert value(answer.text, "plantain_free_bytes") > 0
    assert "a fox" not in answer.text and server.key not in answer.text
    assert server.stop() == 0


def test_metrics_are_for_admins(server):
    assert requests.get(server.base + "/metrics", timeout=30).status_code == 401
    user = server.call("POST", "/v1/keys", json={"name": "user", "role": "user"}).json()
    answer = requests.get(server.base + "/metrics", timeout=30, headers={"Authorization": f"Bearer {user['key']}"})
    assert answer.status_code == 403
