"""A browser that is driven: as much of the WebDriver protocol as the test needs, with the standard library."""

import base64
import json
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
ENTER = '\ue007'
TAB = '\ue004'
ESCAPE = '\ue00c'


class Failed(Exception):
    pass


class Browser:
    """Chromium without a window. `patience` is how long a condition may take to come true."""

    def __init__(self, patience: float = 30):
        self.patience = patience
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=subprocess.PIPE, text=True)
        port = None
        for line in self.driver.stdout:
            found = re.search(r'started successfully on port (\d+)', line)
            if found:
                port = found[1]
                break
        if port is None:
            raise Failed('chromedriver does not start')
        self.base = f'http://127.0.0.1:{port}'
        arguments = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
                     '--force-color-profile=srgb', '--no-first-run', '--disable-extensions']
        always = {'browserName': 'chrome', 'goog:chromeOptions': {'args': arguments, 'binary': '/usr/bin/chromium'},
                  'goog:loggingPrefs': {'browser': 'ALL'}}
        session = self._send('POST', '/session', {'capabilities': {'alwaysMatch': always}})
        self.base += f'/session/{session["sessionId"]}'

    def _send(self, method: str, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {'Content-Type': 'application/json'}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)['value']
        except urllib.error.HTTPError as refused:
            raise Failed(json.load(refused)['value']['message']) from None

    def close(self):
        try:
            self._send('DELETE', '')
        finally:
            self.driver.terminate()
            self.driver.wait()

    def open(self, url: str):
        self._send('POST', '/url', {'url': url})

    def run(self, script: str, *arguments):
        """What the body of a function returns in the page."""
        return self._send('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def run_async(self, script: str, *arguments):
        """The same of one that calls its last argument with the result."""
        return self._send('POST', '/execute/async', {'script': script, 'args': list(arguments)})

    def until(self, script: str, *arguments, what: str = ''):
        """Waits until an expression is true in the page; gives its value."""
        end = time.monotonic() + self.patience
        while True:
            value = self.run(f'return ({script})', *arguments)
            if value:
                return value
            if time.monotonic() > end:
                shown = self.run('return document.body.innerText')
                raise Failed(f'not seen: {what or script}\nThe page shows:\n{shown}')
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        return self.run('return document.querySelector(arguments[0])?.innerText ?? ""', selector)

    def texts(self, selector: str) -> list:
        return self.run('return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)', selector)

    def click(self, selector: str):
        """As a mouse does. A page that is renewed meanwhile has another element there, which is clicked then."""
        end = time.monotonic() + self.patience
        while True:
            self.until('document.querySelector(arguments[0])', selector, what=selector)
            try:
                found = self._send('POST', '/element', {'using': 'css selector', 'value': selector})
                self._send('POST', f'/element/{found[ELEMENT]}/click', {})
                return
            except Failed as failed:
                if 'stale' not in str(failed) or time.monotonic() > end:
                    raise

    def click_text(self, selector: str, text: str):
        """By script, as a list may be renewed at any moment."""
        self.until('''(() => {
            const found = [...document.querySelectorAll(arguments[0])].find((each) => each.textContent.trim() === arguments[1]);
            found?.click();
            return Boolean(found);
          })()''', selector, text, what=f'{selector} that says {text}')

    def press(self, keys: str):
        """Keys, one after the other, to whatever has the focus."""
        actions = [step for key in keys for step in ({'type': 'keyDown', 'value': key}, {'type': 'keyUp', 'value': key})]
        self._send('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': actions}]})

    def devtools(self, command: str, parameters: dict):
        return self._send('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def look_like(self, width: int, height: int, dark: bool, phone: bool = False):
        self.devtools('Emulation.setDeviceMetricsOverride',
                      {'width': width, 'height': height, 'deviceScaleFactor': 2 if phone else 1, 'mobile': phone})
        self.devtools('Emulation.setEmulatedMedia',
                      {'features': [{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'},
                                    {'name': 'prefers-reduced-motion', 'value': 'reduce'}]})

    def screenshot(self, file: pathlib.Path):
        file.write_bytes(base64.b64decode(self._send('GET', '/screenshot')))

    def complaints(self) -> list:
        """What the browser has logged as an error since it was asked last."""
        entries = self._send('POST', '/se/log', {'type': 'browser'})
        return [entry['message'] for entry in entries if entry['level'] == 'SEVERE']
