"""事项管理 at the console, as its people use it: from a window's report to what terminals load, and back; and who may do what."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import items as at
from support import packs
from support.centre_db import copied, new_database, sqlite_only
from support.console_board import KNOWN
from support.console_items import begin, edit, propose, seed_work
from support.fleet import EPOCH, HOME
from support.items_browser import Browser, as_shown
from support.old_databases import old_database
from support.programs import program
from support.wanting import terminal_settings

from domain.catalogue import trust
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.part import JOINT
from domain.catalogue.trust import Approval
from fleet.authority.authority import Identity
from fleet.console.app import create_console
from fleet.intake import understand
from fleet.items import approving, checking, drafts, nodes, reports, versions
from fleet.items.elements import TYPES
from fleet.items.published import Shelf
from fleet.items.signing import Keys
from fleet.people import accounts, record, sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.presence import Hearing
from fleet.store import Store
from kiosk.cli import main
from kiosk.orders import shelf as terminal
from mqtt import topics
from mqtt.events import ItemError, event

WHEN = "2026-11-05T10:00:00+08:00"
TOLD = ItemError(at.JIA, "SSC-APPLY", "SSC-APPLY-1", "delivery", "现在也可以领电子证照", "demo-signed-1", WHEN)


@dataclass
class Desk:
    """The centre, and a browser for each of its people."""

    folder: Path
    store: Store
    shelf: Shelf
    keys: Keys
    now: float = at.NOW

    def __post_init__(self) -> None:
        self.app = create_console(
            self.store, KNOWN, lambda: Hearing(None), _in_order, lambda: self.now, catalogue=(self.shelf, self.keys)
        )

    def who(self, login: str) -> Browser:
        client = self.app.test_client()
        with self.store.transaction() as db:
            client.set_cookie(COOKIE, sessions.begin(db, login, self.now))
        return Browser(client)

    def loaded(self) -> Catalogue:
        """What a terminal makes of what is wanted of it now, by its own loader."""
        with self.store.reading() as db:
            sha256 = self.shelf.now(db).sha256
        folder = self.folder / "terminal"
        folder.mkdir(exist_ok=True)
        (folder / f"{sha256}.json").write_bytes(self.shelf.body(sha256))
        found: Catalogue = terminal.Shelf(folder, terminal_settings(self.folder, pinned=True)).read("catalogue", sha256)
        return found.on(at.today(self.now))


@pytest.fixture(scope="module")
def begun_with(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre with its people that has published the signed demonstration: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    with closing(Store(new_database(folder / "centre.db"))) as store:
        at.people(store)
        at.publish(store, at.shelf(folder))
    return folder


@pytest.fixture
def desk(begun_with: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "centre"
    copied(begun_with, folder)
    with closing(Store(new_database(folder / "centre.db"))) as store:
        yield Desk(folder, store, at.shelf(folder), at.keys(folder))


def tell(desk: Desk, sequence: int = 1, told: ItemError = TOLD) -> None:
    raw = event("t-mz-01", EPOCH, sequence, WHEN, told)
    desk.store.record([understand(topics.events("t-mz-01"), raw, False, frozenset({"t-mz-01"}))], desk.now)


def test_from_a_windows_report_to_what_terminals_load_and_back(desk: Desk) -> None:
    tell(desk)
    edits, approves, centre = desk.who("jia-edits"), desk.who("jia-approves"), desk.who("joint-approves")
    before = desk.loaded().opening(at.JIA, "SSC-APPLY", "SSC-APPLY-1")
    assert before is not None
    assert before.delivery == ("pickup_intake", "post_applicant")

    # the report is work: taken, and it leads to the place in a draft
    assert "现在也可以领电子证照" in edits.get("/corrections")
    edits.post("/corrections/1/take", who="jia-edits")
    edits.post(f"/items/{at.JIA}/begin")
    to = re.search(rf'href="(/items/{at.JIA}/draft/\d+)"', edits.get("/corrections/1"))
    assert to
    thing = to[1]

    # a slip: the linter stops it beside the field, and nothing can be proposed
    edits.save(thing, {"delivery": ["terminal_print"]})
    page = edits.get(thing)
    assert "不是查询打印，结果不能当场在终端打印" in page
    asked = {"why": "电子证照开通了", "batch": "第二批", "since": ""}
    assert "条错误或没有答复的警告" in edits.post(f"/items/{at.JIA}/draft/propose", 422, **asked)
    edits.save(thing, {"delivery": ["pickup_intake", "post_applicant", "e_licence"]})
    edits.post("/corrections/1/mending")
    version = edits.post(f"/items/{at.JIA}/draft/propose", **asked)

    # the second person reads it, gives it back once, and it comes again
    assert "电子证照" in approves.get(version)
    approves.post(f"{version}/return", words="理由也要改")
    edits.save(thing, {"reason": ["读芯片确认申请人；电子证照当场可领。"]})
    assert "理由也要改" in edits.get(f"/items/{at.JIA}")
    version = edits.post(f"/items/{at.JIA}/draft/propose", **asked)
    approves.post(f"{version}/approve")
    assert "已批准，待公布" in approves.get(version)

    # published in a batch: looked at first, then for all terminals; what a terminal loads has it, the report is closed
    batch = {"part": [at.JIA], "title": "2026 第二批", "why": "第二批公布"}
    assert "可以用" in centre.post("/batches", 200, do="plan", **batch)
    centre.post("/batches", do="publish", **batch)
    after = desk.loaded()
    opening = after.opening(at.JIA, "SSC-APPLY", "SSC-APPLY-1")
    assert opening is not None
    assert (after.version, opening.delivery) == ("2026 第二批", ("pickup_intake", "post_applicant", "e_licence"))
    assert "2026 第二批" in edits.get("/corrections/1")
    assert "改好了" in edits.get("/corrections?done=1")

    # taken back: as it was, as a new revision; what was mended is work again
    desk.now += 60
    with desk.store.reading() as db:
        rev = desk.shelf.now(db).rev
    centre.post(f"/batches/{rev}/take-back", why="有的大厅还不能发")
    assert desk.loaded().opening(at.JIA, "SSC-APPLY", "SSC-APPLY-1") == before
    assert "那一批退回了" in edits.get("/corrections/1")
    with desk.store.reading() as db:
        assert desk.shelf.now(db).rev > rev
        told = [line.act for line in record.lines(db)]
        assert record.broken(db) is None
    acts = {"items.draft", "items.edit", "items.proposed", "items.returned", "items.approved", "items.signed"}
    assert acts | {"items.publish", "items.take-back", "correction.taken", "correction.mending"} <= set(told)


def test_a_bad_form_loses_nothing_and_says_each_thing_at_its_field(desk: Desk) -> None:
    edits = desk.who("jia-edits")
    edits.post(f"/items/{at.JIA}/begin")
    thing = f"/items/{at.JIA}/draft/2"
    page = edits.save(thing, {"reason": [""], "window_days": ["99"], "department": ["新的部门"]}, 422)
    assert page.count('aria-invalid="true"') == 2
    assert ("应在 1 到 60 之间" in page, 'value="99"' in page, "新的部门" in page, "没有保存：有 2 处要改" in page) == (True,) * 4
    key = "AGE-SECRET-KEY-1QQQQQQQQ"
    assert key not in edits.save(f"/items/{at.JIA}/draft/1", {"desk": [key]}, 422)
    with desk.store.reading() as db:
        draft = drafts.of(db, at.JIA)
        assert draft is not None
        assert draft.edits == 0


def test_who_comes_second_sees_what_stands_there_now_and_keeps_what_was_typed(desk: Desk) -> None:
    first = desk.who("jia-edits")
    first.post(f"/items/{at.JIA}/begin")
    thing = f"/items/{at.JIA}/draft/2"
    found = re.search(r'data-watched>\s*<input[^>]*>\s*<input type="hidden" name="mark" value="([^"]+)"', first.get(thing))
    assert found
    first.save(thing, {"result": ["先来的"]})
    page = desk.who("jia-edits").save(thing, {"result": ["后来的"]}, 409, mark=found[1])
    assert ('value="后来的"' in page, "现在是：先来的" in page, "照我填的保存" in page) == (True, True, True)


def test_who_had_a_hand_in_a_draft_never_approves_it(desk: Desk) -> None:
    with desk.store.transaction() as db:
        accounts.grant(db, "jia-edits", Grant(Role.APPROVER, at.JIA), desk.now, "test")
    edits = desk.who("jia-edits")
    edits.post(f"/items/{at.JIA}/begin")
    edits.save(f"/items/{at.JIA}/draft/2", {"result": ["新社保卡"]})
    version = edits.post(f"/items/{at.JIA}/draft/propose", why="改名", batch="第二批", since="")
    assert "须由另一位审核人批准" in edits.get(version)
    assert "您参与了起草" in edits.post(f"{version}/approve", 422)
    desk.who("jia-approves").post(f"{version}/approve")


def test_a_party_that_keeps_its_key_signs_where_it_is_and_nothing_else_is_taken_for_its_word(desk: Desk) -> None:
    desk.keys = at.keys(desk.folder, [trust.PUBLISHER])
    desk.app = create_console(
        desk.store, KNOWN, lambda: Hearing(None), _in_order, lambda: desk.now, catalogue=(desk.shelf, desk.keys)
    )
    draft = begin(desk.store, desk.shelf, at.JIA, "jia-edits", desk.now)
    edit(desk.store, draft, "opening", lambda v: {**v, "result": "新社保卡"}, "jia-edits", desk.now)
    made = propose(desk.store, desk.shelf, draft, "改名", "第二批", "jia-edits", at.DAY, desk.now)
    approves, page = desk.who("jia-approves"), f"/items/{at.JIA}/versions/{made.number}"
    approves.post(f"{page}/approve")
    assert "还没有批准并签名" in desk.who("joint-approves").post("/batches", 422, part=[at.JIA], title="第二批", do="plan")
    with desk.store.reading() as db:
        said = msgspec.json.decode(approving.request(versions.by_id(db, made.id)), type=Approval)
    for wrong, word in (
        (trust.sign("tongban-approval", said, packs.key_of(at.QI), packs.key_id(at.QI)), "名册"),
        (trust.sign("tongban-approval", msgspec.structs.replace(said, batch="别的"), *_signer(at.JIA)), "不是这里批准的"),
        (trust.sign("tongban-approval", msgspec.structs.replace(said, sha256="0" * 64), *_signer(at.JIA)), "另一份内容"),
        ("nothing", "签名"),
    ):
        assert word in approves.post(f"{page}/sign", 422, signature=wrong)
    files = {"request.json": msgspec.json.encode(said), "jia.part": approves.client.get(f"{page}/part").data}
    files["jia.key"] = packs.key_of(at.JIA).private_bytes_raw().hex().encode()
    for name, data in files.items():
        (desk.folder / name).write_bytes(data)
    request, part, key = (str(desk.folder / name) for name in files)
    command = ["catalogue", "countersign", request, "--part", part, "--key", key, "--key-id", packs.key_id(at.JIA)]
    told = CliRunner().invoke(main, command)
    assert "第二批" in told.stderr
    approves.post(f"{page}/sign", signature=told.stdout)
    (desk.folder / "jia.part").write_bytes(b"{}")
    assert CliRunner().invoke(main, command).exit_code == 1
    desk.who("joint-approves").post("/batches", part=[at.JIA], title="第二批", why="公布", do="publish")
    assert desk.loaded().version == "第二批"


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["opening", "form", "party", "not-open"]),
        st.integers(0, 40),
        st.fixed_dictionaries(
            {},
            optional={
                "reason": st.text("改好的理由。", min_size=1, max_size=20),
                "result": st.sampled_from(["证明", "社会保障卡"]),
                "window_days": st.integers(1, 60),
                "delivery": st.permutations(["pickup_intake", "post_applicant", "pickup_home"]).map(lambda ways: ways[:2]),
                "since": st.sampled_from(["2024-07-01", "2026-12-01", None]),
                "assurance": st.sampled_from(["1", "2"]),
                "phone": st.text("0123456789-", min_size=1, max_size=12),
                "why": st.text("不在这里办", min_size=1, max_size=9),
            },
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(rows=CHANGES)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_can_be_proposed_and_approved_a_terminal_takes(desk: Desk, rows: list[Any]) -> None:
    published(desk, rows)


@pytest.mark.long
@given(rows=CHANGES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_can_be_proposed_and_approved_a_terminal_takes_many_times(desk: Desk, rows: list[Any]) -> None:
    published(desk, rows)


def published(desk: Desk, rows: list[Any]) -> None:
    """Random edits; what the linter lets through goes all the way, the rest is dropped."""
    desk.now += 60
    draft = begin(desk.store, desk.shelf, at.JIA, "jia-edits", desk.now)
    for kind, which, more in rows:
        with desk.store.transaction() as db:
            several = [one for one in drafts.elements(db, draft.id) if one.kind == kind]
            one = several[which % len(several)]
            seen, value = nodes.mark(TYPES[kind], one.value), {**one.value, **more}
            with contextlib.suppress(drafts.RefusedError):
                drafts.change(db, draft, one.number, (), seen, value, "jia-edits", desk.now)
    try:
        made = propose(desk.store, desk.shelf, draft, "改", "第二批", "jia-edits", at.today(desk.now), desk.now)
    except drafts.RefusedError:
        hypothesis.event("stopped by the linter")
        with desk.store.transaction() as db:
            drafts.drop(db, draft, "jia-edits", "", desk.now)
        return
    desk.who("jia-approves").post(f"/items/{at.JIA}/versions/{made.number}/approve")
    title = f"目录 {desk.now:.0f}"
    desk.who("joint-approves").post("/batches", part=[at.JIA], title=title, why="公布", do="publish")
    assert desk.loaded().version == title


def test_a_published_catalogue_that_cannot_be_read_is_said_in_words(desk: Desk) -> None:
    desk.shelf = Shelf(desk.shelf.bodies, "0" * 64)
    desk.app = create_console(
        desk.store, KNOWN, lambda: Hearing(None), _in_order, lambda: desk.now, catalogue=(desk.shelf, desk.keys)
    )
    for path in ("/items", f"/items/{at.JIA}", "/batches", "/corrections"):
        assert "catalogue_root" in desk.who("joint-approves").get(path, 503)


def test_a_pack_terminals_would_not_believe_any_more_is_not_taken_back_to(desk: Desk) -> None:
    """Since then a key was taken out of the register."""
    (desk.folder / "register.jws").write_text(packs.Made(number=4).register, "ascii")
    draft = begin(desk.store, desk.shelf, at.JIA, "jia-edits", desk.now)
    edit(desk.store, draft, "opening", lambda v: {**v, "result": "新社保卡"}, "jia-edits", desk.now)
    made = propose(desk.store, desk.shelf, draft, "改名", "第二批", "jia-edits", at.DAY, desk.now)
    desk.who("jia-approves").post(f"/items/{at.JIA}/versions/{made.number}/approve")
    centre = desk.who("joint-approves")
    centre.post("/batches", part=[at.JIA], title="第二批", why="公布", do="publish")
    with desk.store.reading() as db:
        rev = desk.shelf.now(db).rev
    assert "比用过的第 4 号旧" in centre.post(f"/batches/{rev}/take-back", 422, why="写错了")
    assert desk.loaded().version == "第二批"


def test_a_batch_goes_out_in_waves_where_its_publisher_wants_it(desk: Desk) -> None:
    draft = begin(desk.store, desk.shelf, at.JIA, "jia-edits", desk.now)
    edit(desk.store, draft, "opening", lambda v: {**v, "result": "新社保卡"}, "jia-edits", desk.now)
    made = propose(desk.store, desk.shelf, draft, "改名", "第二批", "jia-edits", at.DAY, desk.now)
    desk.who("jia-approves").post(f"/items/{at.JIA}/versions/{made.number}/approve")
    batch = {"part": [at.JIA], "title": "第二批", "why": "公布", "do": "publish", "how": "waves"}
    centre = desk.who("joint-approves")
    assert "不能再写从哪天起使用" in centre.post("/batches", 422, **batch, since="2026-12-01")
    centre.post("/batches", **batch)
    assert "/steering/1" in centre.get("/batches")
    with desk.store.reading() as db:
        waves = dict(db.execute("SELECT wave, count(*) FROM rollout_members WHERE rollout = 1 GROUP BY wave"))
    assert sum(waves.values()) == len(KNOWN.places)
    assert len(waves) > 1
    assert desk.loaded().version == "第二批"


def test_a_change_of_the_joint_list_that_breaks_a_party_goes_out_with_what_mends_it(desk: Desk) -> None:
    """A material more: the party must say what proves it, in a part of the same batch."""
    joint = begin(desk.store, desk.shelf, JOINT, "joint-edits", desk.now)
    with desk.store.reading() as db:
        material = next(e for e in drafts.elements(db, joint.id) if e.number == 2).value["situations"][0]["materials"][1]
    more = {**material, "material_id": "M-MORE", "name": "居住证明"}
    with desk.store.transaction() as db:
        drafts.put_in(db, joint, 2, ("situations", 0, "materials"), more, "joint-edits", desk.now)
        found = checking.check(db, desk.shelf, drafts.by_id(db, joint.id), at.DAY)
        broken = {f.finding.where.partition("/")[0] for f in found if f.hinders and not f.own}
    assert at.JIA in broken
    assert "由对方改，或和对方同一批公布" in desk.who("joint-edits").get("/items/joint/draft/check")


@sqlite_only
def test_what_windows_told_an_older_centre_is_work_as_well(tmp_path: Path) -> None:
    with closing(Store(old_database(tmp_path / "centre.db", 8))) as store, store.reading() as db:
        (one,), total = reports.listed(db, None)
    assert (one.state, one.part, one.told.text, total) == ("open", HOME, "时限改短了", 1)


def test_programs_read_how_their_own_partys_part_stands(desk: Desk) -> None:
    seed_work(desk.store, desk.now, desk.shelf, desk.keys)
    whole, theirs = (program(desk.app, desk.store, desk.now, Role.VIEWER, party) for party in (ALL, at.QI))
    assert [one["part"] for one in theirs.get("/items")["parts"]] == [at.QI]
    jia = next(one for one in whole.get("/items")["parts"] if one["part"] == at.JIA)
    assert (jia["edited_by"], jia["edits"], jia["approved_by"]) == ("jia-edits", 2, "王批准")
    assert whole.get(f"/items/{at.JIA}/check")["hinders"] == 6
    assert theirs.ask("GET", f"/items/{at.JIA}/check")[0] == 404
    assert [one["version"] for one in whole.get("/catalogue/batches")["batches"]] == ["2026-11-06 第二批"]


@pytest.mark.parametrize("login", ["qi-edits", "qi-approves"])
def test_another_partys_things_are_not_there(desk: Desk, login: str) -> None:
    seed_work(desk.store, desk.now, desk.shelf, desk.keys)
    theirs = desk.who(login)
    for path in (f"/items/{at.JIA}", f"/items/{at.JIA}/draft", f"/items/{at.JIA}/draft/1", f"/items/{at.JIA}/draft/check",
                 f"/items/{at.JIA}/versions/1", "/items/joint/draft", "/corrections/1", "/items/nobody"):  # fmt: skip
        theirs.get(path, 404)
    for path in (
        f"/items/{at.JIA}/begin",
        f"/items/{at.JIA}/draft/2",
        f"/items/{at.JIA}/versions/1/approve",
        "/corrections/1/take",
    ):
        act_is_theirs = ("approve" in path) == ("approves" in login)
        theirs.post(path, 404 if act_is_theirs else 403)
    assert "示范甲市" not in theirs.get("/items")
    theirs.get(f"/items/{at.QI}")


def test_the_centres_own_read_every_part_and_change_only_the_joint_list(desk: Desk) -> None:
    seed_work(desk.store, desk.now, desk.shelf, desk.keys)
    edits, approves = desk.who("joint-edits"), desk.who("joint-approves")
    edits.get(f"/items/{at.JIA}/draft")
    edits.post(f"/items/{at.JIA}/draft/2", 403)
    approves.post(f"/items/{at.QI}/versions/2/approve", 403)
    edits.get("/items/joint/draft")
    desk.who("qi-approves").get("/batches", 403)


def test_everything_new_can_be_added_by_its_form(desk: Desk) -> None:
    item = {"item_id": "NEW-1", "name": "新事项", "short_name": "新事项", "topic": "户籍", "basic_code_demo": "512090009000"}
    item |= {
        "implementing_dept_role": "公安机关",
        "promised_limit.unit": "workday",
        "promised_limit.value": "3",
        "on_site_visits": "0",
    }
    bundle = {"bundle": "b1", "name": "一起办", "occasion": "搬家", "items": "SSC-APPLY\nSSC-LOSS"}
    year = {"year": "2027", "issued": "2026-11-01", "source": "国办", "off.0.name": "元旦"}
    year |= {"off.0.first": "2027-01-01", "off.0.last": "2027-01-03"}
    for login, part, kind, typed in (
        ("joint-edits", JOINT, "item", item),
        ("joint-edits", JOINT, "bundle", bundle),
        ("joint-edits", JOINT, "year", year),
        ("jia-edits", at.JIA, "form", {"form": "new-form"}),
    ):
        who = desk.who(login)
        if part not in begun(desk):
            who.post(f"/items/{part}/begin")
        page = f"/items/{part}/draft/new/{kind}"
        fields = {**as_shown(who.get(page)), **{f"v.{name}": [text] for name, text in typed.items()}}
        thing = who.post(page, page=page, **fields)
        who.get(thing.partition("?")[0])
    who = desk.who("joint-edits")
    page = "/items/joint/draft/2/new/situations"
    fields = {"v.situation_id": ["SSC-APPLY-9"], "v.name": ["新情形"], "v.question": ["是新情形吗"], "v.applicant": ["self"]}
    who.post(
        page, page=page, **{"v.situation_id": "SSC-APPLY-9", "v.name": "新情形", "v.question": "是新情形吗", "v.applicant": "self"}
    )
    assert "新情形" in who.get("/items/joint/draft/2")
    assert "要准备" in who.get("/items/joint/draft/2/questions?a=0")


def begun(desk: Desk) -> set[str]:
    with desk.store.reading() as db:
        return {part for part in (JOINT, at.JIA) if drafts.of(db, part) is not None}


def _signer(part: str) -> tuple[Ed25519PrivateKey, str]:
    return packs.key_of(part), packs.key_id(part)


def _in_order(_terminal: str) -> Identity:
    return Identity(None, revoked=False, cloned=False)
