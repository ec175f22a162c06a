# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the app need: a daemon with a demo clinic, the patient, and the app itself as a
screen reader sees it."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# Warnings are fatal in the app. In here they would be those of the library that looks at it, which
# warns when a window is faster than itself.
os.environ.pop("G_DEBUG", None)

import gi  # noqa: E402

# Warnings are fatal in the programs under test, not in here: the accessibility library warns when
# an object goes away while it is asked for.
os.environ.pop("G_DEBUG", None)

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ROOT = pathlib.Path(os.environ.get("CALL_SOURCE_ROOT", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("CALL_BUILD_ROOT", ROOT / "build"))
sys.path.insert(0, str(ROOT / "examples"))
from processes import Failure, Process  # noqa: E402

SECONDS = float(os.environ.get("CALL_TEST_SECONDS", "60"))
POLL_SECONDS = 0.05
EMAIL = "ana@clinic.example"


def wait_for(what, test, seconds=SECONDS):
    """Returns what `test` returns as soon as that is true; fails after a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        result = test()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds:.0f} s: {what}")
        # Our own services on the bus answer meanwhile.
        while GLib.MainContext.default().iteration(False):
            pass
        time.sleep(POLL_SECONDS)


class Clinic:
    """A fresh calld with its demo clinic, and the patients."""

    def __init__(self, *options):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="desk-clinic-"))
        self.processes = []
        self.options = options
        self.settings = {}
        self.start_calld()

    def start_calld(self):
        self.calld = self.start("calld", [BUILD / "daemon/calld", "--demo", "--port", "0",
                                          "--print-port", *self.options])
        self.address = self.read_line("calld: listening on ")
        self.link = self.read_line("calld: join link: ")

    def kill_calld(self):
        self.calld.popen.kill()
        self.calld.popen.wait()

    def start(self, name, command):
        env = dict(os.environ, **self.settings, STATE_DIRECTORY=str(self.dir), G_DEBUG="fatal-criticals",
                   DATABASE_URL=f"sqlite://{self.dir}/clinic.db")
        process = Process(name, [str(c) for c in command], self.dir / f"{name}.log", env)
        self.processes.append(process)
        return process

    def read_line(self, prefix):
        line = self.calld.wait("line", lambda e: e["text"].startswith(prefix))
        return line["text"][len(prefix):]

    @property
    def password_file(self):
        return self.dir / "demo-password"

    @property
    def password(self):
        return self.password_file.read_text().strip()

    def start_patient(self, *options):
        return self.start(f"patient-{len(self.processes)}",
                          [BUILD / "examples/call-peer", "--link", self.link, *options])

    def stop(self):
        for process in reversed(self.processes):
            process.stop()


class Notifications:
    """The desktop's notification service: keeps what it is told, and presses buttons."""

    NAME = "org.freedesktop.Notifications"
    XML = """<node><interface name="org.freedesktop.Notifications">
      <method name="GetCapabilities"><arg type="as" direction="out"/></method>
      <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
        <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
        <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
        <arg type="u" direction="out"/></method>
      <method name="CloseNotification"><arg type="u" direction="in"/></method>
      <method name="GetServerInformation"><arg type="s" direction="out"/>
        <arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/>
      </method>
      <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    </interface></node>"""

    def __init__(self):
        self.shown = {}
        self.last = 0
        # A connection of its own: the answers must not wait for the test's blocking calls.
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(self.XML).interfaces[0]
        self.bus.register_object("/org/freedesktop/Notifications", interface, self.on_call)
        Gio.bus_own_name_on_connection(self.bus, self.NAME, Gio.BusNameOwnerFlags.NONE, None, None)

    def on_call(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        answer = None
        if method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["body", "actions"],))
        elif method == "GetServerInformation":
            answer = GLib.Variant("(ssss)", ("test", "libcall", "1", "1.2"))
        elif method == "Notify":
            _app, replaces, _icon, summary, body, actions, _hints, _timeout = parameters.unpack()
            self.last = replaces or self.last + 1
            self.shown[self.last] = (summary, body, dict(zip(actions[1::2], actions[::2])))
            answer = GLib.Variant("(u)", (self.last,))
        elif method == "CloseNotification":
            self.shown.pop(parameters.unpack()[0], None)
        invocation.return_value(answer)

    def wait(self, summary):
        return wait_for(f"notification “{summary}”",
                        lambda: next((i for i, n in self.shown.items() if n[0] == summary), None))

    def press(self, number, button):
        action = self.shown[number][2][button]
        self.bus.emit_signal(None, "/org/freedesktop/Notifications", self.NAME, "ActionInvoked",
                             GLib.Variant("(us)", (number, action)))


