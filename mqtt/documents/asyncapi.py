"""AsyncAPI 3.0 of what travels over MQTT, seen from the terminal: what it sends, and what it hears."""

from __future__ import annotations

from mqtt import topics
from mqtt.commands import OPERATIONS, Command, CommandAnswer
from mqtt.desired import KINDS, Desired
from mqtt.documents.schemas import Json, reference, schemas, text
from mqtt.events import EVENT_TYPES, Event
from mqtt.greeting import Greeting
from mqtt.link import SESSION
from mqtt.messages import REPORT_VERSION, Birth, CentreUp, Left, Lost, Report, StorageReceipt
from mqtt.topics import Delivery
from mqtt.wire import MAX_PAYLOAD, VERSION

_BINDING = "0.2.0"
_TERMINAL, _WHAT = "{terminal}", "{what}"
_MESSAGES = {
    "birth": Birth,
    "lost": Lost,
    "left": Left,
    "report": Report,
    "storageReceipt": StorageReceipt,
    "centreUp": CentreUp,
    "greeting": Greeting,
    "commandAnswer": CommandAnswer,
    "desired": Desired,
}
_SIGNED = ("command", "desired")
_JWS = " What is described is the payload of a JWS in compact form (RFC 7515; EdDSA; the key's certificate, of the fleet's \
authority and for signing only, in `x5c`; `typ` `tongban-{}`)."
_CHANNELS: dict[str, tuple[str, Delivery, tuple[str, ...], str]] = {
    "state": (
        topics.state(_TERMINAL),
        topics.STATE,
        ("birth", "lost", "left"),
        "Birth, will and leaving of a terminal. A will counts only when its `bd` is that of the present birth.",
    ),
    "report": (
        topics.health(_TERMINAL),
        topics.REPORT,
        ("report",),
        "State report of a terminal: whole after each birth, then differences, at least one in 30 s.",
    ),
    "events": (
        topics.events(_TERMINAL),
        topics.EVENT,
        tuple(EVENT_TYPES),
        "What a terminal's outbox holds, as CloudEvents 1.0 in structured mode. An event is sent until a storage receipt names it: "
        "receivers see some more than once, told apart by `source` and `id`.",
    ),
    "receipts": (
        topics.receipts(_TERMINAL),
        topics.RECEIPT,
        ("storageReceipt",),
        "What the centre has stored, after its commit.",
    ),
    "commands": (
        topics.commands(_TERMINAL),
        topics.COMMAND,
        ("command",),
        "What a terminal is to do, signed. Response Topic: the channel `answers`; Correlation Data: the command's id; its expiry "
        "is what is left of its life. Sent until it is answered, and at every birth; done once.",
    ),
    "answers": (
        topics.answers(_TERMINAL),
        topics.ANSWER,
        ("commandAnswer",),
        "How a command stands; which one says the Correlation Data. What became of it is an event, `command.ended`.",
    ),
    "desired": (
        topics.desired(_TERMINAL, _WHAT),
        topics.DESIRED,
        ("desired",),
        "What a terminal is to have: catalogue, settings, notices. A pointer, signed; the body is fetched over HTTPS.",
    ),
    "greetings": (
        topics.greetings(_TERMINAL),
        topics.GREETING,
        ("greeting",),
        "That the centre hears a terminal: after its birth, and after each whole report.",
    ),
    "centre": (topics.CENTRE_STATE, topics.STATE, ("centreUp", "lost", "left"), "Birth, will and leaving of the centre."),
}
_OPERATIONS: dict[str, tuple[str, str, str]] = {
    "sayState": ("send", "state", "At every connect: CONNECT with the will, SUBSCRIBE, then the birth. Leaving before DISCONNECT."),
    "report": ("send", "report", "After the birth, when something changes, and every 30 s."),
    "sendEvent": ("send", "events", "From the outbox, at most 20 unconfirmed at a time, oldest first."),
    "hearReceipt": ("receive", "receipts", "Only these free rows of the outbox; the broker's PUBACK frees nothing."),
    "hearCommand": ("receive", "commands", "Checked, written down, answered, done in its moment; its result is an event."),
    "answerCommand": ("send", "answers", "Accepted, waiting (a visit runs), running, ended. Always on its own topic."),
    "hearDesired": ("receive", "desired", "Checked, fetched, checked, switched to between two visits; reported by an event."),
    "hearGreeting": (
        "receive",
        "greetings",
        "Without one, a terminal of several brokers moves on. Asked to, it repeats its birth.",
    ),
    "hearCentre": ("receive", "centre", "When the centre comes back, what is unconfirmed is sent again, and the report is whole."),
}


