"""Network, names and time as they are now: each asked for itself, with the very TLS the terminal uses. Takes some seconds."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from domain.profile import addresses
from kiosk import faults
from kiosk.clock import CHINA, Clock
from kiosk.enrolment import centre
from kiosk.enrolment.centre import FaultError, NotReachedError, RefusedError
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.settings import CentreSettings
from kiosk.staff.port import Checked
from mqtt.tls import context

PATIENCE = 5.0
NAMES_PATIENCE = 8.0
_SIOCGIFADDR = 0x8915
"""Linux: an interface's IPv4 address (netdevice(7))."""


def look(wanted: CentreSettings, clock: Clock) -> tuple[Checked, ...]:
    """Addresses, names, each broker, centre, clock; side by side, so that one that is mute costs its own time only."""
    brokers = addresses(wanted.broker)
    documents = urlsplit(wanted.documents)
    files = IdentityFiles(wanted.identity)
    looks: list[Callable[[], Checked]] = [
        lambda: _addresses(brokers[0][0]),
        lambda: _names({*(host for host, _ in brokers), documents.hostname or ""}),
        *(partial(_broker, host, port, files) for host, port in brokers),
        lambda: _centre(wanted.documents, files),
        lambda: _time(wanted.documents, files, clock),
    ]
    with ThreadPoolExecutor(len(looks)) as pool:
        return tuple(pool.map(lambda one: one(), looks))


def identity(wanted: CentreSettings) -> tuple[Checked, ...]:
    """Certificate, its renewal, and what the centre says of it."""
    files = IdentityFiles(wanted.identity)
    try:
        held = files.held()
    except IdentityDamagedError:
        return (_fault("证书", "certificate_damaged"),)
    if held is None:
        return (Checked("证书", "failed", "这台终端还没有登记", "向中心要登记码，在这里登记。"),)
    now = datetime.now(UTC)
    left, due = held.until - now, held.since + (held.until - held.since) * 2 / 3
    span = f"从 {_day(held.since)} 到 {_day(held.until)}"
    good = Checked("证书", "passed", f"终端 {held.terminal}，{span}，还有 {max(0, left.days)} 天")
    certificate = good if left > timedelta(0) else Checked("证书", "failed", f"已过期，{span}", faults.fault(centre.EXPIRED).staff)
    renewal = Checked("自动续证", "passed" if now < due else "unknown", f"{_day(due)} 起自动续，不用重启")
    return certificate, renewal, _standing(wanted.documents, files)


def _standing(address: str, files: IdentityFiles) -> Checked:
    try:
        found = centre.standing(address, files.tls())
    except RefusedError as error:
        return _fault("中心认不认", centre.REVOKED if error.why == "revoked" else centre.UNKNOWN)
    except FaultError as error:
        return _fault("中心认不认", error.code)
    except (NotReachedError, OSError) as error:
        return Checked("中心认不认", "unknown", f"现在问不到中心：{error}"[:200], "看“网络和时间”这一页。")
    return _fault("中心认不认", "identity_cloned") if found.cloned else Checked("中心认不认", "passed", "中心认可这张证书")


def _addresses(towards: str) -> Checked:
    """Loopback left out. The one the way to the broker begins at is named as such; asking for it sends nothing."""
    found = [f"{name} {address}" for name, address in (*_v4(), *_v6())]
    if not found:
        return Checked("本机地址", "failed", "没有网络地址", "查网线、交换机、网络设置。")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((towards, 9))
            way = f"；往中心走 {probe.getsockname()[0]}"
    except OSError:
        way = ""
    return Checked("本机地址", "passed", f"{'，'.join(found)}{way}")


