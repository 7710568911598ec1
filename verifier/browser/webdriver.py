"""A small client of ChromeDriver: the W3C WebDriver protocol with Python's standard library."""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def program(*names):
    """The first of these programs that is installed."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError(f"none of {', '.join(names)} is installed; run scripts/test-page, which installs them")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Browser:
    """One headless Chromium with an empty profile."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="page-profile-")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.driver = subprocess.Popen(
            [program("chromedriver"), f"--port={self.port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._await_driver()
            arguments = [
                "--headless",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--force-color-profile=srgb",
                f"--user-data-dir={self.profile}",
            ]
            # Chromium's sandbox refuses to start as root, as in many containers.
            if os.geteuid() == 0:
                arguments.append("--no-sandbox")
            capabilities = {
                "browserName": "chrome",
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                "goog:chromeOptions": {
                    "binary": program("chromium", "chromium-browser", "google-chrome"),
                    "args": arguments,
                },
            }
            session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.base += f"/session/{session['sessionId']}"
        except BaseException:
            self.driver.terminate()
            raise

    def _await_driver(self):
        until = time.monotonic() + 60
        while True:
            try:
                self._call("GET", "/status")
                return
            except OSError:
                if time.monotonic() > until:
                    raise RuntimeError("chromedriver does not answer") from None
                time.sleep(0.1)

    def _call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode(errors='replace')[:2000]}") from None

    def quit(self):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, address):
        self._call("POST", "/url", {"url": address})

    def js(self, code, *arguments):
        """Runs the body of a function in the page."""
        return self._call("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def js_async(self, code, *arguments):
        """As `js`; the last argument is a function to call with the result."""
        return self._call("POST", "/execute/async", {"script": code, "args": list(arguments)})

    def cdp(self, command, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _find(self, selector):
        return self._call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def give(self, selector, *paths):
        """Chooses files in a file input, as a person does in the dialog."""
        text = "\n".join(str(path) for path in paths)
        self._call("POST", f"/element/{self._find(selector)}/value", {"text": text})

    def click(self, selector):
        self._call("POST", f"/element/{self._find(selector)}/click")

    def press(self, *keys):
        """Presses and releases keys, in WebDriver's code points."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def wait(self, condition, seconds=120):
        """Until an expression in the page is true."""
        until = time.monotonic() + seconds
        while not self.js(f"return Boolean({condition});"):
            if time.monotonic() > until:
                raise AssertionError(f"waited {seconds} s in vain for: {condition}")
            time.sleep(0.03)

    def log(self, kind):
        """What was logged since the last call: `browser` (console and errors) or `performance`."""
        return self._call("POST", "/se/log", {"type": kind})

    def requests(self):
        """The addresses of all requests since the last call, but for those of the browser's own pages."""
        events = (json.loads(entry["message"])["message"] for entry in self.log("performance"))
        sent = (event["params"] for event in events if event["method"] == "Network.requestWillBeSent")
        return [each["request"]["url"] for each in sent if not each["documentURL"].startswith("chrome:")]

    def look(self, scheme="light", width=1180, height=900, motion="reduce"):
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.cdp("Emulation.setEmulatedMedia", features=features)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def screenshot(self, path):
        """The whole page, not only what fits the window."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 8000), "scale": 1}
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path):
        page = {"width": 21.0, "height": 29.7}
        path.write_bytes(base64.b64decode(self._call("POST", "/print", {"background": True, "page": page})))