def asyncapi() -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tongban: terminal and centre over MQTT 5",
            "version": f"{VERSION}.{REPORT_VERSION}",
            "description": "Unknown fields are tolerated; an unknown type or version is refused by name. Nothing here identifies "
            "an applicant. QoS 0 and 1 only; no shared subscriptions; nothing rests on retained messages. See README.md.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "broker.example:8883",
                "protocol": "secure-mqtt",
                "protocolVersion": "5.0",
                "description": "TLS 1.3. The name in the client's certificate is its user name and its client id.",
                "security": [{"$ref": "#/components/securitySchemes/certificate"}],
                "bindings": {
                    "mqtt": {
                        "cleanSession": False,
                        "sessionExpiryInterval": SESSION.expiry,
                        "lastWill": {
                            "topic": topics.state(_TERMINAL),
                            "qos": 1,
                            "retain": True,
                            "message": "`lost`, see components",
                        },
                        "bindingVersion": _BINDING,
                    }
                },
            }
        },
        "channels": {name: _channel(*of) for name, of in _CHANNELS.items()},
        "operations": {name: _operation(*of) for name, of in _OPERATIONS.items()},
        "components": {
            "securitySchemes": {
                "certificate": {"type": "X509", "description": "Of the fleet's own authority; see the OpenAPI document."}
            },
            "messages": {name: _message(kind, name) for name, kind in _MESSAGES.items()}
            | {"command": _command()}
            | {name: _event(name, kind) for name, kind in EVENT_TYPES.items()},
            "schemas": schemas([*_MESSAGES.values(), Command, *OPERATIONS.values(), Event, *EVENT_TYPES.values()]),
        },
    }


def _channel(address: str, how: Delivery, names: tuple[str, ...], said: str) -> Json:
    parameters: Json = {"terminal": {"description": "`[a-z0-9-]`, opaque, permanent: never a place."}}
    if _WHAT in address:
        parameters["what"] = {"enum": list(KINDS), "description": "Which of them."}
    return {
        "address": address,
        "description": f"{said} QoS {how.qos}{', retained' if how.retain else ''}; at most {MAX_PAYLOAD} bytes.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        **({"parameters": parameters} if _TERMINAL in address else {}),
    }


def _operation(action: str, channel: str, said: str) -> Json:
    _, how, _, _ = _CHANNELS[channel]
    binding: Json = {"qos": how.qos, "retain": how.retain, "bindingVersion": _BINDING}
    if how.expiry is not None:
        binding["messageExpiryInterval"] = how.expiry
    operation: Json = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "description": said,
        "bindings": {"mqtt": binding},
    }
    reply = {"events": "receipts", "commands": "answers"}.get(channel)
    if reply is not None:
        operation["reply"] = {"channel": {"$ref": f"#/channels/{reply}"}}
    return operation


def _message(kind: type, name: str) -> Json:
    message: Json = {"title": kind.__name__, "description": text(kind), "payload": reference(kind)}
    if name in _SIGNED:
        message["contentType"] = topics.COMMAND.content
        message["description"] += _JWS.format(name)
    return message


def _command() -> Json:
    """A command with the operation it names."""
    operations = [reference(kind) for kind in OPERATIONS.values()]
    payload = {"allOf": [reference(Command), {"type": "object", "properties": {"do": {"anyOf": operations}}}]}
    return {**_message(Command, "command"), "payload": payload}


def _event(name: str, kind: type) -> Json:
    return {
        "name": name,
        "title": kind.__name__,
        "description": text(kind),
        "contentType": topics.EVENT.content,
        "bindings": {"mqtt": {"payloadFormatIndicator": 1, "contentType": topics.EVENT.content, "bindingVersion": _BINDING}},
        "payload": {
            "allOf": [reference(Event), {"type": "object", "properties": {"type": {"const": name}, "data": reference(kind)}}],
        },
    }
