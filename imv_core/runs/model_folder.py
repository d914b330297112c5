"""A model in a folder, and what is known of it, kept beside it.

`model.imv` the model, `explanation.safetensors` what it says of the test part, `scores.json` how
good it is there, and `trust.json` how far its explanation can be believed.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from imv_core import storage
from imv_core.errors import NoWindowError, RunError
from imv_core.explaining import explanation_file
from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness.report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.forecasting import metrics
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.storage import from_json
from imv_core.tables.table import Table

LEVEL = DEFAULT_LEVEL  # of the intervals that are scored
SCORED = {"rmse", "mae", "coverage", "persistence_rmse", "persistence_mae"}  # always, and others


class ModelFolder:
    """One folder; what is known of another model counts as missing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def model_path(self) -> Path:
        """Where the model is, once there is one."""
        return self.path / "model.imv"

    @property
    def has_model(self) -> bool:
        """A model can be loaded."""
        return self.model_path.exists()

    def forecaster(self) -> IMVForecaster:
        """The trained forecaster."""
        if not self.has_model:
            raise RunError(f"'{self.path}' holds no model: its training has not come to an end.")
        return IMVForecaster.load(self.model_path)

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the trained forecaster, and forget what was known of the one before."""
        self._scores_path.unlink(missing_ok=True)
        forecaster.save(self.model_path)
        if self.trust is None:
            self.trust_path.unlink(missing_ok=True)

    def explanation(self, forecaster: IMVForecaster, table: Table) -> Explanation:
        """Of the test part: as it was kept after the training, else computed.

        Args:
            forecaster: the run's own.
            table: the run's own.
        """
        path, seed = self._explanation_path, forecaster.settings.seed
        explainer = forecaster.explainer(table)
        kept = explanation_file.read(path, explainer, seed, self._model_digest)
        return kept or Explanation.compute(explainer, seed)

    def write_explanation(self, explanation: Explanation) -> None:
        """Keep the explanation of the test part, for this model alone."""
        digest = self._model_digest
        storage.replace(
            self._explanation_path, lambda path: explanation_file.write(path, explanation, digest)
        )

    @property
    def scores(self) -> "pd.Series[float] | None":
        """On the test part, see `IMVForecaster.score`; None: not kept, or not readable."""
        try:
            scores = from_json(dict[str, float], json.loads(self._scores_path.read_text()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        rivals = [name.removesuffix("_rmse") for name in scores if name.endswith("_rmse")]
        expected = {*SCORED, *(f"{rival}_{error}" for rival in rivals for error in ("rmse", "mae"))}
        if scores.keys() != expected or min(scores.values()) < 0 or scores["coverage"] > 1:
            return None
        return pd.Series(scores)

    def judge(self, forecaster: IMVForecaster, table: Table) -> bool:
        """Keep what the run's own model says of the test part, and how good it is there.

        Returns:
            Whether these are numbers; else nothing is kept.
        """
        try:
            explanation = forecaster.explain(table)
        except NoWindowError:  # a table of later or fewer rows may have no test part
            return True
        scores = metrics.score(forecaster.forecast_of(explanation, LEVEL), forecaster.rivals(table))
        if not (np.isfinite(scores).all() and explanation.is_finite):
            return False
        self.write_explanation(explanation)
        storage.replace_text(self._scores_path, json.dumps(scores.to_dict()))
        return True

    @property
    def trust(self) -> TrustReport | None:
        """The checks of the model's explanation; None: it was not checked, or another was."""
        try:
            digest = self._model_digest
        except OSError:  # there is no model, or no longer
            return None
        return storage.read_keyed(self.trust_path, digest, TrustReport.from_json)

    def write_trust(self, report: TrustReport) -> None:
        """Keep the checks, for this model alone."""
        storage.write_keyed(self.trust_path, report.to_json(), self._model_digest)

    @property
    def trust_path(self) -> Path:
        """Where the checks are, once the model is checked."""
        return self.path / "trust.json"

    @property
    def _scores_path(self) -> Path:
        return self.path / "scores.json"

    @property
    def _explanation_path(self) -> Path:
        return self.path / "explanation.safetensors"

    @property
    def _model_digest(self) -> str:
        return hashlib.sha256(self.model_path.read_bytes()).hexdigest()
