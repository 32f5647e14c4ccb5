"""What a citizen reads when something does not go as it should: true, in reach, and no longer than it lasts."""

from __future__ import annotations

import tomllib

import pytest
from flask.testing import FlaskClient
from screens_glass import FAULTS, OTHER_ADDRESS, PHONE, ScreenGlass, printed
from screens_walk import walk

from kiosk.visit import events as ev
from kiosk.visit.state import PrintState
from ui.app import create_app

VEIL = "dialog--fault"


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass()


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def page(glass: ScreenGlass, client: FlaskClient, name: str = "") -> str:
    """What is shown now, or once the visit has been led to ``name``."""
    if name:
        assert name in walk_to(glass, name)
    return client.get("/screen").text


def walk_to(glass: ScreenGlass, name: str) -> list[str]:
    reached: list[str] = []
    for screen in walk(glass):
        reached.append(screen)
        if screen == name:
            break
    return reached


def test_a_printer_out_of_paper_leaves_the_number_the_code_and_the_way_on_in_reach(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "receipt")
    printed(glass, PrintState.REFUSED, "paper_out")
    glass.show(overlay=glass.fault("paper_out"))
    seen = page(glass, client)
    assert VEIL not in seen
    assert "打印纸用完了" in seen
    assert "会自动打印" in seen
    assert "511381 261122 K01" in seen
    assert "/receipt.svg" in seen
    assert "/act/next" in seen


def test_a_printer_that_falls_silent_is_called_the_printer(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "receipt")
    glass.show(overlay=glass.fault("mute"))
    assert "打印机没有响应" in page(glass, client)


def test_what_stopped_the_printer_is_told_no_longer_than_it_lasts(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "receipt")
    printed(glass, PrintState.SPOILT, "paper_out")
    glass.show(overlay=glass.fault("paper_out"))
    assert "打印纸用完了" in page(glass, client)
    glass.show(overlay=None)
    seen = page(glass, client)
    assert "打印纸用完了" not in seen
    assert "凭证完整吗" in seen


def test_a_receipt_nobody_took_is_not_looked_for_where_it_is_not(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "receipt")
    printed(glass, PrintState.SPOILT, "ticket_retracted")
    seen = page(glass, client)
    assert "已收回打印机内" in seen
    assert "补打一张" in seen
    assert "拿到了完整的凭证" not in seen
    assert "/receipt.svg" in seen


@pytest.mark.parametrize("cause", ["slip_unprintable", "store_failed"])
def test_a_receipt_no_refill_helps_is_not_promised_nor_the_case_called_lost(
    glass: ScreenGlass, client: FlaskClient, cause: str
) -> None:
    page(glass, client, "receipt")
    printed(glass, PrintState.REFUSED, cause)
    seen = page(glass, client)
    assert "会自动打印" not in seen
    assert "没有提交" not in seen
    assert "凭证暂时打印不出来" in seen


def test_who_got_no_receipt_is_not_told_to_take_it_along(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "receipt")
    printed(glass, PrintState.REFUSED, "paper_out")
    glass.tell(ev.Next())
    glass.tell(ev.Next())
    seen = page(glass, client)
    assert "收件凭证" not in seen
    assert "511381 261122 K01" in seen
    assert "/receipt.svg" in seen


def test_who_got_a_receipt_is_told_to_take_it_along(glass: ScreenGlass, client: FlaskClient) -> None:
    assert "收件凭证" in page(glass, client, "farewell")


@pytest.mark.parametrize("code", ["card_expired", "card_minor", "card_bad_number", "card_not_supported"])
def test_a_card_this_machine_cannot_serve_is_not_asked_for_again(glass: ScreenGlass, client: FlaskClient, code: str) -> None:
    page(glass, client, "card-reading")
    glass.tell(ev.CardNotTaken(code))
    seen = page(glass, client)
    assert "再放一次证件" not in seen
    assert glass.fault(code).citizen in seen


def test_a_fault_of_the_camera_that_has_passed_leaves_only_the_advice_to_try_again(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "scan-taking")
    glass.tell(ev.PageNotTaken("ref-0", "camera_frozen"))
    glass.show(overlay=glass.fault("camera_frozen"))
    assert VEIL in page(glass, client)
    glass.show(overlay=None)
    seen = page(glass, client)
    assert "没有响应" not in seen
    assert "请再拍一次" in seen


@pytest.mark.parametrize("code", ["absent", "reader_babbles", "reader_self_test_failed"])
def test_a_fault_of_the_reader_that_has_passed_does_not_send_to_the_window(
    glass: ScreenGlass, client: FlaskClient, code: str
) -> None:
    page(glass, client, "card-reading")
    glass.tell(ev.CardNotTaken(code))
    seen = page(glass, client)
    assert "再放一次证件" in seen
    assert glass.fault(code).citizen not in seen


def test_a_reader_unplugged_is_called_the_reader(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "card")
    glass.show(overlay=glass.fault("absent"))
    assert "读卡器连接不上" in page(glass, client)


def test_the_same_fault_of_two_devices_is_told_once_at_the_welcome(glass: ScreenGlass, client: FlaskClient) -> None:
    glass.show(troubles=(glass.fault("absent"), glass.fault("absent")))
    assert page(glass, client).count(glass.fault("absent").citizen) == 1


def test_who_comes_back_to_the_address_has_not_been_set_back_to_the_cards(glass: ScreenGlass, client: FlaskClient) -> None:
    page(glass, client, "postal")
    glass.tell(ev.GivePostal(OTHER_ADDRESS, PHONE))
    glass.tell(ev.Back())
    assert 'value="other" checked' in page(glass, client)
    glass.tell(ev.GivePostal(None, PHONE))
    glass.tell(ev.Back())
    assert 'value="card" checked' in page(glass, client)


def test_no_fault_says_that_staff_know_of_it() -> None:
    """Nobody here can know whether anybody has looked."""
    table = tomllib.loads(FAULTS.read_text(encoding="utf-8"))
    assert not [code for code, fault in table.items() if "已通知" in fault["citizen"]]
