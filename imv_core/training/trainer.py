"""Training: batches, epochs, the best weights, and everything needed to go on after a stop.

All members of an ensemble learn side by side from the same batches, each as it would alone, so that
whenever a training ends they have learnt equally long.
AdamW (Loshchilov & Hutter 2019) under a one-cycle rate (Smith & Topin 2018), gradients clipped.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from imv_core.model.decomposition import Decomposition
from imv_core.model.ensemble import Ensemble, combine
from imv_core.model.objectives import OBJECTIVES, masked_mean, penalty_scale
from imv_core.training.history import EpochRecord
from imv_core.training.settings import TrainingSettings
from imv_core.windows.windows import Windows

SAMPLE = 1024  # windows of the start by which the penalty on contributions is set
LONGEST_GRADIENT = 1.0  # a longer one, of one member, is shortened to this
LARGEST = 1e38  # stands for a sum of errors that is too large for a number
# How much faster than all else the score of a lag learns, p of `InputAttention`: to choose one lag
# of many it has to move by several units, on the scale of logarithms, where others move by tenths.
POSITION_RATE = 4.0


class Evaluation(NamedTuple):
    """An ensemble over a set of windows; sums were taken batch by batch over the whole set."""

    loss: float  # mean over the members
    rmse: float  # of their forecast
    importance: Tensor  # I of each member, (K, H, N), rows sum to 1


def evaluate(ensemble: Ensemble, windows: Windows, objective: str) -> Evaluation:
    """Measure, root mean squared error, and I in closed form (eq. 9)."""
    measure = OBJECTIVES[objective].measure
    loss = squares = 0.0
    credits_, steps = torch.zeros(()), torch.zeros(())  # grow to (K, H, N) and (H,)
    decomposition = Decomposition(windows, objective)
    for batch, mixtures in ensemble.by_batch(windows, decompose=True):
        y, observed = batch.y, batch.observed
        losses = torch.stack([measure(mixture, y) for mixture in mixtures]).mean(0)
        loss += torch.where(observed, losses, 0.0).sum().item()
        error = combine(mixtures).forecast - y
        squares += torch.where(observed, error**2, 0.0).sum().item()
        by_member = torch.stack([decomposition.credit(mixture, batch) for mixture in mixtures])
        credits_ = credits_ + (by_member * observed.unsqueeze(-1)).double().sum(1).cpu()
        steps = steps + observed.sum(0).cpu()
    count = steps.sum().item()
    loss, squares = (s if math.isfinite(s) else LARGEST for s in (loss, squares))
    credits_ = credits_.clamp_min(1e-12)
    importance = (credits_ / credits_.sum(-1, keepdim=True)).float()
    return Evaluation(loss / count, (squares / count) ** 0.5, importance)


def batch_size_for(windows: int) -> int:
    """About 120 batches an epoch, of 24 to 256 windows: few windows need small batches."""
    return min(256, max(24, windows // 120))


class Training:
    """A training that can be stopped after any batch and resumed after any epoch.

    Iterate over `epochs`; leave the loop to stop; `restore_best` then.
    """

    def __init__(
        self, ensemble: Ensemble, train: Windows, validation: Windows, settings: TrainingSettings
    ) -> None:
        self.ensemble, self.settings = ensemble, settings
        self.history: list[EpochRecord] = []
        self.is_whole = True  # no epoch was ended early: it can be gone on with
        self._train, self._validation = train, validation
        K, H, N = len(ensemble.members), ensemble.settings.horizon, ensemble.settings.variables
        self._importance = torch.full((K, H, N), 1 / N, device=ensemble.device)
        # a start from a regression may be better than whatever is learnt from it
        self._best = _copy(ensemble)
        self._start_loss = evaluate(ensemble, validation, settings.objective).loss
        self._penalty = self._start_penalty()
        self._batch_size = settings.batch_size or batch_size_for(len(train))
        self._batches = -(-len(train) // self._batch_size)
        self._optimiser = torch.optim.AdamW(
            _groups(ensemble, settings.learning_rate),
            lr=settings.learning_rate,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._rate = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser,
            max_lr=[group["lr"] for group in self._optimiser.param_groups],
            total_steps=settings.max_epochs * self._batches + 1,
        )

    def epochs(self, on_batch: Callable[[float], object] | None = None) -> Iterator[EpochRecord]:
        """Train on, an epoch at a time.

        Args:
            on_batch: told the share of the epoch that is done; a true answer ends the epoch
                early and the training with it.
        """
        while self.is_whole and not is_over(self.history, self.settings):
            start = time.monotonic()
            self.is_whole = not self._epoch(on_batch)
            if self.history and not self.is_whole:
                return  # what an unfinished epoch changed is not worth keeping
            record = self._record(time.monotonic() - start)
            self.history.append(record)
            yield record

    def _epoch(self, on_batch: Callable[[float], object] | None) -> bool:
        # the order of an epoch depends on seed and epoch alone, so a resumed training repeats it
        order = torch.Generator().manual_seed(self.settings.seed * 100_003 + len(self.history))
        places = torch.randperm(len(self._train), generator=order).numpy()
        loss_of = OBJECTIVES[self.settings.objective].loss
        for b in range(self._batches):
            size = self._batch_size
            batch = self._train.batch(places[b * size : (b + 1) * size]).to(self.ensemble.device)
            self._optimiser.zero_grad()
            # they share no weight, so this is the gradient of their losses' sum, a graph at a time
            for member, importance in zip(self.ensemble.members, self._importance, strict=True):
                losses = loss_of(member(batch.x), batch.y, importance, self._penalty)
                loss = masked_mean(losses, batch.observed)
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(member.parameters(), LONGEST_GRADIENT)
            self._optimiser.step()
            self._rate.step()
            if on_batch is not None and on_batch((b + 1) / self._batches):
                return True
        return False

    def _start_penalty(self) -> Tensor:
        """What the start's contributions are charged, (H,), see `penalty_scale`."""
        which = slice(0, None, -(-len(self._train) // SAMPLE))
        over = self.ensemble.by_batch(self._train, which)
        scales = [penalty_scale(mixture) for _, mixtures in over for mixture in mixtures]
        return torch.stack(scales).mean(0).detach()

    def _record(self, seconds: float) -> EpochRecord:
        train = evaluate(self.ensemble, self._train, self.settings.objective)
        validation = evaluate(self.ensemble, self._validation, self.settings.objective)
        self._importance = train.importance.to(self.ensemble.device)
        before = [self._start_loss, *(record.validation_loss for record in self.history)]
        is_best = validation.loss < min(before)
        if is_best:
            self._best = _copy(self.ensemble)
        return EpochRecord(
            epoch=len(self.history) + 1,
            max_epochs=self.settings.max_epochs,
            train_loss=train.loss,
            validation_loss=validation.loss,
            validation_rmse=validation.rmse,
            variable_importance=tuple(train.importance.mean((0, 1)).tolist()),
            importance_by_seed=tuple(tuple(row) for row in train.importance.mean(1).tolist()),
            is_best=is_best,
            seconds=seconds,
            explains="forecast",
        )

    def restore_best(self) -> None:
        """Give all members the weights of their best epoch together, or of the start."""
        self.ensemble.load_state_dict(self._best)

    @property
    def state(self) -> dict[str, Tensor]:
        """Everything beside the history that the next epoch depends on."""
        tensors = {f"model.{name}": value for name, value in self.ensemble.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        for place, moments in self._optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{place}.{name}": value for name, value in moments.items()}
        return {**tensors, "importance": self._importance}

    def restore(self, history: list[EpochRecord], state: dict[str, Tensor]) -> None:
        """Go on where another training of the same settings had this history and `state`.

        Raises:
            LookupError, ValueError, RuntimeError: they are not of such a training.
        """
        self.history = history
        self.ensemble.load_state_dict(_group(state, "model."))
        self._best = _group(state, "best.")
        self._importance = state["importance"].to(self._importance)
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in _group(state, "optimiser.").items():
            place, name = key.split(".")
            moments.setdefault(int(place), {})[name] = value
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": moments})
        steps = len(self.history) * self._batches
        rate = {**self._rate.state_dict(), "last_epoch": steps - 1, "_step_count": steps}
        self._rate.load_state_dict(rate)
        self._rate.step()  # the rate is a function of the number of steps


def is_over(history: Sequence[EpochRecord], settings: TrainingSettings) -> bool:
    """No epoch would follow: all are done, or the last ones did not better the validation loss."""
    best = max((record.epoch for record in history if record.is_best), default=0)
    return len(history) >= min(settings.max_epochs, best + settings.patience)


def _groups(model: nn.Module, rate: float) -> list[dict[str, Any]]:
    """The parameters by their learning rates."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        factor = POSITION_RATE if name.endswith(".position") else 1.0
        groups.setdefault(factor * rate, []).append(parameter)
    return [{"params": parameters, "lr": lr} for lr, parameters in groups.items()]


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return copy.deepcopy(model.state_dict())


def _group(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
