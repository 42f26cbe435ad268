"""What a run does is told as events where that is wished, in words that stay the same, and as spans of its requests."""

import json
import logging
import math
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes

from evals import events, spans
from evals.provider import Provider
from evals.terms import Watching
from evals.types import Prompt, Response
from evals.watched import Sent
from tests.conftest import Evals
from tests.stub_server import Reply, chat, complaint, serving


def told(text: str) -> list[dict[str, Any]]:
    """The events on standard error, each line of which is one."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("sums")
class TestARun:
    def run(self, evals: Evals, url: str, *more: object) -> "subprocess.CompletedProcess[str]":
        model = f"openai-compatible/m?base_url={url}&price_in=1&price_out=1"
        return evals("run", "./sums", "-m", model, "-n", 2, "--concurrency", 1, "--quiet", *more)

    def test_tells_each_request_and_reply_as_json_and_nothing_else(self, evals: Evals) -> None:
        with serving() as stub:
            stub.plays(Reply(complaint("slow down"), 429, {"retry-after": "0"}), Reply(chat("3")))
            done = self.run(evals, stub.url, "--log-level", "debug", "--log-format", "json")
        assert done.returncode == 0, done.stderr
        found = told(done.stderr)
        names = [each["event"] for each in found]
        assert names[0] == "run began"
        assert names[-1] == "run ended"
        assert names.count("request sent") == 5
        assert names.count("request answered") == names.count("reply written") == 4
        refused = next(each for each in found if each["event"] == "request refused")
        assert (refused["level"], refused["kind"], refused["sample"]) == ("warning", "rate_limit", "00000")
        again = next(each for each in found if each["event"] == "request will be sent again")
        assert again["kind"] == "rate_limit"
        assert again["model"].startswith("openai-compatible/m")

    def test_tells_only_what_is_of_the_level(self, evals: Evals) -> None:
        with serving() as stub:
            stub.plays(Reply(complaint("slow down"), 429, {"retry-after": "0"}), Reply(chat("3")))
            done = self.run(evals, stub.url, "--log-level", "warning")
        (line,) = [line for line in done.stderr.splitlines() if " warning " in line]
        assert "request refused" in line
        assert "request sent" not in done.stderr

    def test_that_has_no_chance_says_so_as_an_event_too(self, evals: Evals) -> None:
        with serving() as stub:
            stub.plays(Reply(complaint("what key?"), 401))
            done = self.run(evals, stub.url, "--log-format", "json")
        assert done.returncode == 2
        found = {each["event"]: each for each in told(done.stderr)}
        assert found["breaker opened"]["kind"] == "auth"
        assert found["run failed"]["level"] == "error"

    def test_tells_nothing_unless_asked(self, evals: Evals) -> None:
        with serving() as stub:
            stub.plays(Reply(complaint("no"), 429, {"retry-after": "0"}), Reply(chat("3")))
            assert self.run(evals, stub.url).stderr == ""


def test_a_program_that_runs_us_hears_events_by_the_logger_s_level(caplog: pytest.LogCaptureFixture) -> None:
    events.event(events.ERROR, "unheard")
    with caplog.at_level(logging.INFO, "evals"):
        events.event(events.INFO, "heard", model="m")
        events.event(events.DEBUG, "too low")
    (record,) = caplog.records
    assert (record.getMessage(), record.fields) == ("heard", {"model": "m"})  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_host_says_cannot_steer_a_terminal(form: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with events.told(Watching("info", form)):
        events.event(events.INFO, "request failed", message="\x1b]0;title\x07\x1b[2Jgone\nnew line")
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\x07" not in err
    assert err.count("\n") == 1
    assert not events.heard(events.ERROR)


# Spans


class Collector(ThreadingHTTPServer):
    """A receiver of OTLP over HTTP; `spans` is what came in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[Any] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        request = ExportTraceServiceRequest()
        data = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            import gzip

            data = gzip.decompress(data)
        request.ParseFromString(data)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()


def attributes(span: Any) -> dict[str, Any]:
    """A span's attributes as plain values."""
    found = {}
    for each in span.attributes:
        kind = each.value.WhichOneof("value")
        value = getattr(each.value, kind)
        found[each.key] = [one.string_value for one in value.values] if kind == "array_value" else value
    return found


