from benchmarks.made_up import made_up_table
from benchmarks.scaling import BASE, Size, doubled, lines, seconds_per_epoch


def test_one_number_doubles_and_the_others_stay():
    sizes = doubled(BASE, "lookback")
    assert [size.lookback for size in sizes] == [12, 24, 48, 96]
    assert {(size.rows, size.variables) for size in sizes} == {(BASE.rows, BASE.variables)}


def test_each_row_has_its_ratio_to_the_one_above():
    sizes = [Size(1000, 4, 2), Size(2000, 4, 2), Size(4000, 4, 2)]
    rows = lines("rows", sizes, [0.5, 1.0, 3.0])
    assert [row[-1] for row in rows] == ["", "2.00", "3.00"]
    assert rows[1][:5] == ["rows", "2,000", "4", "2", "1.00"]


def test_an_epoch_takes_time():
    assert seconds_per_epoch(Size(rows=100, lookback=3, variables=2)) > 0


def test_a_made_up_table_has_the_requested_size_and_independent_columns():
    table = made_up_table(rows=500, variables=4)
    assert table.frame.shape == (500, 4)
    assert table.usable == ["x1", "x2", "x3", "x4"]
    assert table.frame.corr().abs().to_numpy()[~(table.frame.corr() == 1).to_numpy()].max() < 0.3