class Desk:
    """The app. Elements are found by role and name, as people find them who do not see them."""

    def __init__(self, *options, log):
        self.log = open(log, "w")
        env = dict(os.environ, G_DEBUG="fatal-warnings", G_MESSAGES_DEBUG="desk-account desk-ringer")
        self.popen = subprocess.Popen([str(BUILD / "desktop-app/call-desk"), "--test-media",
                                       *map(str, options)], stdout=self.log, stderr=self.log,
                                      env=env)
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.root = wait_for("the app is in the accessibility tree", self.find_root)

    def find_root(self):
        self.check_alive()
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() == self.popen.pid:
                return child
        return None

    # --- the tree ---

    def walk(self, node=None):
        node = node or self.root
        try:
            count = node.get_child_count()
        except GLib.Error:
            return
        for i in range(count):
            try:
                child = node.get_child_at_index(i)
            except GLib.Error:
                continue
            if child is not None:
                yield child
                yield from self.walk(child)

    def find(self, role, test):
        roles = (role,) if isinstance(role, str) else role
        self.check_alive()
        for node in self.walk():
            try:
                if node.get_role_name() in roles and test(node.get_name()) and self.has_place(node):
                    return node
            except GLib.Error:
                continue
        return None

    @staticmethod
    def has_place(node):
        extents = node.get_extents(Atspi.CoordType.WINDOW)
        return extents.width > 0 and extents.height > 0

    def wait(self, role, name, seconds=SECONDS):
        """`name` is the whole name, or a function of it."""
        test = name if callable(name) else lambda have: have == name
        return wait_for(f"{role} {name}", lambda: self.find(role, test), seconds)

    def press(self, name, role="push button"):
        """A button that cannot be pressed yet is waited for, like people do."""
        def press_once():
            node = self.find(role, lambda have: have == name)
            if node is None or not node.get_state_set().contains(Atspi.StateType.SENSITIVE):
                return False
            return node.get_action_iface().do_action(0)
        wait_for(f"{role} “{name}” can be pressed", press_once)

    def type_into(self, name, text):
        node = self.wait("text", name)
        if not node.get_editable_text_iface().set_text_contents(text):
            raise Failure(f"nothing can be typed into “{name}”")

    def sign_in(self, address, email, password):
        self.type_into("Server Address", address)
        self.type_into("E-Mail", email)
        self.type_into("Password", password)
        self.press("Sign In")

    # --- D-Bus ---

    def call_bus(self, interface, method, parameters=None, reply=None):
        return self.bus.call_sync("org.libcall.Desk", "/org/libcall/Desk", interface, method,
                                  parameters, reply, Gio.DBusCallFlags.NONE, 30000, None)

    def get(self, name):
        answer = self.call_bus("org.freedesktop.DBus.Properties", "Get",
                               GLib.Variant("(ss)", ("org.libcall.Desk", name)),
                               GLib.VariantType("(v)"))
        return answer.unpack()[0]

    def set(self, name, value):
        self.call_bus("org.freedesktop.DBus.Properties", "Set",
                      GLib.Variant("(ssv)", ("org.libcall.Desk", name, value)))

    def wait_state(self, state):
        wait_for(f"State is {state}", lambda: self.get("State") == state)

    def activate(self, action, parameter=None):
        self.call_bus("org.gtk.Actions", "Activate",
                      GLib.Variant("(sava{sv})", (action, [parameter] if parameter else [], {})))

    # --- the end ---

    def check_alive(self):
        if self.popen.poll() is not None:
            raise Failure(f"the app ended with {self.popen.returncode}; see {self.log.name}")

    def quit(self):
        """Ends the app as its user would; a warning on the way out is a failure."""
        self.activate("quit")
        try:
            code = self.popen.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise Failure("the app does not quit") from None
        if code != 0:
            raise Failure(f"the app ended with {code}; see {self.log.name}")

    def stop(self):
        if self.popen.poll() is None:
            self.popen.kill()
            self.popen.wait()
        self.log.close()


def start_accessibility():
    """The registry that the desktop would have started."""
    return subprocess.Popen(["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Test:
    """Runs the methods whose name begins with `test_`, each with a fresh clinic, and prints TAP."""

    calld_options = ("--no-dbus",)

    def run(self):
        names = [name for name in dir(self) if name.startswith("test_")]
        names = [n for n in names if len(sys.argv) < 2 or n in sys.argv[1:]]
        print(f"1..{len(names)}", flush=True)
        registry = start_accessibility()
        self.notifications = Notifications()
        failed = 0
        for number, name in enumerate(names, 1):
            failed += not self.run_one(number, name)
        registry.terminate()
        registry.wait()
        return 1 if failed else 0

    def run_one(self, number, name):
        self.desks = []
        self.clinic = None
        self.notifications.shown.clear()
        problem = None
        try:
            self.clinic = Clinic(*self.calld_options)
            getattr(self, name)()
        except (Failure, AssertionError, GLib.Error, subprocess.SubprocessError) as error:
            problem = f"{type(error).__name__}: {error}"
            self.explain(name)
        for desk in self.desks:
            desk.stop()
        if self.clinic:
            self.clinic.stop()
        print(f"{'not ok' if problem else 'ok'} {number} {name}", flush=True)
        if problem:
            print(f"# {problem}", flush=True)
        return problem is None

    def start_desk(self, *options):
        log = self.clinic.dir / f"desk-{len(self.desks)}.log"
        desk = Desk(*options, log=log)
        self.desks.append(desk)
        return desk

    def start_signed_in_desk(self):
        return self.start_desk("--endpoint", self.clinic.address, "--email", EMAIL,
                               "--password-file", self.clinic.password_file)

    def explain(self, name):
        """What one needs to understand a failure: a picture and the logs."""
        folder = os.environ.get("CALL_TEST_OUTPUT", tempfile.gettempdir())
        picture = pathlib.Path(folder) / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(picture)], check=False)
        print(f"# a picture of the screen is in {picture}", flush=True)
        for log in sorted(self.clinic.dir.glob("*.log")) if self.clinic else []:
            for line in log.read_text(errors="replace").splitlines()[-15:]:
                print(f"# {log.name}: {line}", flush=True)
