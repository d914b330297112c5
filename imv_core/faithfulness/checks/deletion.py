"""Does the map know which values a forecast needs? Values taken away and put back in its order.

Sources: Samek et al. (2017), IEEE TNNLS 28(11) (area over the perturbation curve); DeYoung et al.
(2020), ACL (comprehensiveness, sufficiency). A value that is taken away becomes the training mean.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, UNKNOWN, Check, judge
from imv_core.faithfulness.held_out import HeldOut
from imv_core.model.ensemble import combine

SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
TOP = 0.2  # of the cells: what comprehensiveness takes away and sufficiency keeps, up to there
RANDOM = 20
MOST = 256  # windows
PASSES, CAUTIONS = 0.5, 0.0  # of the way from random orders to the order of attribution


def curves(
    held: HeldOut, which: NDArray[np.int64], attribution: Floats, on_step: Callable[[float], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How far forecasts move as cells are deleted from, or inserted into, an empty window.

    Args:
        held: whose model is asked.
        which: w windows.
        attribution: of each, (w, H, N, T).
        on_step: told the share that is done.

    Returns:
        Tidy: kind ("deletion", "insertion"), order ("attention": that of the map I T,
        "attribution", "random"), share,
        change, low, high (over 20 random orders), in the target's unit; change is from the intact
        forecast, the mean over windows and steps. And index order; aopc, comprehensiveness,
        sufficiency, aopc_low, aopc_high.
    """
    if len(which) > MOST:  # 44 curves take their time
        which, attribution = which[::2], attribution[::2]
    x = held.x[which]
    T, N = x.shape[1:]
    intact = held.forecast(x)
    rng = np.random.default_rng(0)
    orders = {
        "attention": [_order(_attended(held, which))],
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
                found[kind].append(_curve(held, x, intact, rank, kind == "deletion"))
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
    names = ["aopc", "comprehensiveness", "sufficiency", "aopc_low", "aopc_high"]
    return tidy, pd.DataFrame.from_dict(scores, "index", columns=names).rename_axis("order")


def _curve(held: HeldOut, x: Tensor, intact: Floats, rank: Tensor, deletes: bool) -> list[float]:
    B, T, N = x.shape
    points = []
    for share in SHARES:
        first = (rank < round(share * N * T)).view(B, N, T).transpose(1, 2)
        changed = torch.where(first == deletes, held.typical, x).contiguous()
        points.append(float(np.abs(held.forecast(changed) - intact).mean()))
    return points


@torch.no_grad()
def _attended(held: HeldOut, which: NDArray[np.int64]) -> Tensor:
    """What the map says of each cell of each window, (w, N, T)."""
    batch = held.batch(which)
    mixture = combine(held.ensemble.mixtures(batch.x, decompose=True))
    return held.explainer.decomposition.by_lag(mixture, batch).mean(1)


def _order(sizes: Tensor) -> Tensor:
    """The cells of each window, the largest first, (w, N T)."""
    return sizes.flatten(1).argsort(dim=1, descending=True)


def check(scores: pd.DataFrame, cells: int) -> Check:
    """Taking away what the map names first should move the forecast more than chance does."""
    area = scores["aopc"].astype(float)
    attention, attribution, random = area["attention"], area["attribution"], area["random"]
    best = max(attribution, attention)
    way = (attention - random) / (best - random) if best > random else 0.0
    beats = attention > scores["aopc_high"].astype(float)["random"]
    verdict = judge(way if beats else -1.0, PASSES, CAUTIONS) if cells > 1 else UNKNOWN
    beyond = {
        UNKNOWN: "as much as",
        PASS: "far more than",
        CAUTION: "little more than",
        FAIL: "no more than",
    }[verdict]
    return Check(
        "deletion",
        "Does the forecast need what the map names first?",
        verdict,
        f"Taking values away in the map's order moves the forecast by {attention:.3g} on "
        f"average, in attribution's by {attribution:.3g}, in a random one by {random:.3g}.",
        f"values that the map names first move the forecast {beyond} random ones",
        f"Passes where the map's order beats every random one and comes {PASSES:.0%} of the way "
        "from the mean random order to attribution's; caution where it only beats them.",
        "Samek et al. 2017; DeYoung et al. 2020",
    )
