"""Numbers that stand for "no data", or that cannot be computed with beside the others."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HUGE = 1e20
"""Below this every value is taken for a measurement."""
BEYOND = 1e16
"""Times the largest of the others: a sum of both, in double precision, forgets the others."""
MARKS = np.array(
    [
        *(1e20, 9.999e20, 1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37),
        *(9.969209968386869e36, 3.4028234663852886e38, 1.7976931348623157e308),
    ]
)
"""What programs write for "no data": netCDF, GrADS, Ferret and others, and the largest floats."""
BEYOND_OF_MARKS = 1e6
NEAR = 1e-6  # single and decimal spellings of a mark differ by less


def is_absurd(values: Floats) -> Bools:
    """Tell which values of a column cannot be measurements.

    Those that are huge and far beyond the others, if they are fewer than the others; and marks
    for "no data" that are far beyond the others, however many. Zeros tell nothing of the others'
    size, so a column that is mostly zero keeps its few large values.

    Args:
        values: of one column; NaN where missing.
    """
    size = np.abs(values)
    absurd: Bools = np.zeros(len(size), dtype=bool)
    if not (size >= HUGE * (1 - NEAR)).any():
        return absurd
    marks = (np.abs(size[:, None] / MARKS - 1) < NEAR).any(axis=1)
    usual = np.sort(size[~marks & (size > 0)])
    if usual.size == 0:
        return absurd
    far = np.flatnonzero((usual[1:] >= HUGE) & (usual[1:] / BEYOND > usual[:-1])) + 1
    if far.size and usual.size - far[0] < far[0]:
        absurd = size >= usual[far[0]]
        usual = usual[: far[0]]
    absurd |= marks & (size / BEYOND_OF_MARKS > usual[-1])
    return absurd
