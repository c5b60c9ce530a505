import json
import pathlib
import shutil
from collections.abc import Callable

import pytest

from scenarios.faults import Fault, InputError
from scenarios.lineage import LIBRARY
from scenarios.load import Resolved, resolve

Write = Callable[[str, str], pathlib.Path]
CHILD = "name: mine\nextends: decision-2026\n"


@pytest.fixture
def write(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into the current folder, which is an empty one."""
    monkeypatch.chdir(tmp_path)

    def written(name: str, text: str) -> pathlib.Path:
        path = pathlib.Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


def child(write: Write, text: str, *sets: str, strict: bool = False) -> Resolved:
    return resolve(write("mine.yaml", CHILD + text), sets, strict=strict)


def faults(*args: object, **kwargs: object) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        resolve(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
    return caught.value.faults


def told(write: Write, text: str, *sets: str, strict: bool = False) -> list[str]:
    return [str(fault) for fault in faults(write("mine.yaml", CHILD + text), sets, strict=strict)]


# --- which file -----------------------------------------------------------------------------------


def test_a_resolved_scenario_says_what_it_is():
    assert repr(resolve("decision-2026")) == "<Resolved decision-2026: 8 streams, 200 units>"


def test_a_scenario_is_a_path_or_a_library_name(write: Write):
    write("decision-2026", "not looked at")
    assert resolve("decision-2026").scenario.name == "decision-2026"
    write("mine.yaml", CHILD)
    assert resolve("mine.yaml").scenario.name == "mine"
    write("deep/mine", CHILD)
    assert resolve("deep/mine").scenario.name == "mine"


# --- a child over its parents ---------------------------------------------------------------------


def test_maps_merge_and_everything_else_replaces(write: Write):
    base = resolve("decision-2026").scenario
    mine = child(write, "streams:\n  fulvestrant: {patients: 80, loading_days: [0, 7]}\n").scenario
    assert mine.streams["fulvestrant"].patients == 80
    assert mine.streams["fulvestrant"].loading_days == (0, 7)
    assert mine.streams["fulvestrant"].interval_days == base.streams["fulvestrant"].interval_days
    assert mine.streams["iron"] == base.streams["iron"]


def test_null_deletes_what_may_be_left_out(write: Write):
    mine = child(write, "streams: {zoledronate: {check: null}, methadone: null}\n").scenario
    assert mine.streams["zoledronate"].check is None
    assert "methadone" not in mine.streams
    assert told(write, "background:\n  load_factor: null\n") == [
        "mine.yaml:3: background.load_factor: missing; give it a value or extend a scenario that has one"
    ]


def test_nearer_ancestors_win(write: Write):
    write("old.yaml", "name: old\nextends: decision-2026\nhorizon_years: 5\nwarm_up_weeks: 5\n")
    write("young.yaml", "name: young\nextends: ./old.yaml\nwarm_up_weeks: 6\n")
    scenario = resolve("young.yaml").scenario
    assert (scenario.name, scenario.horizon_years, scenario.warm_up_weeks) == ("young", 5, 6)


def test_a_changed_value_keeps_its_place(write: Write):
    base, mine = resolve("decision-2026"), child(write, "", "streams.iron.patients=3")
    assert list(mine.origin) == list(base.origin)


def test_a_child_needs_a_name_of_its_own(write: Write):
    path = write("mine.yaml", "extends: decision-2026\n")
    assert [str(fault) for fault in faults(path)] == [
        "mine.yaml: name: missing; give the scenario a name of its own"
    ]


def test_a_parent_is_found_beside_its_child(write: Write):
    write("deep/parent.yaml", CHILD + "horizon_years: 4\n")
    write("deep/child.yaml", "name: child\nextends: ./parent.yaml\n")
    assert resolve("deep/child.yaml").scenario.horizon_years == 4


@pytest.mark.parametrize(
    ("extends", "expected"),
    [
        ("./mine.yaml", "goes round in a circle"),
        ("./other.yaml", "goes round in a circle"),
        ("decision-2025", "no scenario 'decision-2025'; did you mean decision-2026?"),
        ("sources", "no scenario 'sources'"),
        ("./nowhere.yaml", "no such file: nowhere.yaml"),
        ("./", "is a folder"),
        ("[decision-2026]", "must be the name or the path of one parent"),
        ("{a: 1}", "must be the name or the path of one parent"),
    ],
)
def test_impossible_parents(write: Write, extends: str, expected: str):
    write("other.yaml", "name: other\nextends: ./mine.yaml\n")
    path = write("mine.yaml", f"name: mine\nextends: {extends}\n")
    (fault,) = faults(path)
    assert fault.where == "extends"
    assert fault.line == 2
    assert expected in fault.message


def test_a_chain_of_parents_ends_somewhere(write: Write):
    for i in range(30):
        write(f"s{i}.yaml", f"name: s{i}\nextends: ./s{i + 1}.yaml\n")
    (fault,) = faults("s0.yaml")
    assert "circle" in fault.message


# --- evidence -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["child", "set"])
def test_a_bare_number_never_keeps_an_old_source(write: Write, how: str):
    key = "streams.triptorelin.patients"
    assert resolve("decision-2026").evidence[key].grade == "decision"
    if how == "child":
        mine = child(write, "streams:\n  triptorelin:\n    patients: 500\n")
    else:
        mine = child(write, "", f"{key}=500")
    assert mine.scenario.streams["triptorelin"].patients == 500
    assert mine.evidence[key].grade == "assumption"
    assert mine.evidence[key].source is None
    assert mine.bare == (key,)
    assert mine.origin[key] == ("mine.yaml:5" if how == "child" else "--set")


def test_a_number_may_come_with_its_evidence(write: Write):
    leaf = "{value: 500, grade: assumption, range: {low: 300, high: 700, shape: uniform}}"
    mine = child(write, "", f"streams.triptorelin.patients={leaf}")
    evidence = mine.evidence["streams.triptorelin.patients"]
    assert mine.bare == ()
    assert evidence.range is not None
    assert (evidence.range.low, evidence.range.high, evidence.range.shape) == (300, 700, "uniform")


def test_an_amount_keeps_its_price_year(write: Write):
    money = child(write, "money:\n  nurse_hour_sek: 700\n").scenario.money
    assert (money.nurse_hour_sek.sek, money.nurse_hour_sek.price_year) == (700, None)
    assert (money.nurse_visit_sek.sek, money.nurse_visit_sek.price_year) == (931, 2012)


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        ("{value: 5, grade: source, source: nowhere}", "source 'nowhere' is not in sources.yaml"),
        ("{value: 5, grade: source, source: wimo-2061}", "did you mean wimo-2016?"),
        ("{value: 5, grade: decision}", "grade decision needs a source"),
        ("{value: 5, grade: source}", "grade source needs a source"),
        ("{value: 5, grade: assumption, range: {low: 9, high: 6}}", "range: low 9 is above high 6"),
        ("{value: 5, grade: assumption, range: {low: 6, high: 9}}", "value 5 lies outside its range 6 to 9"),
        ("{value: 5, grade: assumption, range: {low: 0, high: 9, shape: loguniform}}", "must lie above 0"),
        ("{value: 5, grade: assumption, range: {low: 1}}", "range.high: missing"),
        ("{value: 5, grade: assumption, choices: [{value: 4}]}", "value 5 is not among its choices"),
        ("{value: 5, grade: assumption, choices: [{value: 5, weight: 0}]}", "must be greater than 0"),
        ("{value: 5, grade: assumption, choices: []}", "choices: "),
        (
            "{value: 5, grade: assumption, range: {low: 1, high: 9}, choices: [{value: 5}]}",
            "has both a range and choices; keep one",
        ),
        ("{value: 5, grade: guess}", "must be one of decision, source, derived, assumption, not 'guess'"),
        ("{value: 5, grade: assumption, rnage: {low: 1, high: 9}}", "unknown key; did you mean range?"),
        ("{vlaue: 5, grade: assumption}", "has a grade but no value"),
        ("{vlaue: 5, grade: assumption}", "unknown key; did you mean value?"),
        ("{value: 5}", "grade: missing"),
        ("{value: 5, grade: assumption, price_year: 2024}", "price_year belongs to an amount in SEK"),
    ],
)
def test_evidence_that_cannot_be(write: Write, leaf: str, expected: str):
    found = told(write, f"streams:\n  iron:\n    early_days: {leaf}\n")
    assert any(expected in line for line in found), found
    assert all(line.startswith("mine.yaml:5: streams.iron.early_days") for line in found)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("streams.iron.patients=200", "has no evidence; give it a grade and a source or range"),
        ("streams.iron.loading_days=[0, 7]", "has no evidence"),
        (
            "streams.iron.patients={value: 200, grade: assumption}",
            "grade assumption needs a range or choices",
        ),
        (
            "streams.iron.patients={value: 200, grade: source, source: wimo-2016}",
            "grade source needs a range",
        ),
        (
            "money.nurse_hour_sek={value: 700, grade: assumption, range: {low: 600, high: 800}}",
            "an amount in SEK needs its price_year",
        ),
    ],
)
def test_strict_demands_evidence(setting: str, expected: str):
    resolve("decision-2026", [setting])
    (fault,) = faults("decision-2026", [setting], strict=True)
    assert str(fault).startswith(f"--set: {setting.partition('=')[0]}: {expected}")


def test_strict_asks_no_evidence_of_what_is_not_a_number(write: Write):
    child(write, "", "booking.placement=nearest_capable_unit", "transfer.enabled=false", strict=True)


# --- settings -------------------------------------------------------------------------------------


def test_a_setting_splits_at_the_first_equals_sign(write: Write):
    assert child(write, "", "title.en=a=b").scenario.title.en == "a=b"


def test_later_settings_win(write: Write):
    mine = child(write, "", "streams.iron.patients=1", "streams.iron.patients=2")
    assert mine.scenario.streams["iron"].patients == 2


def test_the_right_side_is_one_yaml_value(write: Write):
    mine = child(
        write,
        "",
        "streams.iron={patients: 7, check: null}",
        'title.en="[/bold]"',
        "transfer.start_date=2026-05-04",
        " horizon_years = 2 ",
    ).scenario
    assert (mine.streams["iron"].patients, mine.streams["iron"].check) == (7, None)
    assert mine.title.en == "[/bold]"
    assert mine.transfer.start_date.isoformat() == "2026-05-04"
    assert mine.horizon_years == 2


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", "write '' as key=value, such as streams.iron.patients=200"),
        ("streams", "write 'streams' as key=value"),
        ("=3", "write '' as key=value"),
        ("a..b=3", "write 'a..b' as key=value"),
        (".".join(["a"] * 10_000) + "=3", "as key=value"),
        ("horizon_years=", "horizon_years: has no value; write null to delete the key"),
        ("horizon_years=# 3", "horizon_years: has no value"),
        ("horizon_years=[1", "horizon_years: not valid YAML"),
        ("horizon_years=.nan", "horizon_years: not a number that can be used: '.nan'"),
        ("horizon_years=3\n---\n4", "more than one document"),
        ("horizon_year=3", "horizon_year: unknown key; did you mean horizon_years?"),
        ("streams.iron.pateints=3", "streams.iron.pateints: unknown key; did you mean patients?"),
        ("extends=no-transfer", "extends: stands in a file"),
    ],
)
def test_settings_that_cannot_be(setting: str, expected: str):
    (fault,) = faults("decision-2026", [setting])
    assert fault.file == "--set"
    assert expected in str(fault)


# --- files that a scenario names ------------------------------------------------------------------


def register(folder: pathlib.Path, units: int) -> None:
    """A register of the first so many units, as `units.csv` in a folder."""
    lines = (LIBRARY / "units.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    folder.mkdir(exist_ok=True)
    (folder / "own.csv").write_text("".join(lines[: units + 1]), encoding="utf-8")


def test_a_register_lies_relative_to_the_file_that_names_it(write: Write):
    write("deep/parent.yaml", CHILD + "units: own.csv\n")
    write("child.yaml", "name: child\nextends: deep/parent.yaml\n")
    register(pathlib.Path("deep"), 3)
    register(pathlib.Path(), 5)
    assert len(resolve("child.yaml").units) == 3
    assert len(resolve("child.yaml", ["units=own.csv"]).units) == 5
    assert len(resolve("deep/parent.yaml").units) == 3


def test_a_copy_of_a_library_file_has_its_own_folder(write: Write):
    write("decision-2026.yaml", "name: mine\nextends: decision-2026\nunits: own.csv\n")
    register(pathlib.Path(), 5)
    resolved = resolve("decision-2026.yaml")
    assert len(resolved.units) == 5
    assert resolved.origin["units"] == "decision-2026.yaml:3"
    assert resolved.origin["horizon_years"].startswith("library/decision-2026.yaml:")


def test_a_plan_is_a_setting(write: Write):
    write("deep/my plan, å #1.csv", "sender,area,stream,week,patients\nSU,,iron,1,5\n")
    resolved = resolve("decision-2026", plan=pathlib.Path("deep/my plan, å #1.csv"))
    assert resolved.plan is not None
    assert resolved.plan[0].patients == 5
    assert resolved.plan_bytes is not None


# --- faults ---------------------------------------------------------------------------------------


def test_a_misspelt_key_is_named_with_its_line(write: Write):
    assert told(write, "streams:\n  triptorelin:\n    intervall_days: 84\n") == [
        "mine.yaml:5: streams.triptorelin.intervall_days: unknown key; did you mean interval_days?"
    ]


def test_all_faults_of_all_files_at_once(write: Write):
    register(pathlib.Path(), 3)
    write("plan.csv", "sender,area,stream,week,patients\nSUX,,iron,1,5\n")
    text = """\
units: own.csv
horizon_years: 0
horizon_years: 2
warm_up_weeks: .inf
title: hello
transfer: {plan: plan.csv, ramp: slowly}
streams:
  iron: {patients: -1, nurse_minutes: "30", bogus: 1}
  denosumab: {early_days: 300}
  catheter: {patients: {value: 3, grade: decision}}
"""
    path = write("mine.yaml", CHILD + text)
    found = {(f.file, f.line, f.where) for f in faults(path, ["streams.iron.interval_days=x", "nonsense"])}
    assert found == {
        ("--set", 0, ""),
        ("--set", 0, "streams.iron.interval_days"),
        ("mine.yaml", 4, "horizon_years"),
        ("mine.yaml", 5, "horizon_years"),
        ("mine.yaml", 6, "warm_up_weeks"),
        ("mine.yaml", 7, "title"),
        ("mine.yaml", 8, "transfer.ramp"),
        ("mine.yaml", 10, "streams.iron.bogus"),
        ("mine.yaml", 10, "streams.iron.nurse_minutes"),
        ("mine.yaml", 10, "streams.iron.patients"),
        ("mine.yaml", 11, "streams.denosumab"),
        ("mine.yaml", 12, "streams.catheter.patients"),
        ("plan.csv", 2, "sender"),
    } - {("mine.yaml", 4, "horizon_years")}  # said once: a key that is given twice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("money: 5\n", "money: must be a mapping of keys to values, not 5"),
        ("title: hello\n", "title: must be a mapping with en, sv, not 'hello'"),
        (
            "title: {en: 2026, sv: x}\n",
            "title.en: must be text (in quotes, if it looks like something else), not 2026",
        ),
        ("transfer: {enabled: yes}\n", "transfer.enabled: must be true or false, not 'yes'"),
        ("transfer: {ramp: evenlyy}\n", "not 'evenlyy'; did you mean evenly?"),
        ("start_date: 2026-03-03\n", "start_date must be a Monday; the one before is 2026-03-02"),
        ("start_date: March\n", "start_date: not a date: 'March'; write it as 2026-03-02"),
        ("streams: {iron: {interval_days: 2.5}}\n", "must be a whole number, not 2.5"),
        ("streams: {Iron 2: {}}\n", "must be 1 to 60 of a-z, 0-9 and -, not first -, not 'Iron 2'"),
        ("money: {nurse_hour_sek: -1}\n", "money.nurse_hour_sek: must be greater than or equal to 0, not -1"),
        ("calendar: {half_day_closes: noon}\n", "not a time of day: 'noon'; write it as \"08:30\""),
    ],
)
def test_faults_in_a_planners_words(write: Write, text: str, expected: str):
    found = told(write, text)
    assert any(expected in line for line in found), found


# --- what a run stores ----------------------------------------------------------------------------


def test_the_stored_scenario_resolves_to_the_same(write: Write):
    first = resolve("tight-everywhere", ["streams.iron.patients=3"])
    stored = write("stored/scenario.yaml", json.dumps(first.tree, ensure_ascii=False, default=str))
    stored.with_name("units.csv").write_bytes(first.register_bytes)
    again = resolve(stored)
    assert again.scenario == first.scenario
    assert again.units == first.units
    assert again.digest() == first.digest()


def test_the_digest_tells_assumptions_apart_and_nothing_else(write: Write):
    digest = child(write, "horizon_years: 2\n").digest()
    shutil.copy("mine.yaml", "other-name.yaml")
    assert resolve("other-name.yaml").digest() == digest
    assert child(write, "", "horizon_years=2").digest() == digest
    assert child(write, "horizon_years: 1\n").digest() != digest
    register(pathlib.Path(), 3)
    assert child(write, "horizon_years: 2\n", "units=own.csv").digest() != digest
