"""The form of the page Train, and comparisons, are made from the declarations of the settings."""

from dashboard.pages.train import page
from dashboard.pages.train.controls import choose_settings
from dashboard.wording import differences
from imv_core import Settings
from imv_core.training.declaration import declared
from tests.imv_core.training.test_settings import Extended


def _widgets(at):
    return {w.key: w for kind in (at.radio, at.number_input) for w in kind}


def _shown(declaration):
    about = declaration.about
    return f"{about.label}: {about.text}" if about.section == "windows" else about.label


def test_the_form_has_every_setting_with_its_label_and_its_default(visit, adopted):
    widgets = _widgets(visit("train", run="adopted"))
    offered = [d for d in declared(Settings).values() if d.about.on_form and d.name != "device"]
    assert len(offered) == 13
    for declaration in offered:
        widget = widgets[f"train-{declaration.name}"]
        assert widget.label == _shown(declaration)
        assert widget.value == declaration.default
        assert (widget.help or "") == declaration.about.help
        if declaration.is_choice:
            assert widget.options == list(declaration.words.values())


def test_a_new_setting_is_on_the_form(visit, adopted, monkeypatch):
    chosen = []

    def keep(choice):
        chosen.append(choose_settings(choice, Extended))
        return chosen[-1]

    monkeypatch.setattr(page, "choose_settings", keep)
    at = visit("train", run="adopted")
    widgets = _widgets(at)
    assert (widgets["train-dropout"].label, widgets["train-dropout"].value) == ("Dropout", 0.1)
    assert widgets["train-norm"].label == "Normalisation"
    assert widgets["train-norm"].options == ["not at all", "by layer"]
    widgets["train-dropout"].set_value(0.4)
    widgets["train-norm"].set_value("layer")
    at.run()
    assert [e.value for e in at.exception] == []
    assert (chosen[-1].dropout, chosen[-1].norm) == (0.4, "layer")


def test_a_new_setting_is_compared_by_its_label_and_its_words():
    first, second = Extended("y"), Extended("y", dropout=0.25, norm="layer", cell="full")
    assert differences(first, second) == {
        "Cell": ("variables kept apart (IMV-Tensor)", "gates read all variables (IMV-Full)"),
        "Dropout": ("0.1", "0.25"),
        "Normalisation": ("not at all", "by layer"),
    }
