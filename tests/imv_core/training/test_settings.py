"""Settings are declared once: the estimator, the shell and files agree with the declarations."""

import inspect
import json
from dataclasses import MISSING, dataclass

import pytest

from imv_core import IMVForecaster, Settings
from imv_core.cli.options import parse, parser, settings_from
from imv_core.devices_and_threads import Device
from imv_core.errors import SettingsError
from imv_core.model.cells import CELLS, Cell
from imv_core.model.decomposition import Explained
from imv_core.model.imv_lstm import ATTENTIONS, Attention
from imv_core.model.objectives import OBJECTIVES, Objective
from imv_core.named_choice import NamedChoice
from imv_core.training.declaration import About, Limits, Section, declared, setting
from imv_core.training.presets import PRESETS
from imv_core.windows.scaling import Fill, Prediction
from imv_core.windows.split import Part

OTHERS = {  # of every setting a value that is not its default
    "target": "z",
    "variables": ("a", "b"),
    "lookback": 7,
    "horizon": 3,
    "cell": "full",
    "attention": "states",
    "objective": "em",
    "predict": "change",
    "hidden_size": 5,
    "max_epochs": 9,
    "batch_size": 64,
    "learning_rate": 0.01,
    "patience": 4,
    "seed": 2,
    "seeds": 3,
    "device": "cpu",
    "train_share": 0.6,
    "validation_share": 0.2,
    "fill": "median",
}


class Norm(NamedChoice):
    """A choice of the extended settings."""

    NONE = "none"
    LAYER = "layer"


@dataclass(frozen=True)
class Extended(Settings):
    """Settings with a number and a choice more: nothing else is written for them."""

    dropout: float = setting(
        0.1,
        About(Section.MODEL, "Dropout", "share of hidden units left out"),
        Limits(0, 0.9, on_form=(0.0, 0.5)),
    )
    norm: Norm = setting(
        Norm.NONE,
        About(Section.TRAINING, "Normalisation", "how hidden states are scaled", "After a step."),
        {Norm.NONE: "not at all", Norm.LAYER: "by layer"},
    )


def test_the_estimators_signature_is_that_of_the_declarations():
    signature = inspect.signature(IMVForecaster).parameters
    assert list(signature) == list(declared(Settings)) == list(OTHERS)
    for name, declaration in declared(Settings).items():
        default = signature[name].default
        expected = declaration.default
        assert default == (inspect.Parameter.empty if expected is MISSING else expected), name


def test_settings_reach_the_estimator_and_a_file_and_come_back_the_same():
    forecaster = IMVForecaster(**OTHERS)
    assert forecaster.settings == Settings(**OTHERS)
    assert IMVForecaster.from_settings(forecaster.settings).settings == forecaster.settings
    values = json.loads(json.dumps(forecaster.settings.to_json()))
    assert values == {**OTHERS, "variables": ["a", "b"]}
    assert Settings.from_json(values) == forecaster.settings
    assert not [v for v in forecaster.settings.to_json().values() if isinstance(v, NamedChoice)]


def test_labels_and_flags_name_one_setting_each():
    about = [declaration.about for declaration in declared(Settings).values()]
    labels = [each.label for each in about]
    flags = [d.about.flag or name for name, d in declared(Settings).items()]
    assert len(set(labels)) == len(set(flags)) == len(about)
    assert all(each.text and each.text[0].islower() and each.text[-1] != "." for each in about)
    assert all(each.help[-1:] in ("", ".") for each in about)


def test_presets_set_settings_that_are_declared():
    names = [list(preset.values) for preset in PRESETS.values()]
    assert names[0] == names[1] == names[2]
    for preset in PRESETS.values():
        Settings("y", **preset.values)


@pytest.mark.parametrize("name", [n for n, d in declared(Settings).items() if d.about.on_form])
def test_the_form_can_show_every_value_that_presets_and_defaults_set(name):
    declaration = declared(Settings)[name]
    values = [preset.values.get(name, declaration.default) for preset in PRESETS.values()]
    if declaration.is_choice:
        assert set(values) <= set(declaration.words)
        return
    least, most = declaration.limits.on_form
    assert declaration.limits.least <= least < most <= declaration.limits.most
    assert all(value is None or least <= value <= most for value in values)


def test_every_choice_that_the_model_knows_has_its_code():
    assert (list(CELLS), list(ATTENTIONS), list(OBJECTIVES)) == (
        *(list(Cell), list(Attention), list(Objective)),
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cell", "There is no cell 'x'; choose one of tensor, full."),
        ("attention", "There is no attention 'x'; choose one of states, inputs."),
        ("objective", "There is no objective 'x'; choose one of balanced, em, nll, mse."),
        ("predict", "'predict' is 'x'; choose auto, level or change."),
        ("device", "'device' is 'x'; choose auto, cpu or cuda."),
        ("fill", "'fill' is 'x'; choose last or median."),
    ],
)
def test_an_unknown_choice_is_named_with_those_that_are_known(name, sentence):
    for make in (Settings, IMVForecaster):
        with pytest.raises(SettingsError) as raised:
            make("y", **{name: "x"})
        assert str(raised.value) == sentence


@pytest.mark.parametrize("choice", [Cell, Attention, Objective, Part, Prediction, Fill, Device])
def test_a_choice_is_its_text(choice):
    for member in choice:
        assert member == str(member) == f"{member}" == json.loads(json.dumps(member))
        assert {member: 1}[str(member)] == 1
        assert choice(str(member)) is member
    for value in (None, 1, ["tensor"], "Tensor"):
        with pytest.raises(SettingsError):
            choice(value)


def test_what_is_explained_is_one_of_two():
    with pytest.raises(SettingsError, match="'past' is not explained; choose one of forecast, ch"):
        Explained("past")


# --- a new setting: one declaration ---


def test_a_new_setting_is_checked_and_kept():
    with pytest.raises(SettingsError, match=r"'dropout' is 0.95; it must be 0.9 or less."):
        Extended("y", dropout=0.95)
    with pytest.raises(
        SettingsError, match=r"There is no norm 'batch'; choose one of none, layer."
    ):
        Extended("y", norm="batch")
    extended = Extended("y", dropout=0.2, norm="layer")
    assert Extended(**json.loads(json.dumps(extended.to_json()))) == extended


def test_a_new_setting_is_an_option_of_the_shell():
    command = ["train", "data.csv", "--target", "y", "--out", "run"]
    options = parse([*command, "--dropout", "0.3", "--norm", "layer"], Extended)
    assert settings_from(options, Extended) == Extended("y", dropout=0.3, norm="layer")
    assert settings_from(parse(command, Extended), Extended) == Extended("y")
    (commands,) = (a for a in parser(Extended)._actions if a.dest == "command")
    text = " ".join(commands.choices["train"].format_help().split())
    assert "--dropout X share of hidden units left out (0.1)" in text
    assert "--norm {none,layer} how hidden states are scaled (none)" in text
