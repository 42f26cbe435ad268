"""What can go wrong with a host, met by the command line: one sentence that names the fix, and the key nowhere."""

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import SUITE, Evals
from tests.shapes import KEY, TROUBLES
from tests.stub_server import Reply, serving
from tools.real_servers import free_port


@dataclass(frozen=True)
class Case:
    """A trouble, and how a run of a few questions ends.

    Attributes:
        name: of one of `TROUBLES`, whose reply the host gives; or of what else is set up below.
        status: of the command.
        words: what it says.
        items: how many questions are asked; what may pass ends a run only after ten.
    """

    name: str
    status: int
    words: Sequence[str]
    items: int = 2


CASES = (
    Case("no key", 2, ["place needs an API key and PLACE_API_KEY is not set", "export PLACE_API_KEY=..."]),
    Case("wrong key", 2, ["place refused the key in PLACE_API_KEY (401)", "export PLACE_API_KEY=..."]),
    Case("masked key", 2, ["place refused the key in PLACE_API_KEY (401)", "export PLACE_API_KEY=..."]),
    Case("expired key", 2, ["refused the key in PLACE_API_KEY (401): Your API key has expired.", "set the"]),
    Case("no credit", 2, ["place has no credit left for this key (429)", "add credit there"]),
    Case("payment", 2, ["place has no credit left for this key (402)", "add credit there"]),
    Case("unknown model", 2, ["place does not have the model 'some-model' (404)", "spells its name"]),
    Case("region", 2, ["place does not serve this place (403): Country, region", "try another host"]),
    Case("too long", 0, ["too_long: place has no room for the prompt and its reply (400): This model"]),
    Case("filtered", 3, ["filtered: place refused by its content policy (400)"]),
    Case("server down", 3, ["place failed (503): 503 Down for now; trying again", "evals run --resume"]),
    Case("nothing there", 2, ["nothing answers at http://127.0.0.1:", "start it with: serve it"]),
    Case("no such name", 2, ["there is no host called host.invalid", "check the network and base_url"]),
    Case("own certificate", 2, ["no safe connection to https://127.0.0.1:", "are named by SSL_CERT_FILE"]),
    Case("not TLS", 2, ["no safe connection to https://127.0.0.1:", "check base_url"]),
    Case("web page", 2, ["place answered with a web page instead of JSON", "it usually ends in /v1"], 12),
    Case("web server", 2, ["place has nothing at http://127.0.0.1:", "(501)", "it usually ends in /v1"]),
)


@contextmanager
def plain_web_server(certificate: Path | None = None) -> Iterator[str]:
    """A real server that serves files and is no model's host; the address up to and with /v1."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    scheme = "http"
    if certificate:
        scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """What it answers is seen from the other side."""


def self_signed(path: Path) -> Path:
    """A certificate that nobody vouches for, with its key, as a file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    kept = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(kept + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def address(name: str, stack: ExitStack, folder: Path) -> str:
    """Where a trouble is to be met."""
    if name == "nothing there":
        return f"http://127.0.0.1:{free_port()}/v1"
    if name == "no such name":
        return "http://host.invalid/v1"
    if name in ("web server", "not TLS"):
        url = stack.enter_context(plain_web_server())
        return url if name == "web server" else url.replace("http:", "https:")
    if name == "own certificate":
        return stack.enter_context(plain_web_server(self_signed(folder / "own.pem")))
    stub = stack.enter_context(serving())
    replies = {each.name: each.reply for each in TROUBLES["chat"]} | {
        "server down": Reply("<title>503 Down for now</title>", 503, {"retry-after": "0"})
    }
    stub.plays(replies.get(name, Reply()))
    return stub.url


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trouble_is_told_in_a_sentence_that_names_the_fix_and_no_file_holds_the_key(
    case: Case, evals: Evals, tmp_path: Path
) -> None:
    (tmp_path / "sums.py").write_text(SUITE)
    if case.name != "no key":
        evals.env["PLACE_API_KEY"] = KEY
    with ExitStack() as stack:
        url = address(case.name, stack, tmp_path)
        (tmp_path / "place.py").write_text(
            '"""A place."""\nfrom evals.host import Host\n'
            f'connect = Host("place", "{url}", key="PLACE_API_KEY", start="serve it").connect\n'
        )
        done = evals("run", "./sums.py", "-m", "./place.py/some-model", "-n", case.items, "--arm", "plain")
    said = " ".join((done.stderr + done.stdout).split())
    assert done.returncode == case.status, said
    assert [words for words in case.words if words not in said] == [], said
    assert "Traceback" not in said
    shown = said.replace("PLACE_API_KEY", "").lower()
    assert [part for part in (KEY[:8].lower(), "bearer", "authorization") if part in shown] == []
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "own.pem"]
    assert [
        path for path in files if KEY.encode() in path.read_bytes() or b"Bearer" in path.read_bytes()
    ] == []
