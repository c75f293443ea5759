"""A server that speaks the public contract of Google's generateContent, its faults included, and counts what it is paid for.

What a call means follows from its JSON alone; faults are dealt out by a dice of the test's own, so that a run can be repeated.
"""
import base64
import hashlib
import io
import json
import random
import re
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

SIZES = {  # at 1K; 512 is half of it, 2K and 4K twice and four times
    "21:9": (1584, 672), "16:9": (1376, 768), "3:2": (1264, 848), "4:3": (1200, 896), "5:4": (1152, 928),
    "1:1": (1024, 1024), "4:5": (928, 1152), "3:4": (896, 1200), "2:3": (848, 1264), "9:16": (768, 1376)}
SCALES = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}
CATEGORIES = {f"HARM_CATEGORY_{name}" for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")}
THRESHOLDS = {"OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"}
XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType='
       b'"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>')


def jpeg(size, colour):
    """A JPEG with content credentials (a JUMBF box in APP11) and XMP, as Google's have."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG", quality=80, xmp=XMP)
    data = file.getvalue()
    box = b"JP\x00\x01\x00\x00\x00\x01" + b"\x00\x00\x00\x10jumb\x00\x00\x00\x08jumd"
    return data[:2] + b"\xff\xeb" + struct.pack(">H", len(box) + 2) + box + data[2:]


class Fault(Exception):
    """An answer other than a picture."""

    def __init__(self, status, body, headers=None):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


def problem(code, status, message, *details):
    return Fault(code, {"error": {"code": code, "status": status, "message": message, "details": list(details)}})


def invalid(message):
    return problem(400, "INVALID_ARGUMENT", message)


def too_many(delay=None, per_day=False):
    quota = "GenerateRequestsPerDayPerProjectPerModel" if per_day else "GenerateRequestsPerMinutePerProjectPerModel"
    details = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]}]
    if delay:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
    return problem(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", *details)


class Google:
    """The server. `faults` is a list of functions that a call meets one by one before it is answered well, or a function that
    chooses one for each call. `paid` counts finished pictures by prompt, `calls` holds every call that came."""

    KEY = "AIza-only-for-tests-0123456789"

    def __init__(self, models=("gemini-nano-banana-2.1", "gemini-3.1-flash-image")):
        self.models = set(models)
        self.small = {"gemini-3.1-flash-image"}  # those that make 512
        self.faults = []
        self.calls = []
        self.paid = {}
        self.delivered = {}
        self.delay = 0
        self.lock = threading.Lock()
        google = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def log_message(self, *args):
                pass

            def do_GET(self):
                google.describe(self)

            def do_POST(self):
                google.generate(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    # -- what Google does --------------------------------------------------------------------

    def describe(self, handler):
        try:
            model = self.known_model(handler, "")
            send(handler, 200, {"name": f"models/{model}"})
        except Fault as fault:
            send(handler, fault.status, fault.body)

    def generate(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        try:
            model = self.known_model(handler, ":generateContent")
            call = json.loads(body)
            check(call, model in self.small)
            prompt = call["contents"][0]["parts"][0]["text"]
            with self.lock:
                self.calls.append({"model": model, "body": call})
                fault = self.next_fault()
            if self.delay:
                time.sleep(self.delay)
            if fault:
                fault(self, handler, call, prompt)
            else:
                self.answer_well(handler, call, prompt)
        except Fault as fault:
            send(handler, fault.status, fault.body, fault.headers)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def next_fault(self):
        if callable(self.faults):
            return self.faults()
        return self.faults.pop(0) if self.faults else None

    def known_model(self, handler, method):
        key = handler.headers.get("x-goog-api-key", "")
        bearer = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        path = re.fullmatch(r"/v1beta/models/([^/:]+)" + method, handler.path)
        vertex = re.fullmatch(r"/v1/projects/[^/]+/locations/[^/]+/publishers/google/models/([^/:]+)" + method, handler.path)
        if not path and not vertex:
            raise problem(404, "NOT_FOUND", "no such method")
        if (bearer if vertex else key) != self.KEY:
            if vertex:
                raise problem(401, "UNAUTHENTICATED", f"bad credentials {bearer}")
            raise problem(400, "INVALID_ARGUMENT", f"API key not valid: {key}", {"reason": "API_KEY_INVALID"})
        model = (path or vertex)[1]
        if model not in self.models:
            raise problem(404, "NOT_FOUND", f"models/{model} is not found")
        return model

    def pay(self, prompt):
        with self.lock:
            self.paid[prompt] = self.paid.get(prompt, 0) + 1

    def answer_well(self, handler, call, prompt, send_it=True):
        answer = self.pictures(call, prompt)
        self.pay(prompt)
        if send_it and send(handler, 200, answer):
            with self.lock:
                self.delivered[prompt] = self.delivered.get(prompt, 0) + 1

    def pictures(self, call, prompt):
        image = call["generationConfig"]["imageConfig"]
        width, height = SIZES[image.get("aspectRatio", "3:2")]
        scale = SCALES[image["imageSize"]]
        size = (int(width * scale), int(height * scale))
        dice = hashlib.sha256(json.dumps(call, sort_keys=True).encode()).digest()
        several = int(match[1]) if (match := re.search(r"(\d) pictures", prompt)) else 1
        parts = [{"thought": True, "inlineData": {"mimeType": "image/png", "data": base64.b64encode(jpeg((64, 64), (1, 2, 3))).decode()}}]
        for k in range(several):
            colour = tuple(dice[3 * k:3 * k + 3])
            # The type is wrong on purpose: only the bytes count.
            parts.append({"inlineData": {"mimeType": "image/png", "data": base64.b64encode(jpeg(size, colour)).decode()}})
        candidate = {"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
        if any("googleSearch" in tool for tool in call.get("tools", [])):
            candidate["groundingMetadata"] = {
                "webSearchQueries": ["weather oslo"],
                "groundingChunks": [{"web": {"uri": "https://weather.example/oslo", "title": "Oslo today"}}]}
        return {"candidates": [candidate], "modelVersion": "gemini-nano-banana-2.1", "responseId": dice.hex()[:16],
                "usageMetadata": {"promptTokenCount": 14, "candidatesTokenCount": 1120}}


def check(call, small):
    """What Google refuses with INVALID_ARGUMENT, as far as its documents say."""
    known = {"contents", "systemInstruction", "safetySettings", "generationConfig", "tools"}
    if unknown := set(call) - known:
        raise invalid(f"Unknown name {unknown}")
    config = call["generationConfig"]
    if unknown := set(config) - {"responseModalities", "imageConfig", "seed", "temperature", "thinkingConfig"}:
        raise invalid(f"Unknown name {unknown}")
    image = config["imageConfig"]
    if set(image) - {"aspectRatio", "imageSize"} or image.get("aspectRatio", "1:1") not in SIZES:
        raise invalid("aspect ratio")
    if image["imageSize"] not in SCALES or (image["imageSize"] == "512" and not small):
        raise invalid(f"image size {image['imageSize']} is not supported")
    if not isinstance(config["seed"], int) or not 0 <= config["seed"] < 2**31:
        raise invalid("seed")
    settings = {each["category"]: each["threshold"] for each in call["safetySettings"]}
    if set(settings) != CATEGORIES or set(settings.values()) - THRESHOLDS:
        raise invalid("safety settings")


def send(handler, status, body, headers=None):
    """True when the whole answer was handed to the other side's system."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)
        handler.wfile.flush()
        return True
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True
        return False


