"""Receives webhooks of a Fanfare and verifies them with the package standardwebhooks; deploy/standardwebhooks runs it.

    verify-webhooks.py rotate|again HTTP INTERNAL PORT FILE

`rotate` subscribes, and rotates the secret twice between events; `again` expects the secrets that `rotate` has left in FILE.
"""

import base64
import http.server
import json
import os
import queue
import sys
import threading
import urllib.request
from datetime import datetime, timedelta, timezone

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

mode, http_url, internal_url, port, path = sys.argv[1:]
subscriptions = "/api/v1/events/subscriptions/project/shop/"
arrivals = queue.Queue()
faults = []


class Receiver(http.server.BaseHTTPRequestHandler):
    """Fails the first attempt of each delivery, so that a retry is seen as well."""

    seen = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        arrivals.put((self.path, dict(self.headers), body))
        is_first = self.headers["webhook-id"] not in Receiver.seen
        Receiver.seen.add(self.headers["webhook-id"])
        self.send_response(503 if is_first else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(method, url, document=None):
    request = urllib.request.Request(url, method=method, data=None if document is None else json.dumps(document).encode())
    request.add_header("Authorization", "Bearer " + os.environ["FANFARE_TOKEN"])
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def check(sentence, is_so):
    print(("ok      " if is_so else "FAILED  ") + sentence)
    if not is_so:
        faults.append(sentence)


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


def secrets():
    """All that are good now, the newest first."""
    answer = ask("GET", http_url + subscriptions + "hook/secret")
    return [answer["secret"]] + [entry["secret"] for entry in answer["previous"]]


def webhooks(identifier, count):
    """What arrives of an event: each format's first attempt and its retry."""
    event = {"id": identifier, "type": "ADD_BUILD", "inventory_project": "shop", "data": {"name": "Zoë ☃", "n": 12345678901234567890}}
    request = urllib.request.Request(internal_url + "/internal/create-event", data=json.dumps(event, ensure_ascii=False).encode())
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=30).close()
    return [arrivals.get(timeout=30) for _ in range(count)]


def look_at(identifier, good, bad):
    found = webhooks(identifier, 6)
    hooks = [(headers, body) for place, headers, body in found if place == "/hook"]
    others = [(headers, body) for place, headers, body in found if place != "/hook"]
    check(f"{identifier}: {len(good)} secrets sign each attempt", len(hooks) == 2 and all(
        verifies(secret, body, headers) for secret in good for headers, body in hooks))
    check(f"{identifier}: no other secret does", not any(verifies(secret, body, headers) for secret in bad for headers, body in hooks))
    check(f"{identifier}: nor does it sign for other subscriptions", len(others) == 4 and not any(
        verifies(secret, body, headers) for secret in good for headers, body in others))
    check(f"{identifier}: as many signatures as secrets", all(
        len(headers["webhook-signature"].split(" ")) == len(good) for headers, _ in hooks))
    check(f"{identifier}: a retry has the same id", len({headers["webhook-id"] for headers, _ in hooks}) == 1)
    for headers, body in hooks:
        stamp = int(headers["webhook-timestamp"])
        signatures = headers["webhook-signature"].split(" ")
        first = bytearray(base64.b64decode(signatures[0].removeprefix("v1,")))
        first[0] ^= 1
        tampered = {
            "body": (body.replace(b"ADD_BUILD", b"ADD_BUILT"), headers),
            "body's end": (body + b" ", headers),
            "timestamp": (body, headers | {"webhook-timestamp": str(stamp + 1)}),
            "id": (body, headers | {"webhook-id": headers["webhook-id"][:-1] + "_"}),
            "signature": (body, headers | {"webhook-signature": "v1," + base64.b64encode(first).decode()}),
        }
        for what, (other_body, other_headers) in tampered.items():
            check(f"{identifier}: another {what} is refused", not any(verifies(secret, other_body, other_headers) for secret in good))
        theirs = Webhook(good[0]).sign(headers["webhook-id"], datetime.fromtimestamp(stamp, tz=timezone.utc), body.decode())
        check(f"{identifier}: the package signs the same", theirs == signatures[0])
        # The package refuses what is older than five minutes; signed anew for then, it is the age alone that is wrong.
        old = datetime.now(tz=timezone.utc) - timedelta(minutes=10)
        stale = headers | {
            "webhook-timestamp": str(int(old.timestamp())),
            "webhook-signature": Webhook(good[0]).sign(headers["webhook-id"], old, body.decode()),
        }
        check(f"{identifier}: an old webhook is refused", not verifies(good[0], body, stale))


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
if mode == "rotate":
    place = f"http://127.0.0.1:{port}/"
    ask("PUT", http_url + subscriptions, [
        {"id": "hook", "type": "webhook", "url": place + "hook"},
        {"id": "cloud", "type": "webhook", "url": place + "cloud", "format": "cloudevents"},
        {"id": "thin", "type": "webhook", "url": place + "thin", "format": "thin"},
    ])
    known = secrets()
    look_at("first", known, ["whsec_" + base64.b64encode(bytes(32)).decode()])
    for number in ("second", "third"):
        ask("POST", http_url + subscriptions + "hook/secret/rotate")
        newest = secrets()
        check(f"{number}: the secret is new and those before are kept", newest[1:] == known and newest[0] not in known)
        known = newest
        look_at(number, known, ["whsec_" + base64.b64encode(bytes(32)).decode()])
    with open(path, "w", encoding="utf-8") as file:
        json.dump(known, file)
else:
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    check("the secrets are those from before", secrets() == known)
    look_at("again", known, ["whsec_" + base64.b64encode(bytes(32)).decode()])
sys.exit(1 if faults else 0)
