import numpy as np
import pandas as pd
import pytest

from imv_core.errors import TableError
from imv_core.tables.table import read_table

N = 40
A = np.random.default_rng(0).normal(size=N).cumsum().round(3)
B = np.random.default_rng(1).normal(size=N).cumsum().round(3)


def csv(names, *columns):
    rows = zip(*columns, A[: len(columns[0])], B, strict=False)
    lines = ["|".join(map(str, row)) for row in [[*names, "a", "b"], *rows]]
    return "\n".join(lines).encode()


def kinds(table):
    return [finding.kind for finding in table.findings]


def the_text(table, kind):
    (finding,) = [finding for finding in table.findings if finding.kind == kind]
    return finding.text


HOURLY = pd.date_range("2024-02-20 05:00", periods=N, freq="h")
DAILY = pd.date_range("2024-02-20", periods=N, freq="D")


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M",
        "%Y/%m/%d %H:%M",
        "%Y.%m.%d %H:%M",
        "%d.%m.%Y %H:%M",
        "%d/%m/%Y %H:%M",
        "%m/%d/%Y %H:%M",
        "%m/%d/%y %I:%M %p",
        "%d-%m-%Y %H:%M:%S.%f",
        "%d %b %Y %H:%M",
        "%B %d, %Y %H:%M",
        "%Y-%m-%d %H:%M UTC",
        "%Y-%m-%dT%H:%M:%SZ",
        "%d.%m.%Y %H:%M +0000",
    ],
)
@pytest.mark.parametrize("name", ["Datum", "anything"])
def test_times_are_read_however_they_are_written(form, name):
    table = read_table(csv([name], HOURLY.strftime(form)))
    assert list(table.frame.index) == list(HOURLY)
    assert table.frame.index.name == "time"
    assert table.freq == "h"


def test_time_zones_are_converted_to_utc_and_reported():
    local = HOURLY.tz_localize("UTC").tz_convert("Europe/Berlin")
    table = read_table(csv(["time"], [*map(str, local)]))
    assert list(table.frame.index) == list(HOURLY)
    assert "converted to UTC" in the_text(table, "time")
    frame = pd.DataFrame({"a": A, "b": B}, index=local)
    assert list(read_table(frame).frame.index) == list(HOURLY)


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000])
def test_seconds_since_1970_are_times_in_a_column_that_is_called_so(factor):
    seconds = HOURLY.as_unit("s").asi8 * factor
    assert list(read_table(csv(["timestamp"], seconds)).frame.index) == list(HOURLY)
    assert list(read_table(csv(["load"], seconds)).frame) == ["load", "a", "b"]


def test_parts_of_dates_are_joined_and_used_up():
    parts = [HOURLY.year, HOURLY.month, HOURLY.day, HOURLY.hour]
    table = read_table(csv(["Year", "MONTH", "day", "Hour"], *parts))
    assert list(table.frame.index) == list(HOURLY)
    assert list(table.frame) == ["a", "b"]
    for name in ("Year", "MONTH", "day", "Hour"):
        assert f"'{name}'" in the_text(table, "time")


def test_a_day_that_does_not_exist_is_an_error_that_names_its_line():
    days = [28, 29, 30, 1]
    source = csv(["year", "month", "day"], [2024] * 4, [2] * 4, days)
    with pytest.raises(TableError, match=r"no day 2024-02-30 \(line 4"):
        read_table(source)


def test_a_year_beside_many_rows_is_a_variable():
    table = read_table(csv(["year"], [1970 + i % 12 for i in range(N)]))
    assert list(table.frame) == ["year", "a", "b"]
    assert table.freq is None


@pytest.mark.parametrize("form", ["%H:%M", "%H:%M:%S", "%H.%M.%S"])
def test_a_date_and_a_clock_in_two_columns_are_one_time(form):
    source = csv(["Date", "Time"], HOURLY.strftime("%d/%m/%Y"), HOURLY.strftime(form))
    table = read_table(source)
    assert list(table.frame.index) == list(HOURLY)
    assert list(table.frame) == ["a", "b"]


