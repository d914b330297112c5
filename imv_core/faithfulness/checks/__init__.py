"""The checks, one per file, in the order of the page Trust."""

from imv_core.faithfulness.check import CheckDefinition
from imv_core.faithfulness.checks import (
    ablation,
    attribution,
    calibration,
    deletion,
    lags,
    moves,
    permutation,
    randomised,
    redundancy,
    skill,
    stability,
)

CHECKS: tuple[CheckDefinition, ...] = (
    moves.DEFINITION,
    skill.DEFINITION,
    ablation.DEFINITION,
    attribution.DEFINITION,
    lags.DEFINITION,
    permutation.DEFINITION,
    deletion.DEFINITION,
    stability.SEEDS,
    stability.TIME,
    randomised.DEFINITION,
    calibration.DEFINITION,
    redundancy.DEFINITION,
)
