"""No way round the page before it stands (``systemd/lock/lock-root``): GRUB's menu, by GRUB's own programs, and the kernel's line.

grub-mkconfig writes for the machine it runs on, so it has another ``/etc`` and ``/boot``, in a mount namespace, and is told where
its disk is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
LOCK_ROOT = SYSTEMD / "lock/lock-root"
FSTAB = "UUID=1 / ext4 defaults 0 1\nUUID=2 /boot/efi vfat umask=0077 0 1\nLABEL=data /var/lib/tongban ext4 defaults 0 2\n"
DEFAULTS = """\
GRUB_TIMEOUT=5
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200n8"
"""
KERNELS = ("6.12.74-amd64", "6.12.73-amd64")
PROBE = """#!/bin/sh
case "$*" in
  *target=device*) echo /dev/sda2 ;;
  *target=fs_uuid*) echo 1f8c-77aa ;;
  *target=partmap*) echo gpt ;;
  *target=fs*) echo ext2 ;;
  *target=compatibility_hint*) echo hd0,gpt2 ;;
esac
"""
"""What GRUB finds out about a disk by looking at it."""
OTHER = "#!/bin/sh\necho \"menuentry 'Memory test' \\$menuentry_id_option 'memtest' { true; }\"\n"
NAMESPACE = (
    'mount --bind "$1/etc" /etc; mount --bind "$1/boot" /boot; mount --bind "$1/probe" /usr/sbin/grub-probe; shift; exec "$@"'
)
DIES = "set -T; trap '[ $((lines = lines + 1)) -lt $AT ] || kill -KILL $$' DEBUG\n"
"""For bash: the power goes before that command of the script."""


class Pc:
    """A PC with Debian's GRUB and two kernels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("etc/default", "etc/grub.d", "boot/grub"):
            (folder / name).mkdir(parents=True)
        for name in ("00_header", "10_linux"):
            shutil.copy(Path("/etc/grub.d") / name, folder / "etc/grub.d" / name)
        (folder / "etc/grub.d/40_other").write_text(OTHER)
        (folder / "etc/grub.d/40_other").chmod(0o755)
        (folder / "etc/fstab").write_text(FSTAB)
        (folder / "etc/default/grub").write_text(DEFAULTS)
        (folder / "probe").write_text(PROBE)
        (folder / "probe").chmod(0o755)
        for version in KERNELS:
            for name in (f"vmlinuz-{version}", f"initrd.img-{version}"):
                (folder / "boot" / name).write_bytes(b"a kernel")
        self.menu = folder / "boot/grub/grub.cfg"
        self.run("grub-mkconfig", "-o", "/boot/grub/grub.cfg")

    def run(self, *command: str, check: bool = True, **more: str) -> int:
        private = ("unshare", "--map-root-user", "--mount", "sh", "-ec", NAMESPACE, "sh", str(self.folder))
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **more}
        done = subprocess.run([*private, *command], env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0 or not check, done.stderr
        return done.returncode

    def lay(self, how: str) -> str:
        """What ``lock-root on`` and ``off`` lay for the next start; the menu afterwards."""
        self.run("sh", str(LOCK_ROOT), "lay", how)
        return self.menu.read_text()

    def starts(self) -> None:
        """By what lies on its disk now."""
        subprocess.run(["grub-script-check", self.menu], check=True)
        assert entries(self.menu.read_text())[0].startswith("Debian GNU/Linux")
        assert " / ext4 " in (self.folder / "etc/fstab").read_text()


def entries(menu: str) -> list[str]:
    return re.findall(r"^\s*menuentry '([^']*)'", menu, re.MULTILINE)


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    return Pc(tmp_path)


def test_a_locked_machine_shows_no_menu_and_has_no_recovery_mode(pc: Pc) -> None:
    before = pc.menu.read_text()
    assert "recovery mode" in before, "a test that nothing can fail"
    menu = pc.lay("on")
    assert entries(menu)[: len(KERNELS)] == [f"Debian GNU/Linux, with Linux {version}" for version in KERNELS]
    assert not re.search("recovery|single|submenu '", menu)
    assert re.findall(r"timeout(?:_style)?=(\w+)", menu.split("### BEGIN /etc/grub.d/09")[0]) == ["0", "hidden", "0", "0"]
    assert pc.lay("on") == menu, "again is harmless"


def test_linux_starts_unasked_and_everything_else_is_a_superusers_who_is_nobody(pc: Pc) -> None:
    """What GRUB makes of it is shown by ``tests/machines/test_boot_menu_of_a_machine.py``."""
    menu = pc.lay("on")
    superuser, unasked, linux, asked, other = (
        menu.index(text)
        for text in (
            'set superusers="tongban"',
            'menuentry_id_option="--unrestricted --id"',
            "menuentry 'Debian GNU/Linux",
            'menuentry_id_option="--id"\n### END /etc/grub.d/19',
            "menuentry 'Memory test'",
        )
    )
    assert superuser < unasked < linux < asked < other
    assert all("$menuentry_id_option '" in line for line in menu.splitlines() if line.lstrip().startswith("menuentry '"))
    assert "password" not in menu


def test_the_kernel_is_silent_on_a_serial_line(pc: Pc) -> None:
    lines = re.findall(r"^\s*linux\s.*$", pc.lay("on"), re.MULTILINE)
    assert len(lines) == len(KERNELS)
    assert all("console=tty0" in line and "ttyS" not in line for line in lines)


def test_off_gives_the_menu_back_as_it_was(pc: Pc) -> None:
    before = pc.menu.read_text()
    pc.lay("on")
    assert (pc.folder / "etc/fstab").read_text() == FSTAB.replace("vfat umask", "vfat ro,umask")
    assert pc.lay("off") == before
    assert (pc.folder / "etc/fstab").read_text() == FSTAB
    assert [path.name for path in (pc.folder / "etc").rglob("*tongban*")] == []


def test_a_new_kernel_finds_the_menu_shut_as_well(pc: Pc) -> None:
    """Its package has the menu made anew."""
    pc.lay("on")
    (pc.folder / "boot/vmlinuz-6.12.75-amd64").write_bytes(b"a kernel")
    (pc.folder / "boot/initrd.img-6.12.75-amd64").write_bytes(b"a kernel")
    pc.run("grub-mkconfig", "-o", "/boot/grub/grub.cfg")
    menu = pc.menu.read_text()
    assert entries(menu)[0] == "Debian GNU/Linux, with Linux 6.12.75-amd64"
    assert 'set superusers="tongban"' in menu
    assert "recovery" not in menu


@pytest.mark.parametrize("how", ["on", "off"])
def test_cut_off_before_any_of_its_lines_it_leaves_a_machine_that_starts(pc: Pc, tmp_path: Path, how: str) -> None:
    (tmp_path / "dies").write_text(DIES)
    whole = {name: pc.lay(name) for name in ("off", "on", how)}
    assert whole["on"] != whole["off"]
    other = "off" if how == "on" else "on"
    for at in range(1, 1000):
        cut = pc.run("bash", str(LOCK_ROOT), "lay", how, check=False, BASH_ENV=str(tmp_path / "dies"), AT=str(at))
        pc.starts()
        assert pc.menu.read_text() in whole.values()
        if cut == 0:
            break
    else:
        raise AssertionError("never done")
    assert at > 20
    assert pc.menu.read_text() == whole[how]
    assert pc.lay(other) == whole[other]


def test_without_grub_there_is_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/fstab").write_text(FSTAB)
    env = {"ROOT": str(tmp_path), "PATH": os.environ["PATH"]}
    for how in ("on", "off"):
        subprocess.run(["sh", str(LOCK_ROOT), "lay", how], env=env, check=True)
    assert sorted(path.name for path in (tmp_path / "etc").iterdir()) == ["fstab", "overlayroot.local.conf"]


def test_a_pis_kernel_has_one_line_and_no_word_of_a_serial_one(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/fstab").write_text(FSTAB)
    line = tmp_path / "boot/firmware/cmdline.txt"
    line.parent.mkdir(parents=True)
    line.write_bytes(b"console=serial0,115200 console=tty1 root=PARTUUID=x-02 rootwait\r\ntongban.rotate=90\n\n")
    env = {"ROOT": str(tmp_path), "PATH": os.environ["PATH"]}
    for _ in range(2):
        subprocess.run(["sh", str(LOCK_ROOT), "on"], env=env, check=True, capture_output=True)
        was = "console=tty1 root=PARTUUID=x-02 rootwait tongban.rotate=90"
        assert line.read_text() == f"{was} consoleblank=0 vt.global_cursor_default=0 fsck.repair=yes panic=10\n"
