"""The disk of a terminal as it comes to a hall: our package on a Debian 13 by ``apt install ./…deb``, boot, root and data
partitions.

Made once for each processor, kept in ``.machine`` while packages stay what they are. Kernel and initrd are handed to QEMU, as a
Raspberry Pi's firmware takes them from the boot partition; a PC may be started by GRUB instead. Of the test's own it has the agent,
and nothing else.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.machine.packages import made_of, package, packages
from support.machine.root import NoMachineError, kept, root

MB = 2**20
SYSTEM = (
    "initramfs-tools",
    "zstd",
    "network-manager",  # what Raspberry Pi OS has
    "e2fsprogs",
    "dosfstools",
    "overlayroot",
    "busybox",
    "iproute2",
    "login",
    "sudo",
)
"""What a machine has beside our dependencies and a container does not need."""
GRUB = {"amd64": ("grub2-common", "grub-pc-bin")}
_EARLY = """\
search --no-floppy --set=root --label root
set prefix=($root)/boot/grub
"""
"""What Debian's own first part does by the disk's UUID."""
_SERIAL = """
GRUB_TERMINAL="console serial"
GRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200"
"""
"""Read outside."""
_MODULES = "biosdisk part_gpt ext2 search search_label normal"
LATER = ("ifupdown", "dhcpcd-base")
"""Packages that lie in ``/root/later``: what a Debian without a desktop has in NetworkManager's place."""
DRIVERS = ("virtio_pci", "virtio_blk", "ext4", "overlay", "vfat")
PARTITIONS = (("BOOT", 64), ("root", 3072), ("data", 768))
"""Labels and MB, in this order from the first MB on."""
_HERE = Path(__file__).parent
_HAND = ("agent.py", "stream.py")
_FSTAB = """\
LABEL=root  /                 ext4  defaults,noatime,errors=remount-ro  0 1
LABEL=BOOT  /boot/firmware    vfat  defaults,umask=077                  0 2
LABEL=data  /var/lib/tongban  ext4  defaults,noatime,nosuid,nodev       0 2
"""
# Not named tongban-…: every such unit is fenced in.
_AGENT = """\
[Unit]
Description=test's hand

[Service]
ExecStart=/usr/local/lib/tongban-test/agent.py
Restart=always
OOMScoreAdjust=-1000

[Install]
WantedBy=multi-user.target
"""
_APT = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"


@dataclass(frozen=True)
class Image:
    """``disk``: raw, never written to. ``arch``: Debian's name of the processor."""

    arch: str
    disk: Path
    kernel: Path
    initrd: Path

    @property
    def loader(self) -> Path:
        """GRUB's first part, for QEMU to take as a kernel; of a PC."""
        return self.kernel.with_name("grub")


def installed(arch: str) -> Path:
    """A Debian 13 with a kernel, and the terminal's package by ``apt install``; never started."""
    deb = package(packages(arch=arch), "tongban-terminal")
    system = _system(root(arch), arch)
    return kept(f"installed-{arch}", f"{made_of()} {_stamp(system)}", lambda folder: _install(folder, system, deb))


def image(arch: str) -> Image:
    laid = installed(arch)
    stamp = "\n".join([_stamp(laid), *((_HERE / name).read_text("utf-8") for name in ("image.py", *_HAND))])
    folder = kept(f"image-{arch}", stamp, lambda folder: _make(folder, laid))
    return Image(arch, folder / "disk.img", folder / "vmlinuz", folder / "initrd")


def _stamp(folder: Path) -> str:
    """What it was made of, in short."""
    return folder.with_name(f"{folder.name}.stamp").read_text()


def partition(label: str) -> tuple[int, int]:
    """Where it begins on the disk, and its size, in bytes."""
    at = MB
    for name, size in PARTITIONS:
        if name == label:
            return at, size * MB
        at += size * MB
    raise KeyError(label)


