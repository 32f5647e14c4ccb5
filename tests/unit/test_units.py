"""What makes a machine a terminal (``systemd/``): systemd itself reads the units, and judges how much they leave open."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2] / "systemd"
UNITS = HERE / "units"
ROOT = "tongban-setup.service"
"""Sets the system up, once, by a technician's file: the reason stands in it."""
SERVICES = sorted(path.name for path in UNITS.glob("*.service") if path.name != ROOT)
NAMED = sorted(path.name for path in UNITS.iterdir() if path.is_file())
PROGRAMS = re.compile("/usr/lib/tongban/bin/[a-z-]+")
BAR = 2.0


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are, with a program and neighbours that exist: nothing of ours is installed where tests run."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(UNITS, folder, dirs_exist_ok=True)
    for path in folder.glob("*.service"):
        path.write_text(PROGRAMS.sub("/usr/bin/env", path.read_text()))
    for neighbour in ("seatd.service", "mosquitto.service", "pcscd.service", "systemd-tmpfiles-setup.service"):
        (folder / neighbour).write_text("[Service]\nExecStart=/usr/bin/env\n")
    (folder / "pcscd.socket").write_text("[Socket]\nListenStream=/run/pcscd/pcscd.comm\n")
    return folder


@pytest.mark.parametrize("name", NAMED)
def test_systemd_finds_nothing_to_say_about_a_unit(units: Path, name: str) -> None:
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(units / name)], capture_output=True, text=True, check=False, timeout=30
    )
    said = [line for line in told.stderr.splitlines() if str(units) in line or name in line]
    assert said == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_leaves_little_open(name: str) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNITS / name)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told.stdout)
    assert found is not None
    assert float(found[1]) <= BAR


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_fence_leaves_open_has_its_reason_beside_it(name: str) -> None:
    """A line that is missing of those the others have is named in a comment."""
    text = (UNITS / name).read_text()
    for line in ("MemoryDenyWriteExecute=yes", "ProcSubset=pid", "IPAddressDeny=any", "RestrictNamespaces=yes"):
        key = line.partition("=")[0]
        assert line in text.splitlines() or re.search(rf"^# .*\b{key}|^#.*\n{key}=", text, re.MULTILINE), f"{name}: {key}"


def test_no_unit_takes_back_what_all_have_in_common() -> None:
    """The common drop-in is read last: what a unit said of these before would be lost, or, in a list, turned round."""
    common = {line.partition("=")[0] for line in _lines(UNITS / "tongban-.service.d" / "60-locked.conf")}
    for name in SERVICES:
        own = {line.partition("=")[0] for line in _lines(UNITS / name)}
        assert own & common <= {"DeviceAllow", "ExecPaths"}, name


def test_every_user_and_folder_a_unit_names_is_made() -> None:
    made = "".join(path.read_text() for path in (HERE / "sysusers").iterdir())
    for name in SERVICES:
        for line in _lines(UNITS / name):
            key, _, value = line.partition("=")
            if key in ("User", "Group", "SupplementaryGroups"):
                ours = [word for word in value.split() if word.startswith("tongban")]
                assert all(re.search(rf"^[ug] {word} ", made, re.MULTILINE) for word in ours), (name, line)


def test_nothing_names_a_folder_that_only_one_kind_of_board_has() -> None:
    """A namespace that names /lib64 without a dash does not come up on arm64."""
    for path in UNITS.rglob("*"):
        if path.is_file():
            for line in _lines(path):
                key, _, value = line.partition("=")
                if key in ("ExecPaths", "NoExecPaths", "ReadWritePaths", "BindPaths"):
                    assert not re.search(r"(^| )/lib", value), (path.name, line)


