"""Train an ensemble: batches, epochs, the best weights, and the state to resume from.

All members learn side by side from the same batches, each as it would alone, so that all have had
the same number of steps whenever training ends. The optimiser is AdamW (Loshchilov & Hutter 2019)
under a one-cycle learning rate (Smith & Topin 2018), with clipped gradients.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from imv_core.model.decomposition import Decomposition, Explained
from imv_core.model.ensemble import Ensemble, combine
from imv_core.model.objectives import OBJECTIVES, Objective, masked_mean, penalty_scale
from imv_core.training.history import EpochRecord
from imv_core.training.settings import Settings
from imv_core.windows.windows import Windows

WEIGHT_DECAY = 0.01
SAMPLE = 1024  # windows from which the penalty on contributions is set
LONGEST_GRADIENT = 1.0  # norm to which the gradient of one member is clipped
LARGEST = 1e38  # in place of a sum of errors that overflows
# Learning rate of the score of a lag, p of `InputAttention`, as a multiple of the others: to choose
# one lag of many it has to move by several units (of logarithms), where others move by tenths.
POSITION_RATE = 4.0


class Evaluation(NamedTuple):
    """Loss, error and importance of an ensemble over a set of windows."""

    loss: float  # mean over the members
    rmse: float  # of the ensemble's forecast, scaled
    importance: Tensor  # I of each member, (K, H, N), rows sum to 1


def evaluate(ensemble: Ensemble, windows: Windows, objective: Objective) -> Evaluation:
    """Compute the objective's measure, RMSE, and I in closed form (eq. 9), batch by batch."""
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
    """Return the default batch size: about 120 batches per epoch, of 24 to 256 windows."""
    return min(256, max(24, windows // 120))


class Training:
    """A training that can stop after any batch and resume after any epoch.

    Iterate over `epochs`, leave the loop to stop, then call `restore_best`.
    """

    def __init__(
        self, ensemble: Ensemble, train: Windows, validation: Windows, settings: Settings
    ) -> None:
        self.ensemble, self.settings = ensemble, settings
        self.history: list[EpochRecord] = []
        self.is_whole = True  # no epoch was ended early, so that training can resume
        self._train, self._validation = train, validation
        K, H, N = len(ensemble.members), ensemble.settings.horizon, ensemble.settings.variables
        self._importance = torch.full((K, H, N), 1 / N, device=ensemble.device)
        # the start, a regression, may remain the best
        self._best = _copy(ensemble)
        self._start_loss = evaluate(ensemble, validation, settings.objective).loss
        self._penalty = self._start_penalty()
        self._batch_size = settings.batch_size or batch_size_for(len(train))
        self._batches = -(-len(train) // self._batch_size)
        self._optimiser = torch.optim.AdamW(
            _groups(ensemble, settings.learning_rate),
            lr=settings.learning_rate,
            weight_decay=WEIGHT_DECAY,
            fused=True,
        )
        self._rate = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser,
            max_lr=[group["lr"] for group in self._optimiser.param_groups],
            total_steps=settings.max_epochs * self._batches + 1,
        )

    def epochs(self, on_batch: Callable[[float], object] | None = None) -> Iterator[EpochRecord]:
        """Train epoch by epoch and yield a record of each.

        Args:
            on_batch: called after each batch with the share of the epoch that is done; a true
                result ends the epoch, and with it the training.
        """
        while self.is_whole and not is_over(self.history, self.settings):
            start = time.monotonic()
            self.is_whole = not self._epoch(on_batch)
            if self.history and not self.is_whole:
                return  # an unfinished epoch is not recorded, unless it is the only one
            record = self._record(time.monotonic() - start)
            self.history.append(record)
            yield record

    def _epoch(self, on_batch: Callable[[float], object] | None) -> bool:
        # the order depends on seed and epoch alone, so that a resumed training repeats it
        order = torch.Generator().manual_seed(self.settings.seed * 100_003 + len(self.history))
        shuffled = torch.randperm(len(self._train), generator=order).numpy()
        loss_of = OBJECTIVES[self.settings.objective].loss
        for b in range(self._batches):
            size = self._batch_size
            batch = self._train.batch(shuffled[b * size : (b + 1) * size]).to(self.ensemble.device)
            self._optimiser.zero_grad()
            # members share no weight: this is the gradient of the sum of their losses
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
        """Return the scale of the penalty, (H,), from the start; see `penalty_scale`."""
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
            explains=Explained.FORECAST,
        )

    def restore_best(self) -> None:
        """Load the weights of the best epoch, or of the start if no epoch was better."""
        self.ensemble.load_state_dict(self._best)

    @property
    def state(self) -> dict[str, Tensor]:
        """Return all that the next epoch depends on, except the history."""
        tensors = {f"model.{name}": value for name, value in self.ensemble.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        for index, moments in self._optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{index}.{name}": value for name, value in moments.items()}
        return {**tensors, "importance": self._importance}

    def restore(self, history: list[EpochRecord], state: dict[str, Tensor]) -> None:
        """Resume from the history and `state` of a training with the same settings and windows.

        Raises:
            LookupError, ValueError, RuntimeError: they are of another training.
        """
        self.history = history
        self.ensemble.load_state_dict(_with_prefix(state, "model."))
        self._best = _with_prefix(state, "best.")
        self._importance = state["importance"].to(self._importance)
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in _with_prefix(state, "optimiser.").items():
            index, name = key.split(".")
            moments.setdefault(int(index), {})[name] = value
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": moments})
        steps = len(self.history) * self._batches
        rate = {**self._rate.state_dict(), "last_epoch": steps - 1, "_step_count": steps}
        self._rate.load_state_dict(rate)
        self._rate.step()  # the rate is a function of the number of steps


def is_over(history: Sequence[EpochRecord], settings: Settings) -> bool:
    """Return whether no epoch follows: all are done, or patience has run out."""
    best = max((record.epoch for record in history if record.is_best), default=0)
    return len(history) >= min(settings.max_epochs, best + settings.patience)


def _groups(model: nn.Module, rate: float) -> list[dict[str, Any]]:
    """Group the parameters by learning rate."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        factor = POSITION_RATE if name.endswith(".position") else 1.0
        groups.setdefault(factor * rate, []).append(parameter)
    return [{"params": parameters, "lr": lr} for lr, parameters in groups.items()]


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return copy.deepcopy(model.state_dict())


def _with_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