def _system(bare: Path, arch: str) -> Path:
    """``bare`` with a kernel and what else a machine needs, from the mirror of this machine's apt."""

    wanted = (f"linux-image-{arch}", *SYSTEM, *GRUB.get(arch, ()))

    def make(folder: Path) -> None:
        subprocess.run(["cp", "-a", bare, folder], check=True)
        (folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (folder / "usr/sbin/policy-rc.d").chmod(0o755)
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
        _inside(folder, f"apt-get update -qq && {_APT} {' '.join(wanted)} && apt-get clean")
        (folder / "root/later").mkdir()
        _inside(folder, f"cd /root/later && apt-get download -qq {' '.join(LATER)}")
        # What starts this machine, and not every driver there is: an emulated processor unpacks for long.
        (folder / "etc/initramfs-tools/conf.d/this-machine").write_text("MODULES=list\n")
        (folder / "etc/initramfs-tools/modules").write_text("\n".join(DRIVERS) + "\n")
        _inside(folder, "update-initramfs -u")
        (folder / "etc/resolv.conf").unlink()
        (folder / "usr/sbin/policy-rc.d").unlink()

    return kept(f"system-{arch}", " ".join([_stamp(bare), *wanted, *LATER, *DRIVERS]), make)


def _install(folder: Path, system: Path, deb: Path) -> None:
    subprocess.run(["cp", "-a", system, folder], check=True)
    shutil.copy(deb, folder / "root" / deb.name)
    _inside(folder, f"{_APT} /root/{deb.name} && rm /root/{deb.name}")
    for path in (folder / "var/lib/tongban").iterdir():  # made at the first boot, on the data partition
        path.rmdir()
    # As a system has it that was started before ours came: nothing is made anew for a first boot.
    subprocess.run(["systemd-machine-id-setup", f"--root={folder}"], check=True, capture_output=True)
    for name in ("etc", "var"):
        (folder / name / ".updated").touch()
    # mke2fs keeps whole seconds only, and fontconfig's cache holds for the very time of a folder: each browser would look through
    # all fonts anew, which on a board it need not.
    _inside(folder, "find /usr/share/fonts -type d -exec touch -d 2026-01-01 {} + && fc-cache -s")


def _make(folder: Path, tree: Path) -> None:
    folder.mkdir()
    laid = folder / "laid"
    subprocess.run(["cp", "-a", tree, laid], check=True)
    _ours(laid)
    if (laid / "etc/grub.d").exists():
        _grub(laid, folder / "grub")
    for name in ("vmlinuz", "initrd"):
        (found,) = (laid / "boot").glob("initrd.img-*" if name == "initrd" else "vmlinuz-*")
        shutil.copy(found, folder / name)
    _partitioned(folder / "disk.img", laid)
    shutil.rmtree(laid)


def _ours(laid: Path) -> None:
    """Partitions, and the test's hand."""
    (laid / "etc/fstab").write_text(_FSTAB)
    (laid / "etc/hostname").write_text("terminal\n")
    (laid / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\tterminal\n")
    (laid / "boot/firmware").mkdir(exist_ok=True)
    hand = laid / "usr/local/lib/tongban-test"
    hand.mkdir(parents=True)
    for name in _HAND:
        shutil.copy(_HERE / name, hand / name)
    (hand / "agent.py").chmod(0o755)
    units = laid / "etc/systemd/system"
    (units / "test-hand.service").write_text(_AGENT)
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "test-hand.service").symlink_to("../test-hand.service")


def _grub(laid: Path, loader: Path) -> None:
    """As Debian's installer leaves it over a serial line, but that QEMU hands over its first part and its menu is not made yet."""
    defaults = (laid / "usr/share/grub/default/grub").read_text()
    (laid / "etc/default/grub").write_text(defaults + _SERIAL)
    shutil.copytree(laid / "usr/lib/grub/i386-pc", laid / "boot/grub/i386-pc")
    (laid / "boot/grub/grub.cfg").touch()
    (laid / "tmp/early").write_text(_EARLY)
    _inside(laid, f"grub-mkimage -O i386-pc -p /boot/grub -c /tmp/early -o /tmp/core {_MODULES}")
    (laid / "tmp/early").unlink()
    loader.write_bytes((laid / "boot/grub/i386-pc/lnxboot.img").read_bytes() + (laid / "tmp/core").read_bytes())
    (laid / "tmp/core").unlink()


def _partitioned(disk: Path, laid: Path) -> None:
    with disk.open("wb") as file:
        file.truncate((sum(size for _, size in PARTITIONS) + 2) * MB)
    table = "label: gpt\n" + "".join(
        f"start={partition(label)[0] // 512}, size={size * MB // 512}, name={label}\n" for label, size in PARTITIONS
    )
    subprocess.run(["sfdisk", "--quiet", disk], input=table, text=True, check=True)
    boot = disk.with_name("boot")
    with boot.open("wb") as file:
        file.truncate(partition("BOOT")[1])
    subprocess.run(["mkfs.vfat", "-n", "BOOT", boot], check=True, capture_output=True)
    with disk.open("r+b") as file:
        file.seek(partition("BOOT")[0])
        file.write(boot.read_bytes())
    boot.unlink()
    _ext4(disk, "root", "-d", str(laid))
    _ext4(disk, "data")


def _ext4(disk: Path, label: str, *options: str) -> None:
    start, size = partition(label)
    command = [
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-L",
        label,
        "-m",
        "1",
        "-E",
        f"offset={start},lazy_itable_init=0,lazy_journal_init=0",
    ]
    subprocess.run([*command, *options, disk, f"{size // 1024}k"], check=True, capture_output=True)


def _inside(root_folder: Path, line: str) -> None:
    """A line of shell in there, with what a package's scripts expect; ``NoMachineError``."""
    command: Sequence[str | Path] = (
        "unshare",
        "--mount",
        "sh",
        "-ec",
        'mount -t proc proc "$0/proc"; mount -t sysfs sys "$0/sys"; mount --rbind /dev "$0/dev"; exec chroot "$0" sh -ec "$1"',
        root_folder,
        line,
    )
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoMachineError(f"系统没有装成：{(done.stdout + done.stderr)[-2000:]}")
