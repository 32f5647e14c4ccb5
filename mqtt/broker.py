"""What the fleet's mosquitto (2.0.11 and later) is told: its configuration and who may use which topic, as texts.

Measured on 2.0.11, and the reason for each line that is not a default:

- ``max_queued_messages`` 1000, the default, drops silently after PUBACK "Success"; 0 broke all delivery in 2.0.16, so a
  large number;
- without ``set_tcp_nodelay`` 460 QoS 1 messages a second a connection, with it 41 670;
- an option of a listener before the first ``listener`` line opens a second one, on port 1883 of every address;
- a kill loses what came since the last autosave. Nothing rests on that: terminals keep events until the centre's receipt.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

CENTRE_USER = "fleet"
"""The one account that may read every terminal; it cannot be a terminal's name in the broker's password file as well."""

_CONFIGURATION = """\
# tongban: broker of the fleet
persistence true
persistence_location {folder}/
autosave_interval 60
max_queued_messages 200000
max_inflight_messages 2000
message_size_limit 65536
max_keepalive 120
set_tcp_nodelay true
persistent_client_expiration 1d
allow_anonymous false
password_file {passwords}
acl_file {access}
listener {port} {host}
use_username_as_clientid true
"""


def configuration(folder: Path, *, passwords: Path, access: Path, host: str = "127.0.0.1", port: int = 1883, user: str = "") -> str:
    """``mosquitto.conf``. ``folder`` holds the broker's own database; ``user`` is whom it becomes when started as root.

    The listener is plain TCP, therefore loopback only: ``ValueError`` for any other ``host``.
    """
    if not is_loopback(host):
        raise ValueError(f"a plain listener belongs on the loopback, not on {host}")
    text = _CONFIGURATION.format(folder=folder, passwords=passwords, access=access, host=host, port=port)
    return text + f"user {user}\n" if user else text


def access() -> str:
    """The ACL file: a terminal (its user name is its id) writes its own upward topics and reads its own downward ones."""
    return f"""\
# tongban: who may use which topic
user {CENTRE_USER}
topic read k1/+/st
topic read k1/+/up/#
topic write k1/+/dn/#
topic readwrite k1/host/st

pattern write k1/%u/st
pattern write k1/%u/up/#
pattern read k1/%u/dn/#
pattern read k1/host/st
"""


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address) is this machine only. A name other than ``localhost`` is not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