# -- faults: each is called with (google, handler, call, prompt) --------------------------------


def says(fault):
    def answer(google, handler, call, prompt):
        raise fault
    return answer


def refuses(reason):
    return says(Fault(200, {"candidates": [{"finishReason": reason}]}))


def blocks(reason):
    return says(Fault(200, {"promptFeedback": {"blockReason": reason}}))


def talks(google, handler, call, prompt):
    send(handler, 200, {"candidates": [{"content": {"parts": [{"text": "I would rather not."}]}, "finishReason": "STOP"}]})


def hangs_up_before(google, handler, call, prompt):
    """The connection is cut before the picture was made."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def hangs_up_after(google, handler, call, prompt):
    """The picture was made and paid for; the answer is cut in the middle."""
    google.answer_well(handler, call, prompt, send_it=False)
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"candidates\": [")
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def babbles(google, handler, call, prompt):
    """Paid for, and not what the contract promises."""
    google.pay(prompt)
    send(handler, 200, random.choice([b"", b"<html>oh</html>", b'{"candidates":' + b"[" * 5000, b'{"a":1,"a":2}', b"\xff\xfe\x00"]))


def sends_no_picture(google, handler, call, prompt):
    google.pay(prompt)
    data = base64.b64encode(b"\xff\xd8\xff\xe0 not a picture").decode()
    send(handler, 200, {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/jpeg", "data": data}}]},
                                        "finishReason": "STOP"}]})


def gateway_fails(google, handler, call, prompt):
    """Somebody between us and Google answers; whether Google worked is not known."""
    google.pay(prompt)
    send(handler, 502, b"<html>Bad Gateway</html>")


def dawdles(seconds):
    def answer(google, handler, call, prompt):
        time.sleep(seconds)
        google.answer_well(handler, call, prompt)
    return answer
