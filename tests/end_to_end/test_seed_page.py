"""The curls of the page that everything starts from, unchanged but for base address and key."""
import json
import subprocess

import requests

from plantain import until

SUBMIT = r"""curl --request POST \
  --url https://model-api.runcomfy.net/v1/models/google/nano-banana-2/text-to-image \
  --header "Content-Type: application/json" \
  --header "Authorization: Bearer <token>" \
  --data '{
    "prompt": "A cinematic close-up portrait of an American woman standing under neon lights in rainy Tokyo, shallow depth of field, reflective wet streets, ultra-detailed, realistic skin texture"
  }'
"""
STATUS = r"""curl --request GET \
  --url https://model-api.runcomfy.net/v1/requests/{request_id}/status \
  --header "Authorization: Bearer <token>"
"""
RESULT = r"""curl --request GET \
  --url https://model-api.runcomfy.net/v1/requests/{request_id}/result \
  --header "Authorization: Bearer <token>"
"""
CANCEL = r"""curl --request POST \
  --url https://model-api.runcomfy.net/v1/requests/{request_id}/cancel \
  --header "Authorization: Bearer <token>"
"""


def curl(server, text, request_id=""):
    command = text.replace("https://model-api.runcomfy.net", server.base).replace("<token>", server.key)
    command = command.replace("{request_id}", request_id)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_four_curls_of_the_page_work_in_their_order(server):
    submitted = curl(server, SUBMIT)
    request_id = submitted["request_id"]
    assert submitted["status_url"] == f"{server.base}/v1/requests/{request_id}/status"
    assert submitted["result_url"] == f"{server.base}/v1/requests/{request_id}/result"
    assert submitted["cancel_url"] == f"{server.base}/v1/requests/{request_id}/cancel"

    assert curl(server, STATUS, request_id)["status"] in {"in_queue", "in_progress", "completed"}
    until(lambda: curl(server, STATUS, request_id)["status"] == "completed")

    result = curl(server, RESULT, request_id)
    assert result["status"] == "succeeded"
    assert result["output"]["image"] == result["output"]["images"][0]
    picture = requests.get(result["output"]["image"], timeout=60)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")

    cancelled = curl(server, CANCEL, request_id)
    assert cancelled == {"request_id": request_id, "status": "completed", "outcome": "not_cancellable"}


def test_a_queued_request_is_cancelled_by_the_curl_of_the_page(idle):
    running = curl(idle, SUBMIT)["request_id"]
    queued = curl(idle, SUBMIT)["request_id"]
    until(lambda: curl(idle, STATUS, running)["status"] == "in_progress")

    assert curl(idle, STATUS, queued)["queue_position"] == 0
    assert curl(idle, CANCEL, queued) == {"request_id": queued, "status": "cancelled", "outcome": "cancelled"}
    assert curl(idle, RESULT, queued)["status"] == "cancelled"
    assert "output" not in curl(idle, RESULT, queued)
    assert curl(idle, CANCEL, running)["outcome"] == "not_cancellable", "what runs cannot be cancelled by default"

    idle.call("POST", f"/v1/requests/{running}/cancel?running=true")
    until(lambda: curl(idle, STATUS, running)["status"] == "cancelled", seconds=15)
