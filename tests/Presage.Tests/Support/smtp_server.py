"""A mail server for tests: aiosmtpd with TLS, AUTH and failures on demand. Prints "ready PORT" and runs until killed.

Each accepted mail becomes FOLDER/N.eml, with X-MailFrom, X-RcptTo and X-User put in front.
"""
import argparse
import asyncio
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--folder", required=True)
parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
parser.add_argument("--cert")
parser.add_argument("--key")
parser.add_argument("--auth", help="user:password")
parser.add_argument("--fail", help="answer to RCPT, for example '451 4.7.1 try later'")
parser.add_argument("--fail-count", type=int, default=1 << 30, help="how many RCPT are answered so")
parser.add_argument("--die", choices=["data", "never"], default="never", help="die when the mail arrives, before 250")
parser.add_argument("--hang", action="store_true", help="never answer RCPT")
options = parser.parse_args()


class Handler:
    def __init__(self):
        self.mails = 0
        self.failures = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if options.hang:
            print("hanging", flush=True)
            await asyncio.sleep(3600)
        if options.fail and self.failures < options.fail_count:
            self.failures += 1
            return options.fail
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if options.die == "data":
            os._exit(9)
        self.mails += 1
        user = getattr(session.auth_data, "login", b"").decode()
        head = f"X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {', '.join(envelope.rcpt_tos)}\r\nX-User: {user}\r\n"
        path = os.path.join(options.folder, f"{self.mails}.eml")
        with open(path + ".part", "wb") as file:
            file.write(head.encode() + envelope.original_content)
        os.rename(path + ".part", path)
        print("mail", self.mails, flush=True)
        return f"250 2.0.0 Ok: queued as TEST{self.mails}"


def check(server, session, envelope, mechanism, data):
    user, password = options.auth.split(":", 1)
    good = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=good, handled=good, auth_data=data)


async def main():
    context = None
    if options.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.cert, options.key)
    handler = Handler()

    def factory():
        return SMTP(
            handler,
            hostname="localhost",
            authenticator=check if options.auth else None,
            auth_required=bool(options.auth),
            auth_require_tls=options.tls == "starttls",
            tls_context=context if options.tls == "starttls" else None,
            require_starttls=options.tls == "starttls",
        )

    server = await asyncio.get_running_loop().create_server(
        factory, "127.0.0.1", options.port, ssl=context if options.tls == "implicit" else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