def test_a_date_and_an_hour_are_one_time_where_dates_repeat():
    table = read_table(csv(["dteday", "hr"], HOURLY.strftime("%Y-%m-%d"), HOURLY.hour))
    assert list(table.frame.index) == list(HOURLY)


@pytest.mark.parametrize(
    ("form", "expected"), [("%d/%m/%Y", "day first"), ("%m/%d/%Y", "month first")]
)
def test_the_order_of_day_and_month_is_the_one_that_fits_all_rows(form, expected):
    table = read_table(csv(["date"], DAILY.strftime(form)))
    assert list(table.frame.index) == list(DAILY)
    assert expected in the_text(table, "time")
    assert "doubt" not in the_text(table, "time")


def test_the_order_of_day_and_month_is_the_more_regular_one_where_both_fit():
    days = pd.date_range("2024-01-01", periods=9, freq="D")
    table = read_table(csv(["date"], days.strftime("%d/%m/%Y")))
    assert list(table.frame.index) == list(days)
    assert table.freq == "D"


def test_an_order_of_day_and_month_in_doubt_is_a_warning():
    table = read_table(csv(["date"], ["01/02/2020", "02/03/2020", "03/04/2020"]))
    (finding,) = [finding for finding in table.findings if finding.kind == "time"]
    assert finding.warning
    assert "month first (in doubt: read day first would fit as well)" in finding.text


def test_midnights_without_a_clock_are_read_beside_the_others():
    stamps = [s.strftime("%d.%m.%Y" if s.hour == 0 else "%d.%m.%Y %H:%M:%S") for s in HOURLY]
    assert list(read_table(csv(["zeit"], stamps)).frame.index) == list(HOURLY)


def test_a_stamp_that_is_none_is_an_error_that_names_its_line():
    stamps = [*HOURLY.strftime("%Y-%m-%d %H:%M")]
    stamps[7] = "now"
    with pytest.raises(TableError, match="'time' has 'now' in line 9"):
        read_table(csv(["time"], stamps))
    stamps[7] = ""
    with pytest.raises(TableError, match="'time' has no time in line 9"):
        read_table(csv(["time"], stamps))


def test_the_time_column_can_be_chosen():
    source = csv(["date", "built"], DAILY.strftime("%Y-%m-%d"), HOURLY.strftime("%Y-%m-%d %H:%M"))
    assert read_table(source).freq == "D"
    assert read_table(source, time="built").freq == "h"
    with pytest.raises(TableError, match="no column 'when'"):
        read_table(source, time="when")
    with pytest.raises(TableError, match="'a' holds no times"):
        read_table(source, time="a")


def test_without_times_rows_count_as_steps_and_that_is_reported():
    table = read_table(csv(["c"], A**2))
    assert isinstance(table.frame.index, pd.RangeIndex)
    assert table.freq is None
    assert "file order" in the_text(table, "time")
    assert list(table.times_after(2)) == [N, N + 1]


def test_rows_are_sorted_and_the_first_offender_is_named():
    order = [*range(N)]
    order[3], order[8] = 8, 3
    table = read_table(csv(["time"], HOURLY[order]))
    assert list(table.frame.index) == list(HOURLY)
    assert table.frame["a"].tolist() == A[order].tolist()
    assert f"the first at {HOURLY[4]}" in the_text(table, "unsorted")


def test_of_rows_with_the_same_time_the_last_is_kept():
    stamps = [*HOURLY]
    stamps[10] = stamps[9]
    table = read_table(csv(["time"], stamps))
    assert table.frame.loc[HOURLY[9], "a"] == A[10]
    assert f"1 row had the same time as a later row, the first at {HOURLY[9]}" in the_text(
        table, "duplicates"
    )


@pytest.mark.parametrize(
    ("repeated", "a", "label", "words"),
    [
        ("first", A[9], "nine", "the first row of each time was kept"),
        ("last", A[10], "ten", "the last row of each time was kept"),
        ("mean", (A[9] + A[10]) / 2, "ten", "each time has the mean of its rows"),
    ],
)
def test_rows_with_the_same_time_are_kept_as_chosen(repeated, a, label, words):
    stamps = [*HOURLY]
    stamps[10] = stamps[9]
    labels = ["nine" if i == 9 else "ten" for i in range(N)]
    frame = pd.DataFrame({"a": A, "b": A[::-1], "label": labels}, index=pd.DatetimeIndex(stamps))
    table = read_table(frame, repeated=repeated)
    assert table.frame.loc[HOURLY[9], "a"] == pytest.approx(a)
    assert table.frame.loc[HOURLY[9], "label"] == label
    assert len(table.frame) == N  # the tenth hour has no row of its own now, but one without values
    assert words in the_text(table, "duplicates")


