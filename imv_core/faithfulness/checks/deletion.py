"""Does the forecast need the values that the map names first? Deletion and insertion curves.

Sources: Samek et al. (2017), IEEE TNNLS 28(11) (area over the perturbation curve); DeYoung et al.
(2020), ACL (comprehensiveness, sufficiency). A deleted value becomes the training mean.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.faithfulness.check import (
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
    judge,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.subject import VALUES_BY_LAG, Step, Subject
from imv_core.model.ensemble import combine

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
TOP = 0.2  # share of the cells that comprehensiveness deletes and sufficiency keeps at most
RANDOM = 20  # orders
MOST = 256  # windows
PASSES, CAUTIONS = 0.5, 0.0  # of the way from random orders to the order of attribution
KINDS, ORDERS = ("deletion", "insertion"), ("attention", "attribution", "random")
SCORES = ("aopc", "comprehensiveness", "sufficiency", "aopc_low", "aopc_high")
DELETE = Step("deleted and inserted values", 32.0)


def run(subject: Subject) -> CheckOutput:
    """Delete and insert values in three orders."""
    sample, by_window = subject.value_moves
    on_step = subject.progress.begin(DELETE)
    drawn, scores = curves(subject.held_out, sample, by_window, on_step)
    cells = by_window[0, 0].size
    return CheckOutput(check(scores, cells), {"curves": drawn, "curve_scores": scores})


def curves(
    held_out: HeldOut,
    which: NDArray[np.int64],
    attribution: Floats,
    on_step: Callable[[float], None],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the move of forecasts as cells are deleted from, or inserted into, a window.

    Args:
        held_out: with the model.
        which: numbers of w windows among the held-out ones.
        attribution: per value of these windows, (w, H, N, T).
        on_step: called with the share that is done.

    Returns:
        A tidy frame: kind (of `KINDS`), order (of `ORDERS`; "attention" is that of the map I T),
        share of the cells, change, low, high (over 20 random orders). The change is from the intact
        forecast, in the target's unit, the mean over windows and steps. And a frame with the
        columns `SCORES` per order.
    """
    if len(which) > MOST:  # 44 curves take long
        which, attribution = which[::2], attribution[::2]
    x = held_out.x[which]
    T, N = x.shape[1:]
    intact = held_out.forecast(x)
    rng = np.random.default_rng(0)
    orders = {
        "attention": [_order(_window_maps(held_out, which))],
        "attribution": [_order(torch.from_numpy(attribution.mean(axis=1)))],
        "random": [
            torch.from_numpy(rng.random((len(x), N * T))).argsort(dim=1) for _ in range(RANDOM)
        ],
    }
    rows, scores = [], {}
    done, total = 0, 2 * (2 + RANDOM)
    for name, ways in orders.items():
        found: dict[str, list[list[float]]] = {"deletion": [], "insertion": []}
        for order in ways:
            rank = order.argsort(dim=1).to(x.device)
            for kind in found:
                found[kind].append(_curve(held_out, x, intact, rank, kind == "deletion"))
                on_step((done := done + 1) / total)
        for kind, lines in found.items():
            mean, low, high = (f(lines, axis=0) for f in (np.mean, np.min, np.max))
            rows += [(kind, name, *point) for point in zip(SHARES, mean, low, high, strict=True)]
        deleted, inserted = np.array(found["deletion"]), np.array(found["insertion"])
        top = np.array(SHARES)
        used = (top > 0) & (top <= TOP)
        areas = deleted[:, 1:].mean(axis=1)
        scores[name] = (
            *(float(f) for f in (areas.mean(), deleted[:, used].mean(), inserted[:, used].mean())),
            *(float(f) for f in (areas.min(), areas.max())),
        )
    tidy = pd.DataFrame(rows, columns=["kind", "order", "share", "change", "low", "high"])
    frame = pd.DataFrame.from_dict(scores, "index", columns=list(SCORES))
    return tidy, frame.rename_axis("order")


def _curve(
    held_out: HeldOut, x: Tensor, intact: Floats, rank: Tensor, deletes: bool
) -> list[float]:
    B, T, N = x.shape
    points = []
    for share in SHARES:
        first = (rank < round(share * N * T)).view(B, N, T).transpose(1, 2)
        changed = torch.where(first == deletes, held_out.training_mean, x).contiguous()
        points.append(float(np.abs(held_out.forecast(changed) - intact).mean()))
    return points


@torch.no_grad()
def _window_maps(held_out: HeldOut, which: NDArray[np.int64]) -> Tensor:
    """Return the map of each window, (w, N, T)."""
    batch = held_out.batch(which)
    mixture = combine(held_out.ensemble.mixtures(batch.x, decompose=True))
    return held_out.explainer.decomposition.by_lag(mixture, batch).mean(1)


def _order(sizes: Tensor) -> Tensor:
    """Return the cells of each window, the largest first, (w, N T)."""
    return sizes.flatten(1).argsort(dim=1, descending=True)


def check(scores: pd.DataFrame, cells: int) -> Check:
    """Judge whether deleting in the map's order moves the forecast more than chance does.

    Args:
        scores: as `curves` returns them.
        cells: N T, of one window; one cell has no order.
    """
    area = scores["aopc"].astype(float)
    attention, attribution, random = (area[order] for order in ORDERS)
    best = max(attribution, attention)
    way = (attention - random) / (best - random) if best > random else 0.0
    if not attention > scores["aopc_high"].astype(float)["random"]:
        way = -1.0
    verdict = judge(way, PASSES, CAUTIONS) if cells > 1 else Verdict.UNKNOWN
    return DEFINITION.result(verdict, *_wording(verdict, area))


def _wording(verdict: Verdict, area: "pd.Series[float]") -> tuple[str, str]:
    """Return the sentence and the reason.

    Args:
        verdict: of the check.
        area: under the deletion curve, by order.
    """
    beside = {
        Verdict.UNKNOWN: "as much as",
        Verdict.PASS: "far more than",
        Verdict.CAUTION: "little more than",
        Verdict.FAIL: "no more than",
    }[verdict]
    return (
        f"Taking values away in the map's order moves the forecast by {area['attention']:.3g} on "
        f"average, in attribution's by {area['attribution']:.3g}, in a random one by "
        f"{area['random']:.3g}.",
        f"values that the map names first move the forecast {beside} random ones",
    )


def _are_curves(frame: pd.DataFrame) -> bool:
    return set(frame["kind"]) == set(KINDS) and set(frame["order"]) == set(ORDERS)


DEFINITION = CheckDefinition(
    name="deletion",
    question="Does the forecast need what the map names first?",
    rule=f"Passes where the map's order beats every random one and comes {PASSES:.0%} of the way "
    "from the mean random order to attribution's; caution where it only beats them.",
    source="Samek et al. 2017; DeYoung et al. 2020",
    role=Role.MAP,
    run=run,
    steps=(VALUES_BY_LAG, DELETE),
    frames=(
        FrameSpec(
            "curves",
            ("kind", "order", "share", "change", "low", "high"),
            known=("share", "change"),
            is_valid=_are_curves,
        ),
        FrameSpec(
            "curve_scores",
            SCORES,
            known=("aopc", "comprehensiveness", "sufficiency"),
            is_valid=lambda frame: set(frame.index) == set(ORDERS),
        ),
    ),
)
