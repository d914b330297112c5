"""Do variables move the forecast as importance says? Shares of importance beside attribution.

Sources: see `imv_core.faithfulness.occlusion`.
"""

import pandas as pd

from imv_core.arrays import shares
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
    judge,
)
from imv_core.faithfulness.occlusion import replace_variables
from imv_core.faithfulness.statistics import agreement, rank_correlation
from imv_core.faithfulness.subject import Step, Subject

PASSES, CAUTIONS = 0.75, 0.5  # agreement over variables
REPLACE = Step("values of other windows, variable by variable", 10.0)


def run(subject: Subject) -> CheckOutput:
    """Replace all values of each variable by those of other windows."""
    found = replace_variables(subject.held_out, subject.block, subject.progress.begin(REPLACE))
    return CheckOutput(check(subject.beside_importance(found)), {BY_VARIABLE: found})


def check(by_variable: pd.DataFrame) -> Check:
    """Compare importance with attribution.

    Args:
        by_variable: index variable; columns importance, attribution.
    """
    importance = by_variable["importance"].to_numpy()
    moved = shares(by_variable["attribution"].to_numpy())
    common = agreement(importance, moved)
    tau = rank_correlation(by_variable["importance"], by_variable["attribution"])
    verdict = judge(common, PASSES, CAUTIONS)
    gap = pd.Series(moved - importance, by_variable.index)
    return DEFINITION.result(verdict, *_wording(verdict, common, tau, gap))


def _wording(
    verdict: Verdict, common: float, tau: float, gap: "pd.Series[float]"
) -> tuple[str, str]:
    """Return the sentence and the reason.

    Args:
        verdict: of the check.
        common: agreement of the shares.
        tau: rank correlation.
        gap: share of attribution minus importance, per variable.
    """
    only, apart = "", ""
    if verdict != Verdict.PASS:
        more, less = str(gap.idxmax()), str(gap.idxmin())
        only = "only "
        apart = (
            f" '{more}' moves the forecast more than its importance says ({gap[more]:+.0%}), "
            f"'{less}' less ({gap[less]:+.0%})."
        )
    return (
        f"Importance and the effect of replacing a variable agree on {common:.0%} (rank "
        f"correlation {tau:.2f}).{apart}",
        f"importance and attribution agree on {only}{common:.0%}",
    )


DEFINITION = CheckDefinition(
    name="attribution",
    question="Do variables move the forecast as importance says?",
    rule=f"Passes where shares of importance and of attribution have {PASSES:.0%} in common; "
    f"caution from {CAUTIONS:.0%} on.",
    source="Zeiler & Fergus 2014; Fisher, Rudin & Dominici 2019",
    role=Role.MAP,
    run=run,
    steps=(REPLACE,),
    frames=(
        FrameSpec(
            BY_VARIABLE,
            ("attribution", "attribution_low", "attribution_high"),
            known=("attribution",),
        ),
    ),
)
