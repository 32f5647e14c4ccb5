"""``tongban centre profile``: what the centre knows need not be typed, and a folder for each terminal of a table."""

from __future__ import annotations

import json
import subprocess
import tomllib
from base64 import b64decode
from pathlib import Path

import pytest
import tomli_w
from click.testing import CliRunner, Result
from support.authority import authority
from support.setting_up import PLACE, key

from domain.profile import parse
from fleet.profiles.cli import profile, user_data
from kiosk.setup import questions
from mqtt.enrolment import parse as code

GIVEN = {"name": "示范丙区", "terminal": PLACE, "keys": {"intake": key("a"), "recovery": key("b"), "homes": {"demo-jia": key("c")}}}


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    authority(tmp_path / "authority")
    tree = {
        "data": str(tmp_path / "data"),
        "authority": {"folder": str(tmp_path / "authority"), "names": ["centre.invalid"]},
        "broker": {"port": 8883},
        "api": {"port": 8443},
        "console": {"port": 8400},
        "publisher": ["ab" * 32],
        "terminals": [
            {"id": "bing-k01", "place": "一楼大厅"},
            {"id": "bing-k02", "place": "二楼大厅"},
            {"id": "jia-k01", "place": "别处", "party": "demo-jia"},
        ],
    }
    (tmp_path / "centre.toml").write_text(tomli_w.dumps(tree), "utf-8")
    return tmp_path / "centre.toml"


def made(centre: Path, given: dict[str, object], *options: str) -> Result:
    (centre.parent / "given.toml").write_text(tomli_w.dumps(given), "utf-8")
    to = str(centre.parent / "profile.toml")
    return CliRunner().invoke(profile, [str(centre), "--with", str(centre.parent / "given.toml"), "--to", to, *options])


def test_addresses_terminals_and_keys_of_the_centre_stand_in_it(centre: Path) -> None:
    assert made(centre, GIVEN).exit_code == 0
    found = parse((centre.parent / "profile.toml").read_text("utf-8"), "profile.toml")
    assert (found.centre.broker, found.centre.documents) == ("centre.invalid:8883", "https://centre.invalid:8443")
    assert [(one.id, one.hall) for one in found.terminals] == [
        ("bing-k01", "一楼大厅"),
        ("bing-k02", "二楼大厅"),
    ]  # not another party's
    assert found.publisher == ("ab" * 32,)


def test_a_centre_of_several_brokers_names_them_all(centre: Path) -> None:
    tree = tomllib.loads(centre.read_text("utf-8"))
    tree["broker"] |= {"more": ["spare.invalid:8884"], "kind": "rabbitmq"}
    centre.write_text(tomli_w.dumps(tree), "utf-8")
    assert made(centre, GIVEN).exit_code == 0
    found = parse((centre.parent / "profile.toml").read_text("utf-8"), "profile.toml")
    assert found.centre.broker == ("centre.invalid:8883", "spare.invalid:8884")
    assert found.centre.session is False  # which costs RabbitMQ two queues


def test_what_is_missing_is_named(centre: Path) -> None:
    ended = made(centre, {**GIVEN, "keys": {}})
    assert ended.exit_code == 1
    assert "$.keys" in ended.output
    assert not (centre.parent / "profile.toml").exists()


def test_each_row_of_a_table_becomes_a_folder_with_a_code_of_its_own(centre: Path) -> None:
    rows = centre.parent / "rows.csv"
    rows.write_text("id,phone,devices,lock\nbing-k01,0800-1,idcard=/dev/x printer=192.0.2.50,是\n", "utf-8-sig")
    (centre.parent / "bing-k01.book").write_bytes(b"\x00its codes")
    ended = made(centre, GIVEN, "--many", str(rows))
    assert ended.exit_code == 0, ended.output
    folder = centre.parent / "bing-k01"
    text = (folder / "setup.toml").read_text("utf-8")
    assert questions.from_file(text, "setup.toml")["phone"] == "0800-1"
    assert code(tomllib.loads(text)["enrol"]).secret
    assert (folder / "setup.toml").stat().st_mode & 0o777 == 0o600
    head, _, body = (folder / "user-data").read_text("utf-8").partition("\n")
    assert head == "#cloud-config"
    told = json.loads(body)
    names = [one["path"].rpartition("/")[2] for one in told["write_files"]]
    assert names == ["profile.toml", "setup.toml", "bing-k01.book"]
    assert {one["path"].rpartition("/")[0] for one in told["write_files"]} == {"/boot/firmware/tongban"}
    assert b64decode(told["write_files"][2]["content"]) == (folder / "bing-k01.book").read_bytes() == b"\x00its codes"
    assert told["runcmd"][-1] == ["systemctl", "start", "--no-block", "tongban-setup.service"]


def test_a_package_on_the_boot_partition_is_installed_first_and_none_need_lie_there(tmp_path: Path) -> None:
    """By the shell of cloud-init's commands, on a machine whose apt writes down what it is told."""
    (tmp_path / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/told\n')
    (tmp_path / "apt-get").chmod(0o755)
    first = json.loads(user_data("", "", {}).partition("\n")[2])["runcmd"][0]
    here = [word.replace("/boot/firmware", str(tmp_path)) for word in first]
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run(here, env=path, check=True)
    assert not (tmp_path / "told").exists()
    deb = tmp_path / "tongban" / "tongban-terminal_1.0_arm64.deb"
    deb.parent.mkdir()
    deb.touch()
    subprocess.run(here, env=path, check=True)
    assert (tmp_path / "told").read_text().splitlines() == ["update", f"install -y {deb}"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("id,colour\nbing-k01,red\n", "没有“colour”这一列"),
        ("id\nbing-k77\n", "没有终端“bing-k77”"),
        ("id\nbing-k01\nbing-k01\n", "写了两行的终端“bing-k01”"),
        ("id,code\nbing-k01,K01\nbing-k02,K01\n", "两台终端写了一样的代码“K01”"),
        ("id,network\nbing-k01,192.0.2.9/24 192.0.2.1\nbing-k02,192.0.2.9/24 192.0.2.1\n", "一样的地址“192.0.2.9/24”"),
    ],
)
def test_a_wrong_row_is_named_before_any_code_is_made(centre: Path, rows: str, said: str) -> None:
    (centre.parent / "rows.csv").write_text(rows, "utf-8")
    ended = made(centre, GIVEN, "--many", str(centre.parent / "rows.csv"))
    assert ended.exit_code == 1
    assert said in ended.output
    assert not (centre.parent / "bing-k01").exists()