def test_an_unknown_wish_for_rows_with_the_same_time_is_a_sentence():
    with pytest.raises(TableError, match="'repeated' is 'any'; choose last, first, mean"):
        read_table(csv(["time"], HOURLY), repeated="any")


def test_missing_rows_are_inserted_on_the_grid_and_reported():
    keep = [i for i in range(N) if i not in (5, 11, 12, 13)]
    table = read_table(csv(["time"], HOURLY[keep]))
    assert list(table.frame.index) == list(HOURLY)
    assert np.flatnonzero(table.frame["a"].isna()).tolist() == [5, 11, 12, 13]
    text = the_text(table, "gaps")
    assert "4 rows (10.0%)" in text
    assert f"the first at {HOURLY[5]}" in text
    assert "at most 3 in a row" in text
    assert "missing" not in kinds(table)


def test_a_grid_of_more_than_twice_the_rows_is_no_step():
    stamps = [*HOURLY[:10], *(HOURLY[:10] + pd.Timedelta(days=30))]
    table = read_table(csv(["time"], stamps))
    assert table.freq is None
    assert len(table.frame) == 20
    assert "not evenly spaced" in the_text(table, "step")


def test_uneven_times_continue_by_the_median_distance():
    stamps = HOURLY + pd.to_timedelta(np.arange(N) % 3, unit="s")
    table = read_table(csv(["time"], stamps))
    assert table.freq is None
    step = pd.Series(stamps).diff().median()
    assert list(table.times_after(2)) == [stamps[-1] + step, stamps[-1] + 2 * step]


@pytest.mark.parametrize(
    "freq",
    ["s", "15min", "h", "D", "B", "W-WED", "MS", "ME", "BME", "QS-FEB", "YE-JUN", "36h", "2D"],
)
@pytest.mark.parametrize("absent", [[], [6, 7]], ids=["whole", "with a gap"])
def test_every_usual_step_is_found_and_continued(freq, absent):
    grid = pd.date_range("1999-02-03", periods=N + 3, freq=freq)
    table = read_table(csv(["date"], grid[:N].delete(absent)))
    assert list(table.frame.index) == list(grid[:N])
    assert list(table.times_after(3)) == list(grid[N:])
    assert kinds(table).count("gaps") == (1 if absent else 0)


@pytest.mark.parametrize(
    ("form", "freq"), [("%Y%m%d%H", "h"), ("%Y%m%d%H%M", "30min"), ("%Y%m%d%H%M%S", "s")]
)
def test_dates_written_as_one_number_are_no_seconds_since_1970(form, freq):
    times = pd.date_range("2024-01-01", periods=90, freq=freq)
    lines = [f"{time.strftime(form)},{i * i % 13},{i % 7}" for i, time in enumerate(times)]
    table = read_table("\n".join(["MESS_DATUM,a,b", *lines]).encode())
    assert table.frame.index.equals(pd.DatetimeIndex(times, name="time").as_unit("us"))
    assert table.freq == freq


def test_seconds_since_1970_are_still_read_as_such():
    lines = [f"{2_024_010_100 + 7 * i},{i * i % 13},{i % 7}" for i in range(90)]
    table = read_table("\n".join(["time,a,b", *lines]).encode())
    assert table.frame.index[0] == pd.Timestamp(2_024_010_100, unit="s")


def test_a_column_with_minutes_beyond_59_is_no_clock():
    lines = [f"2024-01-{i + 1:02},{i:02}:{59 + i},{i * i % 13},{i % 7}" for i in range(9)]
    table = read_table("\n".join(["date,time,a,b", *lines]).encode())
    assert (table.frame.index == table.frame.index.normalize()).all()
