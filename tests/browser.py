"""A real browser for tests: headless Chromium, spoken to over a pipe in the DevTools protocol, without a port or a library."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-color-profile=srgb"),
)


class Tab:
    """One page in the browser.

    Attributes:
        requests: the addresses that were asked for since it opened, in order.
        errors: what the page's scripts threw, and what its policy forbade.
        received: of each answer that came from a server, by what the browser knows it: its address and head.
    """

    def __init__(self, ask: IO[bytes], answer: IO[bytes]) -> None:
        self._ask, self._answer = ask, answer
        self._read = bytearray()
        self._last = 0
        self._session = ""
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.received: dict[str, str] = {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Ask the browser for something, and wait for its answer; what happens meanwhile is noted."""
        self._last += 1
        sent: dict[str, Any] = {"id": self._last, "method": method, "params": arguments}
        if self._session:
            sent["sessionId"] = self._session
        self._ask.write(json.dumps(sent).encode() + b"\0")
        while (said := self._next()).get("id") != self._last:
            self._note(said)
        if "error" in said:
            raise AssertionError(f"{method}: {said['error']['message']}")
        found: dict[str, Any] = said["result"]
        return found

    def _next(self) -> dict[str, Any]:
        while (end := self._read.find(b"\0")) < 0:
            data = os.read(self._answer.fileno(), 1 << 20)
            if not data:
                raise AssertionError("the browser is gone")
            self._read += data
        said: dict[str, Any] = json.loads(self._read[:end])
        del self._read[: end + 1]
        return said

    def _note(self, said: dict[str, Any]) -> None:
        told = said.get("params", {})
        match said.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.responseReceived":
                answer = told["response"]
                self.received[told["requestId"]] = f"{answer['url']} {answer['headers']}"
            case "Page.javascriptDialogOpening":
                self.errors.append(f"a dialog: {told['message']}")
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(told["exceptionDetails"]))
            case "Log.entryAdded":
                self.errors.append(told["entry"]["text"])

    def open(
        self, address: str, *, width: int = 1280, height: int = 900, dark: bool = False, script: bool = True
    ) -> None:
        """Go to an address, and wait until it is loaded."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call("Page.navigate", url="about:blank")  # else a link within the page would not load it anew
        self._wait("Page.loadEventFired")
        self.requests.clear()
        self.errors.clear()
        self.call("Page.navigate", url=address)
        self._wait("Page.loadEventFired")

    def _wait(self, method: str) -> None:
        while (said := self._next()).get("method") != method:
            self._note(said)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for where it says await."""
        how = {"returnByValue": True, "awaitPromise": True, "replMode": True}
        found = self.call("Runtime.evaluate", expression=script, **how)
        if "exceptionDetails" in found:
            raise AssertionError(found["exceptionDetails"]["exception"]["description"])
        return found["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until an expression is true, at most twenty seconds."""
        end = monotonic() + 20
        while not self.run(f"Boolean({script})"):  # of an element no value comes back
            if monotonic() > end:
                raise AssertionError(f"it never came true: {script}")
            sleep(0.01)

    def press(self, key: str, text: str = "") -> None:
        """One key, down and up: "Tab", "Enter", or a letter."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}
        more = {
            "windowsVirtualKeyCode": codes.get(key, 0),
            "key": key,
            "text": text or ("\r" if key == "Enter" else ""),
        }
        self.call("Input.dispatchKeyEvent", type="keyDown", **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def click(self, selector: str, times: int = 1) -> None:
        """The mouse on the middle of an element: once, or twice as quickly as one clicks double."""
        x, y = self.run(
            f"(() => {{ const r = document.querySelector({selector!r}).getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + r.height / 2] })()"
        )
        for count in range(1, times + 1):
            how = {"x": x, "y": y, "button": "left", "clickCount": count}
            self.call("Input.dispatchMouseEvent", type="mousePressed", **how)
            self.call("Input.dispatchMouseEvent", type="mouseReleased", **how)

    def heard(self) -> str:
        """All that servers have sent: addresses, heads and bodies, as far as the browser still has them."""
        found = []
        for name, head in self.received.items():
            try:
                found.append(head + self.call("Network.getResponseBody", requestId=name)["body"])
            except AssertionError:  # of a page that was left
                found.append(head)
        return "\n".join(found)

    def type(self, text: str) -> None:
        """A text into what has the focus."""
        self.call("Input.insertText", text=text)

    def picture(self, path: Path) -> None:
        """What is seen, as a PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """A browser of its own with one page, ended when done with."""
    ask_end, ask = os.pipe()
    answer, answer_end = os.pipe()
    command = f'exec "$0" "$@" 3<&{ask_end} 4>&{answer_end}'
    process = subprocess.Popen(
        ["bash", "-c", command, "chromium", *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=(ask_end, answer_end),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(ask_end)
    os.close(answer_end)
    try:
        with os.fdopen(ask, "wb", 0) as asking, os.fdopen(answer, "rb", 0) as answering:
            tab = Tab(asking, answering)
            yield tab
            tab.call("Browser.close")
    finally:
        process.kill()
        process.wait()
