"""A cupsd of the terminal's own: its configuration, its start, its one queue.

What it promises, and by which line:

* nothing outlives a job: ``PreserveJobFiles No``, ``PreserveJobHistory No``; no access or page log (titles would stand there);
* nothing reaches a disk: all its folders lie below one that must be tmpfs, and each start begins with empty ones;
* nobody else prints or looks: one Unix socket in a folder of mode 0700, no port, no browsing, no sharing, no web page;
* nothing waits for the next citizen: ``ErrorPolicy abort-job``, ``MaxJobTime``, and the driver's own deadline before these.

It runs as the terminal's user; started by root it hands itself to ``lp``. The machine's own cupsd, if there is one, is not touched.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

QUEUE = "a4"
SOCKET = "cups.sock"
MAX_JOB_TIME = 600
"""Seconds after which cupsd itself cancels; the driver's deadline comes first."""
ADDING = 10
"""Seconds ``lpadmin`` may take: it asks the printer for all it can do."""
_FOLDERS = ("etc", "spool", "tmp", "cache", "state")

_CUPSD = """\
# Written by tongban at every start: changes here are lost.
Listen {base}/{socket}
PreserveJobFiles No
PreserveJobHistory No
MaxJobs 20
MaxJobTime {max_job_time}
ErrorPolicy abort-job
Browsing No
BrowseLocalProtocols none
DefaultShared No
WebInterface No
LogLevel warn
AccessLogLevel config
PageLogFormat
<Location />
  Order allow,deny
  Allow all
</Location>
# Whoever can reach the socket is this terminal's own user.
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_FILES = """\
# Written by tongban at every start: changes here are lost.
ServerRoot {base}/etc
RequestRoot {base}/spool
TempDir {base}/tmp
CacheDir {base}/cache
StateDir {base}/state
ServerKeychain {base}/etc/ssl
AccessLog /dev/null
PageLog /dev/null
ErrorLog stderr
FileDevice No
SystemGroup {group}
"""


def account() -> pwd.struct_passwd | None:
    """Whom root hands its cupsd to, as cupsd runs no filter for root: Debian's ``lp``. ``None``: it stays ours."""
    return pwd.getpwnam("lp") if os.getuid() == 0 else None


def run(base: Path) -> NoReturn:
    """Become a cupsd with an empty spool below ``base``. ``OSError`` when it is not installed."""
    write(base)
    argv = command(base)
    if (other := account()) is not None:
        # A change of user takes the parent's death signal away, by which the demonstration ends what it started.
        user = ("--reuid", str(other.pw_uid), "--regid", str(other.pw_gid), "--clear-groups", "--pdeathsig", "KILL")
        argv = ("/usr/bin/setpriv", *user, "--", *argv)
    os.execv(argv[0], argv)  # noqa: S606 no shell is wanted


def write(base: Path) -> None:
    """Fresh folders and configuration below ``base``; what lay in them is gone. ``base`` is to be on tmpfs and ours alone."""
    base.mkdir(parents=True, exist_ok=True)
    base.chmod(0o700)
    for name in _FOLDERS:
        shutil.rmtree(base / name, ignore_errors=True)
        (base / name).mkdir(mode=0o700)
    (base / SOCKET).unlink(missing_ok=True)
    (base / "etc" / "cupsd.conf").write_text(_CUPSD.format(base=base, socket=SOCKET, max_job_time=MAX_JOB_TIME), "utf-8")
    other = account()
    group = grp.getgrgid(other.pw_gid if other else os.getgid()).gr_name
    (base / "etc" / "cups-files.conf").write_text(_FILES.format(base=base, group=group), "utf-8")
    if other is not None:
        for path in (base, *base.rglob("*")):
            os.chown(path, other.pw_uid, other.pw_gid)


def command(base: Path) -> tuple[str, ...]:
    """What starts cupsd on the configuration in ``base``, in the foreground."""
    return (
        daemon() or "/usr/sbin/cupsd",
        "-f",
        "-c",
        str(base / "etc" / "cupsd.conf"),
        "-s",
        str(base / "etc" / "cups-files.conf"),
    )


def daemon() -> str | None:
    """Where cupsd is; ``None``: it is not installed. Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def add_queue(socket: Path, uri: str) -> str | None:
    """Make the queue for the driverless printer at ``uri``; why it could not be made."""
    lpadmin = shutil.which("lpadmin", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "lpadmin"
    argv = (lpadmin, "-h", str(socket), "-p", QUEUE, "-E", "-v", uri, "-m", "everywhere", "-o", "printer-error-policy=abort-job")
    try:
        subprocess.run(argv, check=True, capture_output=True, timeout=ADDING)
    except subprocess.CalledProcessError as error:
        return error.stderr.decode("utf-8", "replace").strip() or f"lpadmin: {error.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"lpadmin: {type(error).__name__}"
    return None
