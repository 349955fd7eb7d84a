#!/usr/bin/env -S python3 -B
"""browser_test.py DUROXIDE SHOP OUTPUT: a browser opens the dashboard of a store on which an engine runs, and does
what people do there. Pictures of what it saw are left in the directory OUTPUT."""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from terminal import picture
from webdriver import ENTER, ESCAPE, TAB, Browser, Failed

checks = 0


def check(good, what):
    global checks
    checks += 1
    if not good:
        raise Failed(what)


class Page:
    """`duroxide ui`, and how programs ask it."""

    def __init__(self, duroxide, store, *options):
        self.duroxide, self.store = duroxide, store
        self.token = 'browser-test-token-of-the-page'
        file = pathlib.Path(store).parent / f'token-{len(options)}'
        file.touch(mode=0o600)
        file.write_text(self.token + '\n')
        self.process = subprocess.Popen([duroxide, '--store', store, '--json', 'ui', '--token-file', file, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.link = json.loads(self.process.stdout.readline())['link']
        self.origin = self.link[:self.link.index('/enter')]

    def ask(self, path, body=None, headers=None):
        """The status and the body of an answer."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, headers or {})
        if data is not None:
            request.add_header('Content-Type', 'application/json')
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def close(self):
        self.process.terminate()
        check(self.process.wait(timeout=60) == 0, 'duroxide ui does not end when it is told to')


class Tour:
    def __init__(self, browser, page, shop, output):
        self.browser, self.page, self.shop, self.output = browser, page, shop, output

    def go(self, hash_):
        self.browser.run('location.hash = arguments[0]', hash_)

    def rows(self):
        return self.browser.texts('table.list tbody td.id a')

    def start(self, name):
        self.shop.stdin.write(name + '\n')
        self.shop.stdin.flush()
        check(self.shop.stdout.readline() == 'started\n', 'the engine does not start what it is told to')

    def opens_once(self):
        b = self.browser
        b.open(self.page.link)
        b.until('document.querySelectorAll("table.list tbody tr").length > 5', what='the list')
        check('/~' in b.run('return location.href'), 'the page is not at its hidden path')
        check(b.run('return document.cookie') == '', 'scripts can read the cookie')
        check(self.page.ask('/enter?code=' + self.page.link.split('code=')[1])[0] == 410, 'a link opens twice')
        b.until('document.getElementById("live").dataset.state === "live"', what='that the page is live')

    def lists(self):
        b = self.browser
        check('order-approval' in self.rows(), 'the list has not what runs')
        check('<img src=x onerror=alert(1)>' in self.rows(), 'a strange id is not shown as it is')
        check(b.run('return document.querySelectorAll("main img, main script").length') == 0, 'an id became HTML')
        numbers = dict(zip(b.texts('.chip .label'), b.texts('.chip .number')))
        check(int(numbers['All'].replace(',', '')) > 60 and int(numbers['Paused']) == 1, f'counts: {numbers}')

    def filters(self):
        b = self.browser
        b.click('.chip.failed')
        b.until('location.hash.includes("status=failed") && document.querySelector(".chip.failed")?.getAttribute("aria-pressed") === "true"')
        b.until('[...document.querySelectorAll("table.list .badge")].every((each) => each.innerText === "failed")')
        check('order-broken' in self.rows(), 'what failed is not among what failed')
        self.go('#/')
        b.until('document.querySelector("input[name=search]") && !location.hash.includes("status")')
        b.run('document.querySelector("input[name=search]").focus()')
        b.press('engraver' + ENTER)
        b.until('document.querySelectorAll("table.list tbody tr").length === 2', what='the two whose error has the word')
        check(set(self.rows()) == {'order-broken', '<img src=x onerror=alert(1)>'}, f'the search found {self.rows()}')
        b.click_text('a.button', 'Clear')
        b.until('document.querySelectorAll("table.list tbody tr").length === 50', what='a whole page')
        first = self.rows()[0]
        b.run('const next = [...document.querySelectorAll(".pager button")].find((each) => each.innerText === "Next"); next.click(); next.click();')
        b.until('!document.querySelector(".pager button").disabled', what='the next page')
        check(first not in self.rows(), 'the next page is the first')
        check(b.text('.note').startswith('51–'), f'two clicks at once lead to {b.text(".note")}')
        b.click_text('.pager button', 'Previous')
        b.until('document.querySelector("table.list tbody td.id a").innerText === arguments[0]', first)

    def opens_an_instance(self):
        b = self.browser
        self.go('#/')
        b.click_text('table.list td.id a', 'order-approval')
        b.until('document.querySelector("h1")?.innerText === "order-approval" && document.querySelector(".timeline")')
        b.until('document.querySelector(".waits")?.innerText.includes("Approved")', what='what it waits for')
        kinds = set(b.texts('.timeline .kind'))
        check({'activity', 'child', 'event'} <= kinds, f'the timeline has {kinds}')
        check(b.run('return document.querySelectorAll(".timeline .bar").length') == len(b.texts('.timeline .step')), 'a step without a bar')
        check('does not answer' in b.text('.timeline .failed .step-error'), 'the error of an attempt is not shown')
        check('order-approval/parcel-1' in b.text('.tree'), 'the child is not in the tree')
        check('"customer": "c-1500"' in b.text('.input .payload'), 'the input is not shown')
        check('ada@example.org' in b.text('.values'), 'a value is not shown')
        b.click('.history .entry summary')
        b.until('document.querySelector(".history .entry[open] .payload")?.innerText.includes("BigOrder")', what='the contents of an event')
        b.click_text('.tree a', 'order-approval/parcel-1')
        b.until('document.querySelector("h1")?.innerText === "order-approval/parcel-1"')
        check('order-approval' in b.texts('.tree a'), 'a child does not lead to its parent')

    def follows(self):
        b = self.browser
        self.go('#/')
        b.until('document.querySelectorAll("table.list tbody tr").length === 50')
        b.run('window.isTheSamePage = true')
        self.start('order-live')
        b.until('[...document.querySelectorAll("table.list td.id a")].some((each) => each.innerText === "order-live")', what='a new instance, live')
        b.until('document.querySelector("table.list tbody tr").innerText.includes("completed")', what='its end, live')
        check(b.run('return window.isTheSamePage') is True, 'the page was loaded anew')

    def is_pictured(self):
        """What the README shows, of the page and of the command."""
        b = self.browser
        timeline = 'document.querySelector(".timeline").closest(".card, section").scrollIntoView(); scrollBy(0, -70);'
        for name, hash_, seen, where in (
                ('list', '#/?id_prefix=order', 'document.querySelectorAll("table.list tbody tr").length > 20', ''),
                ('instance', '#/instance/order-approval', 'document.querySelector("h1")?.innerText === "order-approval" && document.querySelector(".timeline")', timeline)):
            for dark in (False, True):
                b.look_like(1100, 640, dark)
                self.go(hash_)
                b.until(seen)
                b.run(where)
                b.screenshot(self.output / f'readme-{name}-{"dark" if dark else "light"}.png')
        b.look_like(1280, 860, dark=False)
        shown = []
        for words in ('show order-approval', 'tree order-approval', 'stuck'):
            command = [self.page.duroxide, '--store', self.page.store, '--color', 'always', *words.split()]
            shown.append((f'duroxide {words}', subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        check('waits for a person' in shown[0][1], 'the command does not say what the page does')
        (self.output / 'readme-command.svg').write_text(picture(shown))

    def asks(self):
        b = self.browser
        self.go('#/instance/order-approval')

        def ask(button, *typed):
            b.click_text('.actions button', button)
            b.until('document.querySelector("dialog[open]")')
            b.press(TAB.join(typed))
            b.click('dialog button[value=do]')

        ask('Update', 'AddNote', 'call first')
        b.until('document.querySelector("dialog[open] .payload")?.innerText === "1 noted"', what='the answer of an update')
        b.press(ESCAPE)
        b.until('!document.querySelector("dialog")')
        ask('Update', 'AddNote')
        b.until('document.getElementById("toast").innerText.includes("a note says something")', what='why an update is refused')
        b.complaints()  # that one was refused is one
        ask('Query', 'Notes')
        b.until('document.querySelector("dialog[open] .payload")?.innerText.includes("call first")', what='the answer of a query')
        check(b.run('return document.activeElement.innerText') == 'Close', 'the focus is not at what closes the answer')
        for dark in (False, True):
            b.look_like(390, 844, dark, phone=True)
            check(b.run('return document.documentElement.scrollWidth <= innerWidth'), 'an answer is wider than a phone')
            b.screenshot(self.output / f'answer-phone-{"dark" if dark else "light"}.png')
        b.look_like(1280, 860, dark=False)
        b.press(ENTER)
        b.until('!document.querySelector("dialog")')
        b.until('[...document.querySelectorAll(".history .entry")].some((each) => each.innerText.includes("AddNote"))', what='the update in the history')

    def shows_a_part_of_a_large_tree(self):
        b = self.browser
        self.start('many-parcels')
        self.go('#/instance/many-parcels')
        b.until('document.querySelectorAll(".tree .leaf").length === 200', what='as many of a tree as are shown')
        for phone in (False, True):
            b.look_like(390 if phone else 1280, 844, dark=phone, phone=phone)
            b.run('document.querySelector(".tree").closest("section").scrollIntoView(); scrollBy(0, -110)')
            check(b.run('return document.documentElement.scrollWidth <= innerWidth'), 'a large tree is wider than the window')
            check(b.run('return document.querySelector(".tree").clientHeight < innerHeight'), 'a large tree hides what is below it')
            b.screenshot(self.output / f'tree-{"phone-dark" if phone else "desktop-light"}.png')
        b.look_like(1280, 860, dark=False)
        before = b.run('document.querySelector(".tree").scrollTop = 500; return document.querySelector(".facts").innerText')
        b.until('document.querySelector(".facts").innerText !== arguments[0]', before, what='that the page is drawn anew')
        check(b.run('return document.querySelector(".tree").scrollTop') == 500, 'a large tree jumps to its top')
        b.click_text('.family a', 'More below')
        b.until('location.hash === "#/?parent=many-parcels" && document.querySelectorAll("table.list tbody tr").length === 50', what='the rest of the tree')
        check(all(each.startswith('many-parcels/') for each in self.rows()), 'the list has others than the children')

    def acts(self):
        b = self.browser
        self.go('#/instance/order-approval')
        b.click_text('.actions button', 'Raise event')
        b.until('document.querySelector("dialog[open]")')
        check('next wait' in b.text('#dialog-what'), 'the dialog does not say what will happen')
        b.press('Approved' + TAB + 'ada')
        b.click('dialog button[value=do]')
        b.until('![...document.querySelectorAll(".waits li")].some((each) => each.innerText.includes("Approved"))', what='that it waits no more')
        self.go('#/instance/order-paused')
        b.click_text('.actions button', 'Resume')
        b.until('document.querySelector("dialog[open]")')
        b.press(ESCAPE)
        b.until('!document.querySelector("dialog")')
        check('paused' in b.texts('.title .badge'), 'what was left was done')
        b.click_text('.actions button', 'Resume')
        b.click('dialog button[value=do]')
        b.until('![...document.querySelectorAll(".title .badge")].some((each) => each.innerText === "paused")', what='that it is resumed')

    def tells_whose_pause_it_is(self):
        b = self.browser
        right = {'Authorization': 'Bearer ' + self.page.token}
        check(self.page.ask('/api/v1/pause', {'orchestration': 'Reminder', 'confirm': True}, right)[0] == 200, 'an orchestration cannot be paused')
        self.go('#/instance/reminder-1')
        b.until('document.querySelector(".head")?.innerText.includes("All of Reminder are paused")', what='that all of its kind are paused')
        buttons = b.texts('.actions button')
        check('Pause' in buttons and 'Resume' not in buttons, f'what a resume of it would not end has the buttons {buttons}')
        check(self.page.ask('/api/v1/resume', {'orchestration': 'Reminder', 'confirm': True}, right)[0] == 200, 'an orchestration cannot be resumed')
        b.until('!document.querySelector(".head").innerText.includes("are paused")', what='that they are resumed')

    def finds_nothing(self):
        b = self.browser
        for hash_, name in (('#/instance/%', '%'), ('#/instance/nobody', 'nobody')):
            self.go(hash_)
            b.until('document.querySelector("h1")?.innerText === arguments[0] && document.querySelector(".alarm")', name)
        b.complaints()  # that there is no such instance is one

    def rewinds(self, broken):
        b = self.browser
        self.go('#/instance/order-broken')
        b.until('document.querySelector(".error")?.innerText.includes("out of order")', what='the error')
        body = {'instance': 'order-broken', 'confirm': True}
        check(self.page.ask('/api/v1/rewind', body)[0] == 401, 'without the token it is rewound')
        wrong = {'Authorization': 'Bearer ' + self.page.token[:-1] + 'x'}
        check(self.page.ask('/api/v1/rewind', body, wrong)[0] == 401, 'with a wrong token it is rewound')
        evil = {'Authorization': 'Bearer ' + self.page.token, 'Origin': 'http://evil.example'}
        check(self.page.ask('/api/v1/rewind', body, evil)[0] == 403, 'for another origin it is rewound')
        check('failed' in b.texts('.title .badge'), 'a refusal has done something')
        broken.unlink()
        b.click_text('.actions button', 'Rewind')
        b.until('document.querySelector("dialog[open]")')
        check('dropped for good' in b.text('#dialog-what'), 'the dialog does not say what is lost')
        b.click('dialog button[value=do]')
        b.until('document.querySelector(".title .badge").innerText === "completed"', what='that it has completed')
        b.until('document.querySelector(".output .payload")?.innerText.includes("engraved")', what='its output')
        right = {'Authorization': 'Bearer ' + self.page.token}
        status, answer = self.page.ask('/api/v1/rewind', {'instance': '<img src=x onerror=alert(1)>', 'confirm': True}, right)
        check(status == 200, f'with the token it is not rewound: {answer}')

    def shows_what_needs_attention(self):
        b = self.browser
        self.go('#/attention')
        b.until('document.querySelector("main").innerText.includes("return-1")', what='an orchestration that is not registered')
        self.go('#/health')
        b.until('document.querySelectorAll(".chart svg").length === 4 && document.querySelector(".score .figure")')
        check('Store and log' in b.text('main'), 'the sizes of the store are not shown')

    def says_times_in_words(self):
        words = self.browser.run_async('''const done = arguments[arguments.length - 1];
          import(new URL("format.js", document.baseURI)).then(({duration}) => done(arguments[0].map(duration)));''',
                                       [0, 999.7, 9949, 9951, 59400, 59600, 119600, 3599600, 3600000, 172800000, 176400000])
        check(words == ['0 ms', '1.0 s', '9.9 s', '10 s', '59 s', '1 min', '2 min', '1 h', '1 h', '2 d', '2 d 1 h'], f'times are {words}')

    def goes_by_keyboard(self):
        b = self.browser
        self.go('#/')
        b.until('document.querySelectorAll("table.list tbody tr").length === 50')
        b.run('window.isOld = true; location.reload()')  # so that the keyboard begins at the top
        b.until('!window.isOld && document.querySelectorAll("table.list tbody tr").length === 50')
        seen = []
        for _ in range(40):
            b.press(TAB)
            seen.append(b.run('''const at = document.activeElement;
              return (at.innerText || at.closest("label")?.innerText || at.getAttribute("aria-label") || at.name || "").trim().split("\\n")[0]'''))
            if b.run('return document.activeElement.matches("td.id a")'):
                break
        check(seen[0] == 'Skip to content', f'the first stop is {seen[0]}')
        check('Instances' in seen and 'Health' in seen and 'Filter' in seen, f'Tab reaches {seen}')
        check(all(seen), f'something that has the focus has no name: {seen}')
        b.press(ENTER)
        b.until('location.hash.startsWith("#/instance/") && document.querySelector("h1")', what='the instance that Enter opens')
        check(b.run('return document.activeElement.id') == 'main', 'the focus is not at what was opened')

    def fits_a_phone(self):
        b = self.browser
        for dark in (False, True):
            b.look_like(390, 844, dark, phone=True)
            for name, hash_, seen in self.views():
                self.go(hash_)
                b.until(seen)
                check(b.run('return document.documentElement.scrollWidth <= innerWidth'), f'{name} is wider than a phone')
                b.screenshot(self.output / f'{name}-phone-{"dark" if dark else "light"}.png')
                if name == 'instance':
                    for part in ('timeline', 'history'):
                        b.run('document.querySelector(arguments[0]).closest("section").scrollIntoView(); scrollBy(0, -110)', f'.{part}')
                        b.screenshot(self.output / f'{part}-phone-{"dark" if dark else "light"}.png')
                    check(b.run('const what = document.querySelector(".entry .what"); return what.clientWidth > what.parentElement.clientWidth / 2'),
                          'on a phone there is no room to read what happened')
        for dark in (False, True):
            b.look_like(1280, 860, dark)
            for name, hash_, seen in self.views():
                self.go(hash_)
                b.until(seen)
                b.screenshot(self.output / f'{name}-desktop-{"dark" if dark else "light"}.png')

    @staticmethod
    def views():
        rows = 'document.querySelectorAll("table.list tbody tr").length'
        return [
            ('list', '#/', f'{rows} > 20'),
            ('instance', '#/instance/order-approval', 'document.querySelector("h1")?.innerText === "order-approval" && document.querySelector(".timeline")'),
            ('failed', '#/instance/order-cancelled', 'document.querySelector("h1")?.innerText === "order-cancelled" && document.querySelector(".timeline")'),
            ('attention', '#/attention', f'document.querySelector("h1")?.innerText.includes("attention") && {rows} > 0'),
            ('health', '#/health', 'document.querySelector(".score")'),
        ]


def read_only(browser, duroxide, store):
    page = Page(duroxide, store)
    browser.open(page.link)
    browser.until('document.getElementById("mode").innerText === "read-only"')
    browser.run('location.hash = "#/instance/order-approval"')
    browser.until('document.querySelector(".actions-off")?.innerText.includes("--actions")')
    check(browser.texts('.actions button') == ['Query'], f'a read-only page has the buttons {browser.texts(".actions button")}')
    status = browser.run_async('''const done = arguments[arguments.length - 1];
      fetch("api/v1/cancel", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"instance":"order-approval"}'})
        .then((answer) => done(answer.status));''')
    check(status == 403, f'a read-only page is answered {status} when it acts')
    browser.complaints()  # that one was refused is one
    page.close()


def tour(duroxide, shop, output):
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        store = pathlib.Path(scratch) / 'orders'
        broken = pathlib.Path(scratch) / 'broken'
        broken.touch()
        engine = subprocess.Popen([shop, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        check(engine.stdout.readline() == 'ready\n', 'the engine does not start')
        page = Page(duroxide, store, '--actions')
        browser = Browser()
        try:
            browser.look_like(1280, 860, dark=False)
            steps = Tour(browser, page, engine, output)
            for step in (steps.opens_once, steps.lists, steps.filters, steps.opens_an_instance, steps.follows, steps.is_pictured, steps.tells_whose_pause_it_is, steps.rewinds,
                         steps.says_times_in_words, steps.goes_by_keyboard, steps.shows_what_needs_attention, steps.fits_a_phone, steps.asks, steps.acts, steps.finds_nothing,
                         steps.shows_a_part_of_a_large_tree):
                print(f'browser: {step.__name__.replace("_", " ")}', flush=True)
                step(broken) if step.__name__.startswith('rewinds') else step()
                complaints = browser.complaints()
                check(not complaints, f'the browser complains: {complaints}')
            read_only(browser, duroxide, store)
        except Failed:
            browser.screenshot(output / 'failed-here.png')
            raise
        finally:
            browser.close()
            page.close()
            engine.stdin.close()
            engine.wait(timeout=60)


if __name__ == '__main__':
    try:
        tour(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]).absolute())
    except Failed as failed:
        sys.exit(f'browser: {failed}')
    print(f'browser: {checks} checks; pictures are in {sys.argv[3]}')
