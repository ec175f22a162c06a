#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signs in at a calld and lists the appointments, through introspection.

  CALL_PASSWORD=… list-appointments.py http://127.0.0.1:8080 ana@clinic.example
  list-appointments.py --link 'http://127.0.0.1:8080/join#…' http://127.0.0.1:8080

The password comes from the environment: a command line can be read by everybody on the machine.
"""
import argparse
import os
import sys

import gi

gi.require_version("Call", "1")
from gi.repository import Call, GLib  # noqa: E402


def local(time):
    return time.to_local().format("%Y-%m-%d %H:%M")


class Program:
    def __init__(self, options):
        self.options = options
        self.loop = GLib.MainLoop()
        self.client = Call.Client.new(options.endpoint)
        self.failed = False

    def run(self):
        if self.options.link:
            self.client.sign_in_with_link_async(self.options.link, None, self.on_linked)
        else:
            password = os.environ.get("CALL_PASSWORD", "")
            self.client.sign_in_async(self.options.email, password, None, self.on_signed_in)
        self.loop.run()
        return 1 if self.failed else 0

    def fail(self, error):
        print(f"list-appointments: {error.message}", file=sys.stderr)
        self.failed = True
        self.loop.quit()

    def on_signed_in(self, client, result):
        try:
            client.sign_in_finish(result)
        except GLib.Error as error:
            self.fail(error)
        else:
            client.load_appointments_async(None, None, None, self.on_loaded)

    def on_linked(self, client, result):
        try:
            client.sign_in_with_link_finish(result)
        except GLib.Error as error:
            self.fail(error)
        else:
            client.load_appointments_async(None, None, None, self.on_loaded)

    def on_loaded(self, client, result):
        try:
            client.load_appointments_finish(result)
        except GLib.Error as error:
            self.fail(error)
        else:
            self.show()
            client.go_online_async(None, self.on_online)

    def show(self):
        user = self.client.get_user()
        print(f"{user.get_name()} ({user.get_role().value_nick})")
        # A Gio.ListModel is a Python sequence.
        for visit in self.client.get_appointments():
            other = visit.get_other(user.get_id())
            print(f"{local(visit.get_scheduled_at())}  {visit.get_duration_minutes():3} min  "
                  f"{visit.get_status().value_nick:<12} {other.get_name() if other else ''}")

    def on_online(self, client, result):
        try:
            client.go_online_finish(result)
        except GLib.Error as error:
            self.fail(error)
            return
        print(f"connection: {client.props.connection_state.value_nick}")
        client.go_offline()
        self.loop.quit()


def main():
    parser = argparse.ArgumentParser(description="Lists the appointments of a calld user.")
    parser.add_argument("endpoint", help="the server, http://host:port")
    parser.add_argument("email", nargs="?", help="who signs in; the password is $CALL_PASSWORD")
    parser.add_argument("--link", help="a join link, instead of an e-mail address")
    options = parser.parse_args()
    if not options.link and not options.email:
        parser.error("an e-mail address or a join link is needed")
    return Program(options).run()


if __name__ == "__main__":
    sys.exit(main())
