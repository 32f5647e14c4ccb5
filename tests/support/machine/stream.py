"""Connections carried on from one address to another. Of the standard library alone: it also lies in the virtual machine's
image."""

import socket
import subprocess
import sys
import threading
from contextlib import suppress

CHUNK = 262144


class Carried:
    """Each connection to ``listener`` becomes one to ``to``: (host, port), or the path of a Unix socket."""

    def __init__(self, listener, to):
        self.listener = listener
        self._to = to
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def close(self):
        # A thread in accept() holds a closed socket open.
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client):
        with client:
            try:
                service = _connected(self._to)
            except OSError:
                return
            with service:
                back = threading.Thread(target=_pump, args=(service, client), daemon=True)
                back.start()
                _pump(client, service)
                back.join()


def listening(at):
    """A listener at (host, port) or a Unix socket's path."""
    if isinstance(at, tuple):
        return socket.create_server(at)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(at))
    listener.listen(16)
    return listener


def into(leader, folder, inside, outside):
    """Joins the loopback of the network that process ``leader`` has to Unix sockets in ``folder``, until the process it returns
    ends: whoever comes to a port of ``inside`` in there reaches ``in-PORT``, and who comes to ``out-PORT`` a port of ``outside`` in
    there.
    """
    numbers = [*(f"in:{port}" for port in inside), *(f"out:{port}" for port in outside)]
    command = ["nsenter", "--net", "--target", str(leader), "setpriv", "--pdeathsig", "KILL", sys.executable, __file__, str(folder)]
    process = subprocess.Popen([*command, *numbers], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def _connected(to):
    if isinstance(to, tuple):
        one = socket.create_connection(to, 30)
        one.settimeout(None)
        return one
    one = socket.socket(socket.AF_UNIX)
    try:
        one.connect(str(to))
    except OSError:
        one.close()
        raise
    return one


def _pump(source, sink):
    with suppress(OSError):
        while piece := source.recv(CHUNK):
            sink.sendall(piece)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    place, *wanted = sys.argv[1:]
    for one in wanted:
        way, number = one.split(":")
        inner, outer = ("127.0.0.1", int(number)), f"{place}/{way}-{number}"
        Carried(*((listening(inner), outer) if way == "in" else (listening(outer), inner)))
    print("joined", flush=True)
    threading.Event().wait()
