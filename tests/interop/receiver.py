"""A receiver of webhooks that is not ours: judges each by the library of the Standard Webhooks specification, tells it as a
line of JSON, and ends with its standard input.

    receiver.py PORT SECRET still|running

With `still` the sender's clock stands still, and the time of a webhook is not judged. A line of its standard input says what
is answered from then on: a status, or `hold` for no answer at all.
"""

import json
import os
import sys
import threading
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PORT, SECRET, CLOCK = sys.argv[1:]
answer = ["204"]


class Still(Webhook):
    def _Webhook__verify_timestamp(self, header):
        return datetime.fromtimestamp(int(header), tz=timezone.utc)


judge = (Still if CLOCK == "still" else Webhook)(SECRET)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            content, fault = judge.verify(body, dict(self.headers)), None
        except WebhookVerificationError as error:
            content, fault = None, str(error)
        said = answer[0]
        tell({
            "id": self.headers["webhook-id"],
            "key": self.headers["idempotency-key"],
            "type": self.headers["content-type"],
            "content": content,
            "fault": fault,
            "answer": said,
        })
        if said == "hold":
            threading.Event().wait()
        self.send_response(int(said))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def tell(said):
    print(json.dumps(said), flush=True)


server = ThreadingHTTPServer(("127.0.0.1", int(PORT)), Receiver)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
tell({"port": server.server_port})
for line in sys.stdin:
    answer[0] = line.strip()
    tell({"answers": answer[0]})
os._exit(0)