def test_every_policy_is_one_the_browser_knows() -> None:
    """Not one is of another version's: a name the browser does not know is skipped, and what it forbids is allowed."""
    policies = json.loads((HERE / "chromium" / "policy.json").read_text())
    found = subprocess.run(
        ["grep", "-aozxF", "-e", "\n".join(policies), "/usr/lib/chromium/chromium"],
        capture_output=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=60,
    )
    assert set(policies) - set(found.stdout.decode().split("\0")) == set()


def test_the_browser_may_see_the_terminals_page_and_nothing_else() -> None:
    policies = json.loads((HERE / "chromium" / "policy.json").read_text())
    assert policies["URLBlocklist"] == ["*"]
    assert policies["URLAllowlist"] == ["http://127.0.0.1:8600"]
    assert policies["DeveloperToolsAvailability"] == 2
    assert policies["AllowFileSelectionDialogs"] is False


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if "=" in line and not line.startswith("#")]


FSTAB = "PARTUUID=x-01 /boot/firmware vfat defaults 0 2\nPARTUUID=x-02 / ext4 defaults,noatime 0 1\n"
DATA = "LABEL=tongban /var/lib/tongban ext4 defaults,noatime 0 2\n"


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """The tree of a card of a Pi."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "boot/firmware").mkdir(parents=True)
    (tmp_path / "etc/fstab").write_text(FSTAB + DATA)
    (tmp_path / "boot/firmware/cmdline.txt").write_text("console=tty1 root=PARTUUID=x-02 rootwait\n")
    return tmp_path


def lock(card: Path, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(HERE / "lock" / "lock-root"), how],
        env={"ROOT": str(card), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_a_locked_root_leaves_the_data_partition_writable_and_the_boot_partition_not(card: Path) -> None:
    for _ in range(2):  # again is harmless
        assert lock(card, "on").returncode == 0
    assert (card / "etc/overlayroot.local.conf").read_text() == 'overlayroot="tmpfs:recurse=0"\n'
    assert (card / "etc/fstab").read_text() == FSTAB.replace("vfat defaults", "vfat ro,defaults") + DATA
    line = (card / "boot/firmware/cmdline.txt").read_text()
    assert line == "console=tty1 root=PARTUUID=x-02 rootwait consoleblank=0 vt.global_cursor_default=0 fsck.repair=yes panic=10\n"


def test_a_root_is_unlocked_as_it_was(card: Path) -> None:
    lock(card, "on")
    assert lock(card, "off").returncode == 0
    assert (card / "etc/overlayroot.local.conf").read_text() == 'overlayroot="disabled"\n'
    assert (card / "etc/fstab").read_text() == FSTAB + DATA


def test_a_lock_that_failed_at_the_start_is_told(card: Path) -> None:
    (card / "proc/self").mkdir(parents=True)
    mounts = card / "proc/self/mounts"
    mounts.write_text("/dev/mmcblk0p2 / ext4 rw 0 0\n")
    assert (lock(card, "status").returncode, lock(card, "status").stdout) == (0, "系统盘可以写\n")
    lock(card, "on")
    told = lock(card, "status")
    assert (told.returncode, told.stdout) == (1, "系统盘可以写\n")
    assert "没有锁上" in told.stderr
    (card / "run").mkdir()
    (card / "run/tongban-lock").touch()  # ordered since the start
    assert (lock(card, "status").returncode, lock(card, "status").stdout) == (0, "系统盘可以写\n下次启动：只读\n")
    mounts.write_text("overlayroot / overlay rw 0 0\n")
    lock(card, "off")
    assert lock(card, "status").stdout == "系统盘只读\n下次启动：可以写\n"


def test_without_a_data_partition_nothing_is_locked(card: Path) -> None:
    """What people handed in would be gone with the power."""
    (card / "etc/fstab").write_text(FSTAB)
    for how in ("check", "on"):
        told = lock(card, how)
        assert told.returncode == 1
        assert "/var/lib/tongban" in told.stderr
    assert not (card / "etc/overlayroot.local.conf").exists()
    assert (card / "etc/fstab").read_text() == FSTAB
