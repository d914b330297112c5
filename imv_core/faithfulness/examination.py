"""Run all checks of an explanation, and conclude."""

from dataclasses import replace

import pandas as pd

from imv_core.arrays import by_lag
from imv_core.errors import NoWindowError
from imv_core.faithfulness import checks
from imv_core.faithfulness.check import BY_VARIABLE, CheckOutput
from imv_core.faithfulness.overall_verdict import conclude
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.retraining import OnProgress
from imv_core.faithfulness.subject import Progress, Subject
from imv_core.windows.windows import Windows

FEWEST = 40  # windows; of fewer, checks can tell nothing


def need_windows(windows: Windows, part: str) -> None:
    """Raise NoWindowError if a part has too few windows."""
    if len(windows) < FEWEST:
        raise NoWindowError(
            f"The {part} part has {len(windows)} windows, and checks need {FEWEST}. Bring more "
            "rows, or a smaller share for training."
        )


def examine(subject: Subject, on_progress: OnProgress | None = None) -> TrustReport:
    """Run every check.

    Args:
        subject: of the checks.
        on_progress: called with the share that is done and the current step; if it returns true,
            the checks stop.

    Raises:
        NoWindowError: too few windows.
        CheckStopped: stop was requested.
    """
    need_windows(subject.windows, subject.part)
    steps = [step for definition in checks.CHECKS for step in definition.steps]
    subject = replace(subject, progress=Progress(steps, on_progress))
    outputs = [definition.run(subject) for definition in checks.CHECKS]
    results = tuple(output.check for output in outputs)
    explanation, conclusion = subject.explanation, conclude(results)
    moves = enumerate(subject.mean_value_moves, start=1)
    return TrustReport(
        target=explanation.explainer.scaling.target,
        variables=explanation.variables,
        part=subject.part,
        checks=results,
        verdict=conclusion.verdict,
        reasons=conclusion.reasons,
        sentence=conclusion.sentence,
        redundant=explanation.groups,
        by_variable=_by_variable(subject, outputs),
        attention=explanation.joint_importance,
        attributions={name: frame for output in outputs for name, frame in output.maps.items()},
        lag_attribution_by_step={step: by_lag(map_, explanation.variables) for step, map_ in moves},
        frames=_other_frames(outputs),
    )


def _by_variable(subject: Subject, outputs: list[CheckOutput]) -> pd.DataFrame:
    """Return importance with its range, and the columns of all checks beside it."""
    explanation = subject.explanation
    frames = [output.frames[BY_VARIABLE] for output in outputs if BY_VARIABLE in output.frames]
    spread = explanation.importance_range.add_prefix("importance_")
    importance = explanation.variable_importance.to_frame()
    return importance.join([spread, *frames]).rename_axis("variable")


def _other_frames(outputs: list[CheckOutput]) -> dict[str, pd.DataFrame]:
    """Return the other frames; the rows of frames with the same name follow one another."""
    found: dict[str, list[pd.DataFrame]] = {}
    for output in outputs:
        for name, frame in output.frames.items():
            if name != BY_VARIABLE:
                found.setdefault(name, []).append(frame)
    return {
        name: pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        for name, frames in found.items()
    }
