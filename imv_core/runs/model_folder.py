"""Model in a folder, with its records.

`model.imv` has the model, `explanation.safetensors` its explanation of the test part, `scores.json`
its errors there, and `trust.json` the checks of the explanation.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from imv_core import storage
from imv_core.errors import NoWindowError, RunError, VersionError
from imv_core.explaining import explanation_file
from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness.report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.forecasting import metrics
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.storage import Format, from_json
from imv_core.tables.table import Table

SCORES_FORMAT = Format(2)
LEVEL = DEFAULT_LEVEL  # of the intervals that are scored
SCORED = {"rmse", "mae", "coverage", "persistence_rmse", "persistence_mae"}  # and other baselines


class ModelFolder:
    """One folder; a record of another model counts as missing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def model_path(self) -> Path:
        """Path of the model."""
        return self.path / "model.imv"

    @property
    def has_model(self) -> bool:
        """Whether there is a model."""
        return self.model_path.exists()

    def forecaster(self) -> IMVForecaster:
        """Load the model."""
        if not self.has_model:
            raise RunError(f"'{self.path}' holds no model: its training has not come to an end.")
        return IMVForecaster.load(self.model_path)

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the model, and remove the records of the one before."""
        self._scores_path.unlink(missing_ok=True)
        forecaster.save(self.model_path)
        if self.trust is None:
            self.trust_path.unlink(missing_ok=True)

    def explanation(self, forecaster: IMVForecaster, table: Table) -> Explanation:
        """Return the explanation of the test part: as it was kept, else computed.

        Args:
            forecaster: of this folder.
            table: of this folder.
        """
        path, seed = self._explanation_path, forecaster.settings.seed
        explainer = forecaster.explainer(table)
        kept = explanation_file.read(path, explainer, seed, self._model_digest)
        return kept or Explanation.compute(explainer, seed)

    def write_explanation(self, explanation: Explanation) -> None:
        """Write the explanation of the test part, tied to this model."""
        digest = self._model_digest
        storage.replace(
            self._explanation_path, lambda path: explanation_file.write(path, explanation, digest)
        )

    @property
    def scores(self) -> "pd.Series[float] | None":
        """Scores on the test part, see `IMVForecaster.score`; None: not kept, or not readable."""
        try:
            values = SCORES_FORMAT.upgrade(json.loads(self._scores_path.read_text()))
            scores = from_json(dict[str, float], values)
        except (OSError, ValueError, TypeError, RecursionError, VersionError):
            return None
        rivals = [name.removesuffix("_rmse") for name in scores if name.endswith("_rmse")]
        expected = {*SCORED, *(f"{rival}_{error}" for rival in rivals for error in ("rmse", "mae"))}
        if scores.keys() != expected or min(scores.values()) < 0 or scores["coverage"] > 1:
            return None
        return pd.Series(scores)

    def evaluate(self, forecaster: IMVForecaster, table: Table) -> bool:
        """Write the explanation and the scores of the test part.

        Returns:
            Whether all of it is finite; else nothing is written.
        """
        try:
            explanation = forecaster.explain(table)
        except NoWindowError:  # a table of later or fewer rows may have no test part
            return True
        scores = metrics.score(forecaster.forecast_of(explanation, LEVEL), forecaster.rivals(table))
        if not (np.isfinite(scores).all() and explanation.is_finite):
            return False
        self.write_explanation(explanation)
        storage.replace_text(self._scores_path, json.dumps(SCORES_FORMAT.stamp(scores.to_dict())))
        return True

    @property
    def trust(self) -> TrustReport | None:
        """Checks of the model's explanation; None: it was not checked, or another model was."""
        try:
            digest = self._model_digest
        except OSError:  # there is no model, or no longer
            return None
        return storage.read_keyed(self.trust_path, digest, TrustReport.from_json)

    def write_trust(self, report: TrustReport) -> None:
        """Write the checks, tied to this model."""
        storage.write_keyed(self.trust_path, report.to_json(), self._model_digest)

    @property
    def trust_path(self) -> Path:
        """Path of the checks."""
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