@pytest.mark.parametrize("content", [False, True])
def test_a_collector_gets_a_span_of_each_request_below_the_run_s(
    evals: Evals, sums: Path, content: bool
) -> None:
    with serving() as stub, collecting() as collector:
        stub.plays(Reply(b"", 503), Reply(chat("It is 3.", reasoning_content="Hm.")))
        evals.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        model = f"openai-compatible/m?base_url={stub.url}&top_p=0.5"
        more = ["--otel-content"] if content else []
        done = evals(*("run", "./sums", "-m", model, "-n", 2, "--concurrency", 1, "--quiet", "--otel", *more))
        port = stub.server_address[1]
    assert done.returncode == 0, done.stderr
    (whole,) = [span for span in collector.spans if span.name == "evals run"]
    requests = [span for span in collector.spans if span.name != "evals run"]
    assert attributes(whole)["evals.planned"] == 4
    assert len(requests) == 5
    assert {span.parent_span_id for span in requests} == {whole.span_id}
    failed, first, *_ = sorted(requests, key=lambda span: int(span.start_time_unix_nano))
    assert attributes(failed)["error.type"] == "server"
    assert failed.status.code == 2
    found = attributes(first)
    assert (first.name, first.kind) == ("chat m", 3)
    assert (
        found
        | {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai-compatible",
            "gen_ai.request.model": "m",
            "gen_ai.request.top_p": 0.5,
            "gen_ai.request.max_tokens": 512,
            "gen_ai.response.model": "served",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.usage.input_tokens": 20,
            "gen_ai.usage.output_tokens": 8,
            "gen_ai.prompt.name": "sums/plain",
            "server.address": "127.0.0.1",
            "server.port": port,
            "evals.sample": "00000",
        }
        == found
    )
    said = [name for name in found if name.endswith((".messages", ".system_instructions"))]
    assert sorted(said) == (["gen_ai.input.messages", "gen_ai.output.messages"] if content else [])
    if content:
        (turn,) = json.loads(found["gen_ai.output.messages"])
        assert [part["type"] for part in turn["parts"]] == ["reasoning", "text"]
    known = {value for value in vars(gen_ai_attributes).values() if isinstance(value, str)}
    assert {name for name in found if name.startswith("gen_ai.")} <= known


def test_where_no_collector_listens_the_run_is_whole_and_says_so(
    evals: Evals, sums: Path, adder: Path
) -> None:
    with collecting() as gone:
        url = gone.url
    evals.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = url
    done = evals("run", "./sums", "-m", "./adder.py/m", "-n", 1, "--otel")
    assert done.returncode == 0, done.stderr
    assert "3 spans could not be sent" in done.stderr
    assert "Traceback" not in done.stderr


class Plain:
    """As much of a provider as a span looks at."""


class Slow(SpanExporter):
    """A collector as an exporter: takes a batch in so many seconds, or nothing until it is shut down."""

    def __init__(self, batches: float, seconds: float) -> None:
        self.batches, self.seconds, self.over = batches, seconds, Event()

    def export(self, spans: Any) -> SpanExportResult:
        self.batches -= 1
        if self.batches < 0:
            self.over.wait(30)
            return SpanExportResult.FAILURE
        time.sleep(self.seconds)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self.over.set()


@pytest.mark.parametrize(("batches", "lost"), [(math.inf, 0), (2, 512 * 3 + 1), (0, 512 * 5 + 1)])
def test_the_end_waits_for_a_collector_that_takes_spans_and_not_for_one_that_does_not(
    monkeypatch: pytest.MonkeyPatch, batches: float, lost: int
) -> None:
    monkeypatch.setattr(spans, "PATIENCE", 0.3)
    monkeypatch.setattr(
        "opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter", lambda: Slow(batches, 0.1)
    )
    said: list[str] = []
    began = time.monotonic()
    with spans.by_spans({}, said.append, content=False) as watch:
        for _ in range(512 * 5):
            watch(Sent("openai/m", None, Prompt(), cast(Provider, Plain())))(Response("3"))
    assert time.monotonic() - began < 5
    assert [sentence.partition(" spans")[0] for sentence in said] == ([f"{lost:,}"] if lost else [])


def test_a_variable_alone_sends_nothing(evals: Evals, sums: Path, adder: Path) -> None:
    with collecting() as collector:
        evals.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        assert evals("run", "./sums", "-m", "./adder.py/m", "-n", 1, "--quiet").returncode == 0
        assert collector.spans == []


def test_without_the_extra_one_sentence_names_it(sums: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['opentelemetry.sdk'] = None; from evals.cli import main;"
        "sys.argv = ['evals', 'run', './sums', '-n', '1', '--otel']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert done.returncode == 2
    assert "pip install 'behavior-evals[otel]'" in done.stderr
