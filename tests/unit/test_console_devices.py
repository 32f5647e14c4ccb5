"""What the console says of a device: nothing is good without proof, and unknown is neither good nor bad."""

from __future__ import annotations

import pytest

from fleet.overview import _device
from mqtt.messages import DeviceReport


@pytest.mark.parametrize(
    ("report", "condition", "trouble"),
    [
        (DeviceReport("ready", proof_age=1.0), "good", ""),
        (DeviceReport("faulted", fault="device_hung", proof_age=90.0), "bad", "驱动卡住，等不到返回"),
        (
            DeviceReport("unknown", fault="unproven", proof_age=40.0),
            "unknown",
            "超过时限没有应答，不能确定；上次应答在 40 秒前",
        ),
        (DeviceReport("unknown"), "unknown", "没有应答过"),
        (DeviceReport("unknown", proof_age=600.0), "unknown", "上次应答在 10 分钟前"),
        (DeviceReport("unknown", warning="pad_key_stuck", proof_age=0.1), "warning", "评价键卡住；上次应答在 0 秒前"),
    ],
)
def test_a_device_is_good_only_with_proof(report: DeviceReport, condition: str, trouble: str) -> None:
    seen = _device("rating", report, current=True)
    assert (seen.condition, seen.trouble) == (condition, trouble)


def test_of_a_terminal_out_of_hearing_no_device_is_known() -> None:
    assert _device("printer", DeviceReport("ready", proof_age=1.0), current=False).condition == "unknown"
