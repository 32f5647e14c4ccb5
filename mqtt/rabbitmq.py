"""What a cluster of RabbitMQ 4 nodes is told: its configuration and definitions, as texts. The same for every node.

Measured on 4.0.5 (Debian 13), and the reason for each line that is not a default:

- the name in the certificate is user name and client id; the latter only ``advanced.config`` can say (the schema of
  ``rabbitmq.conf`` knows the whole distinguished name, or an alternative name);
- no user has a password. Patterns know ``{username}``, but not in the name of a queue, which is a session: so each terminal has a
  line of its own, and a new one must be imported (``rabbitmqctl import_definitions``, while the nodes run);
- the centre's sessions are quorum queues and stand in the definitions: they outlive their node. As ``mqtt.durable_queue_type`` it
  would be so for every terminal's session as well, and 500 of those took RabbitMQ 7 s;
- a terminal's session lies on one node and is lost with it; the terminal gives it up then (``mqtt.connection.Session``);
- retained messages would be served by one node only, to nobody who asks with a wildcard, and kept for ever: none are;
- of a network that falls apart the smaller part stops (``pause_minority``): its clients are closed, and walk on;
- revoked certificates are read at each handshake from a folder of lists, named by their issuer as OpenSSL does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from cryptography import x509
from cryptography.x509.name import _ASN1Type

from mqtt.broker import CENTRE_USERS

PLUGINS = "[rabbitmq_mqtt].\n"
SESSION_DAYS = 1
_BY_CERTIFICATE_ALONE = {"password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}
_CONFIGURATION = """\
# tongban: a node of the fleet's broker, the same on every node
listeners.tcp = none
mqtt.listeners.tcp = none
mqtt.listeners.ssl.default = {host}:{port}
mqtt.allow_anonymous = false
mqtt.ssl_cert_login = true
ssl_cert_login_from = common_name
mqtt.tcp_listen_options.backlog = 4096
mqtt.tcp_listen_options.nodelay = true
mqtt.login_timeout = 10000
mqtt.max_packet_size_unauthenticated = 4096
mqtt.max_packet_size_authenticated = 65536
mqtt.max_session_expiry_interval_seconds = {session}
mqtt.prefetch = 50000
mqtt.topic_alias_maximum = 0
mqtt.retained_message_store = rabbit_mqtt_retained_msg_store_noop
definitions.import_backend = local_filesystem
definitions.local.path = {at}/definitions.json
definitions.skip_if_unchanged = true
cluster_partition_handling = pause_minority
net_ticktime = 15
disk_free_limit.absolute = 1GB
log.file.level = warning
{nodes}"""
_ADVANCED = """\
%% tongban: what rabbitmq.conf has no words for. It knows most of these options, but would lose them to the two it does not know.
[
 {{rabbit, [{{ssl_options, [
  {{cacertfile, "{at}/ca.pem"}},
  {{certfile, "{at}/server.pem"}},
  {{keyfile, "{at}/server.key"}},
  {{versions, ['tlsv1.3']}},
  {{verify, verify_peer}},
  {{fail_if_no_peer_cert, true}},
  {{crl_check, peer}},
  {{crl_cache, {{ssl_crl_hash_dir, {{internal, [{{dir, "{at}/crl"}}]}}}}}}
 ]}}]}},
 {{rabbitmq_mqtt, [{{ssl_cert_client_id_from, common_name}}]}}
].
"""


def configuration(at: PurePosixPath, *, port: int, nodes: Sequence[str], host: str = "0.0.0.0") -> str:  # noqa: S104
    """``rabbitmq.conf``. ``at``: the folder on every node; ``nodes``: their Erlang names (``rabbit@host``), none for one alone."""
    lines = [f"cluster_formation.classic_config.nodes.{n} = {node}\n" for n, node in enumerate(nodes, 1)]
    if nodes:
        lines.insert(0, "cluster_formation.peer_discovery_backend = classic_config\n")
        lines.append(f"cluster_formation.target_cluster_size_hint = {len(nodes)}\n")
    return _CONFIGURATION.format(at=at, port=port, host=host, session=SESSION_DAYS * 86400, nodes="".join(lines))


def environment(host: str) -> str:
    """``rabbitmq-env.conf`` of the node on ``host``."""
    return f"NODENAME=rabbit@{host}\nUSE_LONGNAME={'true' if '.' in host else 'false'}\n"


def advanced(at: PurePosixPath) -> str:
    """``advanced.config``."""
    return _ADVANCED.format(at=at)


def definitions(terminals: Iterable[str], workers: int = 1) -> str:
    """``definitions.json``: who may come in, and who may use which topic; the sessions of the centre's ``workers``. ``terminals``:
    their ids.
    """
    centre = CENTRE_USERS[:workers]
    names = [*centre, *terminals]
    return json.dumps(
        {
            "vhosts": [{"name": "/"}],
            "users": [{"name": name, **_BY_CERTIFICATE_ALONE} for name in names],
            "permissions": [_permission(name) for name in names],
            "topic_permissions": [_topics(name, of_centre=name in centre) for name in names],
            "queues": [
                {
                    "name": f"mqtt-subscription-{name}qos1",
                    "vhost": "/",
                    "durable": True,
                    "auto_delete": False,
                    "arguments": {"x-queue-type": "quorum", "x-expires": SESSION_DAYS * 86_400_000},
                }
                for name in centre
            ],
        },
        indent=1,
    )


def revocation_file(issuer: x509.Name) -> str:
    """Name of the list of ``issuer`` in the folder of lists: the hash of X509_NAME_hash(3) of OpenSSL, and ``.r0``."""
    canonical = b""
    for relative in issuer.rdns:
        attributes = [
            x509.NameAttribute(one.oid, " ".join(str(one.value).split()).lower(), _ASN1Type.UTF8String, _validate=False)
            for one in relative
        ]
        whole = x509.Name([x509.RelativeDistinguishedName(attributes)]).public_bytes()
        canonical += whole[2 if whole[1] < 0x80 else 3 :]  # without the header of the SEQUENCE around it
    return f"{int.from_bytes(hashlib.sha1(canonical).digest()[:4], 'little'):08x}.r0"  # noqa: S324


def _permission(name: str) -> dict[str, str]:
    """Its own sessions and its own will that waits, and the exchange all topics are in; a will goes to wait by way of the default
    exchange, to which nobody can publish over MQTT.
    """
    own = f"mqtt-(subscription-{name}qos[01]|will-{name})"
    write, read = rf"^({own}|amq\.(topic|default))$", rf"^({own}|amq\.topic)$"
    return {"user": name, "vhost": "/", "configure": f"^{own}$", "write": write, "read": read}


def _topics(name: str, *, of_centre: bool) -> dict[str, str]:
    """MQTT's ``/`` and ``+`` are ``.`` and ``*`` here; what is read is judged by the filter that is subscribed to."""
    if of_centre:
        write, read = r"^k1\.([a-z0-9-]+\.dn\..+|host\.st)$", r"^k1\.(\*\.(st|up\.[a-z]+)|host\.st)$"
    else:
        write, read = r"^k1\.{username}\.(st|up\.[a-z]+)$", r"^k1\.({username}\.dn\.[a-z#*]+(\.[a-z*]+)?|host\.st)$"
    return {"user": name, "vhost": "/", "exchange": "amq.topic", "write": write, "read": read}
