"""Several files of the same columns are one table."""

import pandas as pd
import pytest

from imv_core import TableError, read_table


@pytest.fixture
def months(tmp_path, world):
    """The rows of one table in three files, the second with its columns in another order."""
    whole = world.frame.iloc[:300]
    paths = [tmp_path / f"{name}.csv" for name in ("one", "two", "three")]
    for path, start in zip(paths, (0, 100, 200), strict=True):
        part = whole.iloc[start : start + 100]
        (part.iloc[:, ::-1] if start == 100 else part).to_csv(path)
    return whole, paths


def test_files_are_put_below_one_another_whatever_the_order_of_their_columns(months):
    whole, paths = months
    table = read_table(paths)
    pd.testing.assert_frame_equal(table.frame, read_table(whole).frame, check_exact=False)
    assert table.name == "one.csv and 2 more"
    assert any("'two.csv' (100 rows)" in f.text for f in table.findings)


def test_files_in_any_order_are_sorted_by_time_and_that_is_reported(months):
    whole, paths = months
    table = read_table(paths[::-1])
    pd.testing.assert_frame_equal(table.frame, read_table(whole).frame, check_exact=False)
    assert "unsorted" in [f.kind for f in table.findings]


def test_one_file_in_a_list_is_that_file(months):
    _, paths = months
    assert read_table(paths[:1]).name == "one.csv"


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (["y", "x1"], "'bad.csv' has no column 'x2', which 'one.csv' has."),
        (["y", "x1", "x2", "more"], "'bad.csv' has a column 'more', which 'one.csv' has not."),
    ],
)
def test_other_columns_are_named_with_their_file(tmp_path, world, columns, sentence):
    frame = world.frame.iloc[:50].assign(more=1.0)
    frame[["y", "x1", "x2"]].to_csv(tmp_path / "one.csv")
    frame[columns].to_csv(tmp_path / "bad.csv")
    with pytest.raises(TableError) as error:
        read_table([tmp_path / "one.csv", tmp_path / "bad.csv"])
    assert sentence in str(error.value)


def test_text_among_numbers_is_reported_with_its_line_and_file(months):
    _, paths = months
    lines = paths[1].read_text().splitlines()
    cells = lines[41].split(",")
    cells[3] = "oops"
    lines[41] = ",".join(cells)
    paths[1].write_text("\n".join(lines))
    with pytest.raises(TableError) as error:
        read_table(paths)
    assert "has text in line 42 of 'two.csv' ('oops')" in str(error.value)


def test_frames_with_times_as_their_index_are_appended(world):
    halves = [world.frame.iloc[:80], world.frame.iloc[80:160]]
    table = read_table(halves)
    pd.testing.assert_frame_equal(table.frame, read_table(world.frame.iloc[:160]).frame)
    with pytest.raises(TableError, match="only one has times as its index"):
        read_table([halves[0], halves[1].reset_index(drop=True)])


def test_numbers_that_are_text_in_one_file_keep_their_size():
    """In the second file a number has a mark between its thousands, so that it is read as text."""
    one = "time;x;y\n" + "".join(f"2024-01-0{d};901,125;{d}\n" for d in range(1, 6))
    two = "time;x;y\n" + "".join(f"2024-01-1{d};1.201,125;{d}\n" for d in range(1, 6))
    table = read_table([one.encode(), two.encode()])
    assert set(table.frame["x"].dropna()) == {901.125, 1201.125}


def test_files_whose_decimal_signs_differ_are_refused_where_it_matters():
    one = "time;x;y\n" + "".join(f"2024-01-0{d};901,125;{d}\n" for d in range(1, 6))
    two = "time,x,y\n" + "".join(f'2024-01-1{d},"1,201.125",{d}.5\n' for d in range(1, 6))
    with pytest.raises(TableError, match="decimal comma in one"):
        read_table([one.encode(), two.encode()])


def test_no_file_at_all_is_a_sentence():
    with pytest.raises(TableError, match="No file is given"):
        read_table([])