def _v4() -> Iterator[tuple[str, str]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked.fileno(), _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue  # it has none
            if not (address := ipaddress.IPv4Address(answer[20:24])).is_loopback:
                yield name, str(address)


def _v6() -> Iterator[tuple[str, str]]:
    try:
        lines = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
    except OSError:
        return
    for line in lines:
        digits, _, _, _, _, name = line.split()
        address = ipaddress.IPv6Address(bytes.fromhex(digits))
        if not address.is_loopback and not address.is_link_local:
            yield name, str(address)


def _names(hosts: set[str]) -> Checked:
    """A resolver that does not answer would hold us for half a minute: it is asked by a thread nobody waits for."""
    found: dict[str, str] = {}
    wrong: dict[str, str] = {}

    def ask(host: str) -> None:
        try:
            found[host] = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]  # type: ignore[assignment]
        except OSError as error:
            wrong[host] = error.strerror or str(error)

    threads = [threading.Thread(target=ask, args=(host,), daemon=True) for host in sorted(hosts)]
    end = time.monotonic() + NAMES_PATIENCE
    for one in threads:
        one.start()
    for one in threads:
        one.join(max(0.0, end - time.monotonic()))
    mute = hosts - set(found) - set(wrong)
    if wrong or mute:
        said = [f"{host}：{why}" for host, why in sorted(wrong.items())] + [f"{host}：没有应答" for host in sorted(mute)]
        return Checked("域名（DNS）", "failed", "；".join(said), "查 DNS 服务器的地址，和设置里的中心地址。")
    return Checked("域名（DNS）", "passed", "；".join(f"{host} 是 {address}" for host, address in sorted(found.items())))


def _broker(host: str, port: int, files: IdentityFiles) -> Checked:
    """A whole TLS handshake with our certificate and nothing after it: no session is taken over."""
    title = "消息服务（MQTT）"
    began = time.monotonic()
    try:
        trust = context(files.tls())
        with socket.create_connection((host, port), PATIENCE) as plain, trust.wrap_socket(plain, server_hostname=host) as line:
            line.settimeout(0.3)
            took, spoken = time.monotonic() - began, line.version()
            with contextlib.suppress(TimeoutError):
                line.read(1)  # with TLS 1.3 the other end's no to our certificate comes after the handshake
    except ssl.SSLCertVerificationError as error:
        return Checked(title, "failed", f"{host}:{port} 的证书不对：{error.verify_message}", faults.fault("centre_untrusted").staff)
    except ssl.SSLError as error:
        return Checked(title, "failed", f"{host}:{port} 不接受本机的证书：{error.reason or error}", "看“登记”这一页；请中心核对。")
    except OSError as error:
        return _unreached(title, f"{host}:{port}", error)
    return Checked(title, "passed", f"{host}:{port} 通，{spoken}，{took * 1000:.0f} 毫秒")


def _centre(address: str, files: IdentityFiles) -> Checked:
    title = "中心（上传）"
    began = time.monotonic()
    try:
        with httpx.Client(base_url=address, verify=context(files.tls()), timeout=PATIENCE, trust_env=False) as client:
            answer = client.get("/")
    except (httpx.HTTPError, OSError) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Checked(title, "failed", f"{address} 的证书不对", faults.fault("centre_untrusted").staff)
        return _unreached(title, address, error)
    # Whatever it answers to a path that is none: it is there, and TLS held both ways.
    return Checked(title, "passed", f"{address} 通，应答 {answer.status_code}，{(time.monotonic() - began) * 1000:.0f} 毫秒")


def _time(address: str, files: IdentityFiles, clock: Clock) -> Checked:
    kept = "有时间服务校时" if clock.synchronised() else "没有时间服务校时"
    now = f"本机 {clock.now():%Y-%m-%d %H:%M:%S}，{kept}"
    try:
        offset = centre.clock_offset(address, files.tls())
    except FaultError as error:
        return Checked("时间", "unknown", f"{now}；问不到中心的时间", faults.fault(error.code).staff)
    except (NotReachedError, OSError):
        return Checked("时间", "unknown", f"{now}；问不到中心的时间", "网通了再看。")
    words = "与中心一致" if abs(offset) < 2 else f"比中心{'慢' if offset > 0 else '快'} {abs(offset):.0f} 秒"
    if abs(offset) > centre.MOST_OFFSET:
        return Checked("时间", "failed", f"{now}，{words}", faults.fault(centre.CLOCK).staff)
    return Checked("时间", "passed", f"{now}，{words}")


def _unreached(title: str, where: str, error: Exception) -> Checked:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        why = "没有应答"
    elif isinstance(error, ConnectionRefusedError) or "refused" in str(error):
        why = "那里没有服务"
    else:
        why = (getattr(error, "strerror", None) or type(error).__name__)[:80]
    return Checked(title, "failed", f"{where} 不通：{why}", "查网线、网关、防火墙，和设置里的地址。")


def _fault(title: str, code: str) -> Checked:
    words = faults.fault(code)
    return Checked(title, "failed", words.cause, words.staff)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d}"
