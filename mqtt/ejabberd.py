"""What a cluster of ejabberd nodes (23.01 and later) is told: its configuration, as texts. The same for every node but one line.

Shown with 24.12 (Debian 13). It knows ``%u`` in topics and takes the name in the certificate as the user's, so that a new
terminal needs no word from us; sessions belong to a user, whatever client id is said. What it cannot:

- read a revocation list: whom the authority has revoked is named here, and shut out as a user, with every certificate of that name;
- keep a session when its node is gone: sessions are in one node's memory. Nothing rests on them;
- refuse TLS below 1.3, as its MQTT listener has no words for that. The centre and terminals do, at their end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from mqtt.broker import CENTRE_USERS

DOMAIN = "fleet"
"""Users are ``{id}@fleet``; nobody writes that."""
_CONFIGURATION = """\
# tongban: a node of the fleet's broker, the same on every node
hosts: [{domain}]
loglevel: warning
certfiles: ["{at}/server.pem", "{at}/server.key"]
ca_file: "{at}/ca.pem"
acme: {{auto: false}}
c2s_cafile: "{at}/ca.pem"  # its MQTT listener takes this one
auth_method: [mnesia]  # in which nobody is: only certificates come in
listen:
  - port: {port}
    ip: "{host}"
    module: mod_mqtt
    backlog: 4096
    tls: true
    tls_verify: true
    max_payload_size: 65536
acl:
  centre: {{user: [{centre}]}}
  revoked: {{user: [{revoked}]}}
access_rules:
  by_the_centre: {{allow: centre}}
  by_itself: [{{deny: revoked}}, {{allow: all}}]
modules:
  mod_mqtt:
    session_expiry: 1 day
    max_queue: 200000
    max_topic_depth: 8
    match_retained_limit: 100000
    access_publish:
      "k1/+/dn/#": by_the_centre
      "k1/host/st": by_the_centre
      "k1/%u/st": by_itself
      "k1/%u/up/#": by_itself
    access_subscribe:
      "k1/+/st": by_the_centre
      "k1/+/up/#": by_the_centre
      "k1/host/st": by_itself
      "k1/%u/dn/#": by_itself
"""


def configuration(
    at: PurePosixPath,
    *,
    port: int,
    host: str = "0.0.0.0",  # noqa: S104
    revoked: Iterable[str] = (),
) -> str:
    """``ejabberd.yml``. ``at``: the folder on every node; ``revoked``: terminals that are shut out."""
    users = (", ".join(f'"{one}"' for one in names) for names in (CENTRE_USERS, revoked))
    centres, shut_out = users
    return _CONFIGURATION.format(at=at, domain=DOMAIN, port=port, host=host, centre=centres, revoked=shut_out)


def control(host: str) -> str:
    """``ejabberdctl.cfg`` of the node on ``host``."""
    return f"ERLANG_NODE=ejabberd@{host}\n"
