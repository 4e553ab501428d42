#!/usr/bin/python3
"""The peer of ship-it in "make bench": the same box as an event-driven program for Debian's libgpiod.

It owns the lines of one box and does with them what ship-it does: the same debounce time, lamps and
rhythms, the arming switch, one request a press. It has no configuration, no sound and no daemon, and keeps
no connection. It is meant to be as fast as plain Python is: select(2) and no thread, one opener for all
requests, and the request before anything that could wait.

    peer.py CHIP URL TOKEN [CA-FILE]
"""
import select
import signal
import ssl
import sys
import time
import urllib.request

import gpiod

BLINKER, ARMING, BRANCH, LAUNCH, LAMPS = 17, 24, 23, 27, (22, 25)
BUILDS = ("bt280", "bt1568")
DEBOUNCE, LOOK = 0.02, 2.0  # levels are read every 2 s: an edge can be lost
SHOW, LAMP, FAIL = 12.5, 4.0, 2.0


def say(words):
    print(time.strftime("[%Y-%m-%d %H:%M:%S]"), words, file=sys.stderr, flush=True)


def rhythm(now, since, *steps):
    """Whether a lamp that alternates in these steps, starting on, is on, and how long that lasts."""
    left = (now - since) % sum(steps)
    for i, step in enumerate(steps):
        if left < step:
            return i % 2 == 0, step - left
        left -= step
    return True, 0.0


class Input:
    def __init__(self, chip, pin, active, pull):
        self.line = chip.get_line(pin)
        self.line.request("peer", gpiod.LINE_REQ_EV_BOTH_EDGES, pull)
        self.active = active
        self.settled = self.read()
        self.due = None

    def read(self):
        return self.line.get_value() == self.active

    def edge(self, now):
        self.line.event_read_multiple()
        self.due, self.level = now + DEBOUNCE, self.read()

    def look(self, now):
        """Heals an edge that was lost."""
        if self.due is None and self.read() != self.settled:
            self.due, self.level = now + DEBOUNCE, not self.settled

    def settle(self, now):
        """Whether the input has settled at another level than before."""
        if self.due is None or now < self.due:
            return False
        level = self.read()
        if level != self.level:
            self.due, self.level = now + DEBOUNCE, level
            return False
        self.due = None
        changed, self.settled = level != self.settled, level
        return changed


class Box:
    def __init__(self, chip, url, token, ca=None):
        up, down = gpiod.LINE_REQ_FLAG_BIAS_PULL_UP, gpiod.LINE_REQ_FLAG_BIAS_PULL_DOWN
        self.arming = Input(chip, ARMING, 1, down)
        self.branch = Input(chip, BRANCH, 0, up)
        self.launch = Input(chip, LAUNCH, 0, up)
        self.inputs = {i.line.event_get_fd(): i for i in (self.arming, self.branch, self.launch)}
        self.lamps = {}
        for pin in (BLINKER,) + LAMPS:
            line = chip.get_line(pin)
            line.request("peer", gpiod.LINE_REQ_DIR_OUT, default_vals=[0])
            self.lamps[pin] = [line, False]
        self.url, self.token = url + "/app/rest/buildQueue", token
        handlers = [urllib.request.ProxyHandler({})]
        if ca:
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)))
        self.opener = urllib.request.build_opener(*handlers)
        self.target = 0
        self.enter("safe", time.monotonic())

    def enter(self, state, now):
        self.state, self.since = state, now

    def light(self, pin, on):
        lamp = self.lamps[pin]
        if lamp[1] != on:
            lamp[0].set_value(int(on))
            lamp[1] = on

    def post(self):
        body = '<build><buildType id="%s"/><comment><text>triggered by ship-it</text></comment></build>'
        request = urllib.request.Request(self.url, data=(body % BUILDS[self.target]).encode(), headers={
            "Content-Type": "application/xml", "Authorization": "Bearer " + self.token})
        try:
            with self.opener.open(request, timeout=10) as answer:
                answer.read()
            return None
        except OSError as error:
            return error

    def press(self, now):
        if self.state != "armed" or not self.arming.read():
            say("Refused launch: " + self.state)
            return
        self.enter("launching", now)
        error = self.post()
        say("No build: %s" % error if error else "Triggered a build")
        if error:
            self.enter("failed", time.monotonic())

    def step(self, now):
        """Does what is due and returns how long nothing will be."""
        if self.arming.settle(now) and self.state in ("safe", "armed"):
            self.enter("armed" if self.arming.settled else "safe", now)
            say("Armed" if self.arming.settled else "Safe")
        if self.branch.settle(now) and self.branch.settled and self.state in ("safe", "armed"):
            self.target = (self.target + 1) % len(LAMPS)
        if self.launch.settle(now) and self.launch.settled:
            self.press(now)
            now = time.monotonic()
        length = {"launching": SHOW, "failed": FAIL}.get(self.state)
        if length and now - self.since >= length:
            self.enter("armed" if self.arming.settled else "safe", now)
        waits = [i.due - now for i in self.inputs.values() if i.due is not None]
        return min(waits + self.show(now), default=LOOK)

    def show(self, now):
        """Sets the lamps and returns when they change."""
        blinker, lamp, waits = self.state == "launching", True, []
        if self.state == "armed":
            blinker, left = rhythm(now, self.since, 0.1, 0.3)
            waits.append(left)
        elif self.state == "launching" and now - self.since < LAMP:
            off, left = rhythm(now, self.since, 0.1, 0.1)
            lamp = not off
            waits.append(left)
        elif self.state == "failed":
            lamp, left = rhythm(now, self.since, 0.1, 0.1, 0.1, 0.7)
            waits.append(left)
        length = {"launching": SHOW, "failed": FAIL}.get(self.state)
        if length:
            waits.append(self.since + length - now)
        self.light(BLINKER, blinker)
        for i, pin in enumerate(LAMPS):
            self.light(pin, lamp and i == self.target)
        return waits

    def run(self):
        now = time.monotonic()
        wait, looked = self.step(now), now
        while True:
            ready, _, _ = select.select(self.inputs, [], [], max(0.0, min(wait, looked + LOOK - now)))
            now = time.monotonic()
            for fd in ready:
                self.inputs[fd].edge(now)
            if now - looked >= LOOK:
                looked = now
                for i in self.inputs.values():
                    i.look(now)
            wait = self.step(now)

    def close(self):
        for line, _ in self.lamps.values():
            line.set_value(0)
            line.set_direction_input()
            line.release()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    box = Box(gpiod.Chip(sys.argv[1]), *sys.argv[2:])
    try:
        say("ready")
        box.run()
    finally:
        box.close()


main()
