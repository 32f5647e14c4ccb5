"""What the fleet's mosquitto (2.0.11 and later) is told: its configuration and who may use which topic, as texts.

Measured on 2.0.11, and the reason for each line that is not a default:

- ``max_queued_messages`` 1000, the default, drops silently after PUBACK "Success"; 0 broke all delivery in 2.0.16, so a
  large number;
- without ``set_tcp_nodelay`` 460 QoS 1 messages a second a connection, with it 41 670;
- an option of a listener before the first ``listener`` line opens a second one, on port 1883 of every address;
- a kill loses what came since the last autosave. Nothing rests on that: terminals keep events until the centre's receipt.
  ``autosave_on_changes`` would keep it, and write the whole database at every change of any terminal;
- the name in the certificate is user name and client id: nobody speaks, or takes a session over, as somebody else.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path

from msgspec import Struct

CENTRE_USER = "fleet"
"""The name that may read every terminal; no terminal can have it, nor one of :data:`CENTRE_USERS`."""
MOST_WORKERS = 8
CENTRE_USERS = (CENTRE_USER, *(f"{CENTRE_USER}-{number}" for number in range(2, MOST_WORKERS + 1)))
"""Of each ingest worker its own: the name in the certificate is its session's too."""

_CONFIGURATION = """\
# tongban: broker of the fleet
{user}persistence true
persistence_location {files.data}/
autosave_interval 60
max_queued_messages 200000
max_inflight_messages 65535
message_size_limit 65536
max_keepalive 120
set_tcp_nodelay true
persistent_client_expiration 1d
allow_anonymous false
acl_file {files.access}
pid_file {files.pid}
listener {port}{host}
cafile {files.authority}
certfile {files.certificate}
keyfile {files.key}
crlfile {files.revoked}
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
use_username_as_clientid true
"""


_OF_THE_CENTRE = """\
user {user}
topic read k1/+/st
topic read k1/+/up/#
topic write k1/+/dn/#
topic readwrite k1/host/st

"""


class BrokerFiles(Struct, frozen=True):
    """``data``: folder of the broker's own database; the others are files, PEM where TLS wants them."""

    data: Path
    access: Path
    pid: Path
    authority: Path
    certificate: Path
    key: Path
    revoked: Path


def configuration(files: BrokerFiles, *, port: int, host: str = "", user: str = "") -> str:
    """``mosquitto.conf``: one listener, TLS 1.3, only who shows a certificate. ``host`` empty: every address of this machine;
    ``user``: whom it becomes when started as root.
    """
    return _CONFIGURATION.format(files=files, port=port, host=f" {host}" if host else "", user=f"user {user}\n" if user else "")


def access() -> str:
    """The ACL file: a terminal (its user name is its id) writes its own upward topics and reads its own downward ones."""
    own = "".join(_OF_THE_CENTRE.format(user=user) for user in CENTRE_USERS)
    return f"""\
# tongban: who may use which topic
{own}pattern write k1/%u/st
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
