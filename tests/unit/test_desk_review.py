"""A review at the home desk: every material is looked at before anything goes on, and a point says what and how."""

from __future__ import annotations

import contextlib
import io
from typing import get_args

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.fleet import case_content

from domain.case.acts import DocumentKind
from domain.case.content import CaseContent
from domain.catalogue.catalogue import load
from fleet.desk import fields, results, review
from fleet.desk.fields import Field, WantingError
from fleet.desk.results import BadResultError
from fleet.desk.words import DOCUMENTS

LISTED = load().item("MED-REMOTE").situation("MED-2").materials  # type: ignore[union-attr]


def asked() -> tuple[review.Subject, ...]:
    case: CaseContent = case_content("C1", ["0" * 64])
    named = tuple(replace(case.materials[1], material=m.material_id, name=m.name, proof="scan") for m in LISTED)
    return review.subjects(replace(case, materials=named), LISTED)


def test_each_material_is_asked_about_by_its_own_points_and_by_one_more() -> None:
    found = asked()
    assert [s.code for s in found] == ["M-ID", "M-FORM", "M-RES", "form", "person"]
    for subject, material in zip(found, LISTED, strict=False):
        assert [check.text for check in subject.checks] == [*material.accept_points, "其他问题"]
        codes = [f"{material.material_id}#{n}" for n in range(1, len(material.accept_points) + 1)]
        assert [check.code for check in subject.checks] == [*codes, f"{material.material_id}#0"]


_SAID = st.sampled_from(["", "1"])
_TEXT = st.sampled_from(["", "同上", "短", "写得足够清楚的一句话", "长" * 301])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_nothing_is_whole_unless_every_subject_is_either_met_or_has_points_that_say_what_and_how(data: st.DataObject) -> None:
    form: dict[str, str] = {}
    for subject in asked():
        form[f"ok-{subject.code}"] = data.draw(_SAID)
        for check in subject.checks:
            form |= {f"bad-{check.code}": data.draw(_SAID)}
            form |= {f"{part}-{check.code}": data.draw(_TEXT) for part in ("wrong", "remedy")}
    found = review.read(form, asked())
    whole = all(_whole(form, subject) for subject in asked())
    assert (not found.problems) is whole
    assert found.met is (whole and not any(form[f"bad-{c.code}"] for s in asked() for c in s.checks))
    assert {one.check.code for one in found.marked} == {c.code for s in asked() for c in s.checks if form[f"bad-{c.code}"]}


def _whole(form: dict[str, str], subject: review.Subject) -> bool:
    good = "写得足够清楚的一句话"
    bad = [check.code for check in subject.checks if form[f"bad-{check.code}"]]
    idle = [check.code for check in subject.checks if not form[f"bad-{check.code}"]]
    said = all(form[f"wrong-{code}"] == good == form[f"remedy-{code}"] for code in bad)
    silent = not any(form[f"wrong-{code}"] or form[f"remedy-{code}"] for code in idle)
    return bool(form[f"ok-{subject.code}"]) is not bool(bad) and said and silent


def test_what_no_camera_can_put_right_goes_to_the_window_whatever_is_said() -> None:
    form = {f"ok-{s.code}": "1" for s in asked() if s.code != "form"}
    form |= {"bad-form#0": "1", "wrong-form#0": "日期已经过去", "remedy-form#0": "改为今天以后", "how-form": "scan"}
    assert [one.how for one in review.read(form, asked()).marked] == ["window"]


def test_all_that_is_wrong_in_a_form_is_told_at_once_by_its_label() -> None:
    wanted = (Field("a", "理由", "text", least=8), Field("b", "天数", "number", most=10), Field("c", "哪天", "day"))
    with pytest.raises(WantingError) as caught:
        fields.read(wanted, {"a": "短", "b": "11", "c": "2026-02-30"})
    assert caught.value.problems == ("理由：请写 8 至 200 字。", "天数：请填 1 到 10 的整数。", "哪天：请填一个日期。")
    assert fields.read(wanted, {"a": " 足够长的\r\n 两行理由 ", "b": "3", "c": "2026-02-28"})["a"] == "足够长的\n两行理由"


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda tail: b"%PDF-1.7\n" + tail)))
def test_no_upload_makes_the_desk_stumble(data: bytes) -> None:
    with contextlib.suppress(BadResultError):
        results.looked_at(data)


def test_a_pdf_with_a_password_or_a_script_is_refused_and_a_plain_one_is_kept_byte_for_byte() -> None:
    def made(**how: object) -> bytes:
        out = io.BytesIO()
        with pikepdf.Pdf.new() as document:
            document.add_blank_page()
            if "script" in how:
                document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())
            document.save(out, encryption=pikepdf.Encryption(user="1", owner="2") if "locked" in how else False)
        return out.getvalue()

    for pdf, told in ((made(locked=1), "打开密码"), (made(script=1), "脚本")):
        with pytest.raises(BadResultError, match=told):
            results.looked_at(pdf)
    plain = made()
    assert results.looked_at(plain) == results.Result(plain, 1)
    assert results.together([results.looked_at(plain)] * 3).pages == 3


def test_every_kind_of_document_has_its_words_at_the_desk() -> None:
    assert set(DOCUMENTS) == set(get_args(DocumentKind))
