"""How it was made sure that a model evaluated: a sign and a name for each proof, its sentence as the tip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from ... import wording
from ...language import tr
from ...workshop.run_words import Check
from ..widgets.flow_layout import FlowLayout
from ..widgets.labels import Label, plain_tip

_SIGNS = {"ok": ("✓", "quiet"), "assumed": ("~", "quiet"), "warning": ("!", "danger"), "bad": ("✕", "danger")}


class ProofsRow(QWidget):
    """Proofs side by side; in further lines where one is too short."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Proofs"))
        self._flow = FlowLayout(self, across=16, down=4)
        self._labels: list[Label] = []

    def show_proofs(self, proofs: Sequence[Check]) -> None:
        """Shows these and no others."""
        while (item := self._flow.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self._labels = [_label(proof) for proof in proofs]
        for label in self._labels:
            self._flow.addWidget(label)
        self.setVisible(bool(proofs))

    def texts(self) -> list[str]:
        """What stands there."""
        return [label.text() for label in self._labels]


def _label(proof: Check) -> Label:
    sign, tone = _SIGNS.get(proof.state, _SIGNS["warning"])
    label = Label(f"{sign} {wording.safe(tr(proof.name), 80)}", tone=tone)
    sentence = wording.safe(proof.text, 400)
    label.setToolTip(plain_tip(sentence))
    label.setAccessibleDescription(sentence)
    return label
