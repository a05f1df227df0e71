"""A mail server that is not ours (aiosmtpd): tells each mail it took as a line of JSON, and ends with its standard input.

    mailbox.py PORT [CERTIFICATE KEY USER PASSWORD]

With a certificate it wants STARTTLS and the account first. Nobody is `nobody@…`, and `busy@…` is to be tried later.
"""

import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Mailbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}>: no such user here"
        if address.startswith("busy@"):
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        tell({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "tls": session.ssl is not None,
            "user": session.auth_data,
            "subject": mail["Subject"],
            "id": mail["Message-ID"],
            "auto": mail["Auto-Submitted"],
            "text": mail.get_content(),
        })
        return "250 OK"


def tell(said):
    print(json.dumps(said), flush=True)


def main(port, certificate=None, key=None, user=None, password=None):
    options = {}
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate, key)

        def judge(server, session, envelope, mechanism, given):
            right = (given.login, given.password) == (user.encode(), password.encode())
            return AuthResult(success=right, auth_data=user)

        options = {"tls_context": tls, "require_starttls": True, "authenticator": judge, "auth_required": True}
    server = Controller(Mailbox(), hostname="127.0.0.1", port=int(port), **options)
    # `port=0` takes a free one, which the controller's own first connection must know.
    if port == "0":
        import socket

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            server.port = free.getsockname()[1]
    server.start()
    tell({"port": server.port})
    sys.stdin.read()
    server.stop()


main(*sys.argv[1:])
