"""The left of the panel Convert: what is to be done. Each change is wished for at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ... import wording
from ...converting.wishes import COPY, DROP, LEAVE_OUT, SAFETENSORS, ZEROS, ZIP, Offers, Wish
from ...language import marked, ntr, tr
from ..running.setup_section import Section, SettingRows, note_label, say
from ..widgets.boxes import ChoiceBox
from ..widgets.check_box import CheckBox
from ..widgets.scrolled import fill_with_sections
from ..widgets.tab_order import in_reading_order
from .metadata_rows import MetadataRows
from .open_conversion import OpenConversion
from .part_rows import PartRows
from .prefix_rows import PrefixRows
from .size_box import SizeBox

LEAST_WIDTH = 330
"""Pixels within which nothing is cut off."""
DTYPES = ("", "float32", "float16", "bfloat16")
FORMS = {ZIP: marked("PyTorch (.pth)"), SAFETENSORS: marked("safetensors")}
SHARED = {DROP: marked("written once"), COPY: marked("copied for each name")}
SALVAGE = {
    "": marked("write nothing at all"),
    LEAVE_OUT: marked("leave them out"),
    ZEROS: marked("write zeros in their place"),
}
_MANY = 3


class WishSide(QWidget):
    """Sections of settings: what, names, numbers, file, what is broken, metadata."""

    wished = Signal(str)
    """A person changed something; in a few words, what."""
    typed = Signal(str)
    """The same of what is typed."""

    def __init__(self, page: OpenConversion) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("What is to be done"))
        self._make_fields()
        self.sections = {
            "part": Section(tr("What"), self.parts),
            "names": Section(tr("Names of keys"), self.prefixes),
            "numbers": Section(tr("Numbers"), self._numbers()),
            "salvage": Section(tr("Salvage"), self._salvage()),
            "file": Section(tr("File"), self._file()),
            "metadata": Section(tr("Metadata"), self.metadata, is_open=False),
        }
        fill_with_sections(self, self.sections.values(), LEAST_WIDTH)
        self._connect()
        page.opened.connect(self.refresh)
        page.wished.connect(self.refresh)

    def _make_fields(self) -> None:
        self.parts, self.prefixes, self.metadata = PartRows(), PrefixRows(), MetadataRows()
        self.dtype, self.form, self.shared, self.on_broken = ChoiceBox(), ChoiceBox(), ChoiceBox(), ChoiceBox()
        for form, words in FORMS.items():
            self.form.addItem(tr(words), form)
        for how, words in SHARED.items():
            self.shared.addItem(tr(words), how)
        for how, words in SALVAGE.items():
            self.on_broken.addItem(tr(words), how)
        self.keep_norms = CheckBox(tr("Not in normalisation layers"))
        self.in_shards = CheckBox(tr("Several files (shards)"))
        self.most = SizeBox()
        self.compact = CheckBox("")
        self.shared_note, self.broken_note = note_label(), note_label()

    def _numbers(self) -> QWidget:
        rows = SettingRows()
        tip = tr("What floating point tensors are cast to; whole numbers stay as they are")
        rows.add(tr("dtype"), self.dtype, tip)
        rows.add_box(self.keep_norms, tr("BatchNorm, LayerNorm and the like keep their dtype"))
        self._number_rows = rows
        return rows

    def _salvage(self) -> QWidget:
        rows = SettingRows()
        tip = tr("What is written for a tensor whose numbers are not whole")
        rows.add(tr("broken tensors"), self.on_broken, tip, note=self.broken_note)
        return rows

    def _file(self) -> QWidget:
        rows = SettingRows()
        rows.add(tr("Format"), self.form, tr("What torch.load opens, or safetensors, which can hold no code"))
        rows.add_box(self.in_shards, tr("As Hugging Face writes large models: numbered files and an index"))
        rows.add(tr("at most"), self.most, tr("How large a file may become"))
        tip = tr("safetensors knows no ties: a tensor with several names is written once, or once for each")
        rows.add(tr("shared"), self.shared, tip, note=self.shared_note)
        rows.add_box(self.compact, tr("Of a storage only what tensors reach is written, not all that was behind it"))
        self._file_rows = rows
        return rows

    def _connect(self) -> None:
        page = self._page
        self.parts.chosen.connect(self._choose_part)
        self.prefixes.chosen.connect(lambda prefixes: self._wish(tr("Take Off Prefixes"), prefixes=prefixes))
        self.dtype.activated.connect(lambda _: self._wish(tr("Choose dtype"), dtype=self.dtype.currentData()))
        self.form.activated.connect(lambda _: self._wish(tr("Choose Format"), format=self.form.currentData()))
        self.shared.activated.connect(lambda _: self._wish(tr("Shared Tensors"), shared=self.shared.currentData()))
        self.on_broken.activated.connect(lambda _: self._wish(tr("Salvage"), salvage=self.on_broken.currentData()))
        for box, name, words in (
            (self.keep_norms, "keep_norms", tr("Normalisation Layers")),
            (self.compact, "compact", tr("Unused Bytes")),
        ):
            box.clicked.connect(lambda on, name=name, words=words: self._wish(words, **{name: on}))
        self.in_shards.clicked.connect(self._choose_shards)
        self.most.changed.connect(lambda nbytes: self._wish(tr("Size of Shards"), self.typed, shards=nbytes))
        self.metadata.edited.connect(lambda texts: self._wish(tr("Metadata"), self.typed, metadata=texts))
        self.metadata.dropped.connect(lambda names: self._wish(tr("Metadata"), dropped=names))
        self.metadata.remade.connect(lambda: in_reading_order(self))
        page.foreseen_changed.connect(lambda: self.setEnabled(not page.is_writing))

    def _choose_part(self, key: str) -> None:
        self._page.choose_part(key)
        self.wished.emit(tr("Choose Part"))

    def _choose_shards(self, on: bool) -> None:
        self._wish(tr("Shards"), shards=self.most.nbytes if on else 0)
        if on:
            self.most.setFocus()

    def _wish(self, words: str, told: Any = None, **changes: Any) -> None:
        self._page.wish_for(**changes)
        (self.wished if told is None else told).emit(words)

    # What is wished

    def refresh(self) -> None:
        """Shows what is offered, and what of it is wished."""
        offered, wish = self._page.offered, self._page.wish
        if offered is None or wish is None:
            return
        had = len(self.prefixes.boxes), len(self.parts.rows)
        self._show_parts(offered)
        self._show_names(offered, wish)
        self._show_numbers(offered, wish)
        self._show_file(offered, wish)
        self._show_salvage(offered, wish)
        self.metadata.show_texts(offered.metadata, wish.metadata, wish.dropped)
        self.sections["metadata"].sum_up(self.metadata.summary())
        if had != (len(self.prefixes.boxes), len(self.parts.rows)):
            in_reading_order(self)

    def _show_parts(self, offered: Offers) -> None:
        parts = [(part.key, part.title, part.tensors, part.nbytes) for part in offered.parts]
        self.parts.show_parts(parts, self._page.part)
        chosen = next((title for key, title, *_ in parts if key == self._page.part), "")
        self.sections["part"].sum_up(chosen)

    def _show_names(self, offered: Offers, wish: Wish) -> None:
        self.prefixes.show_prefixes(offered.prefixes, wish.prefixes)
        self.sections["names"].setVisible(bool(offered.prefixes))
        self.sections["names"].sum_up(wording.row_of([wording.safe(prefix, 40) for prefix in wish.prefixes]))

    def _show_numbers(self, offered: Offers, wish: Wish) -> None:
        now = wording.row_of([each.dtype for each in offered.types[:_MANY]])
        texts = [tr("as they are ({dtypes})", dtypes=now), *DTYPES[1:]]
        _fill(self.dtype, [*zip(texts, DTYPES), *([(wish.dtype, wish.dtype)] if wish.dtype not in DTYPES else [])])
        _choose(self.dtype, wish.dtype)
        self.keep_norms.setChecked(wish.keep_norms)
        self._number_rows.show_row(self.keep_norms, bool(wish.dtype))
        self.sections["numbers"].sum_up(wish.dtype or now)

    def _show_file(self, offered: Offers, wish: Wish) -> None:
        _choose(self.form, wish.format)
        self.form.setEnabled(len(offered.formats) > 1)
        self.in_shards.setChecked(bool(wish.shards))
        if wish.shards:
            self.most.show_bytes(wish.shards)
        self._file_rows.show_row(self.most, bool(wish.shards))
        names = sum(map(len, offered.shared))
        tied = ntr("{n} name of shared tensors", "{n} names of shared tensors", names)
        say(self.shared_note, tied if names else "")
        _choose(self.shared, wish.shared)
        self._file_rows.show_row(self.shared, bool(offered.shared) and wish.format == SAFETENSORS)
        self.compact.setText(tr("Without {size} that no tensor uses", size=wording.size(offered.wasted)))
        self.compact.setChecked(wish.compact)
        self._file_rows.show_row(self.compact, offered.wasted > 0)
        self.sections["file"].sum_up(tr(FORMS[wish.format]))

    def _show_salvage(self, offered: Offers, wish: Wish) -> None:
        _choose(self.on_broken, wish.salvage)
        broken = [wording.safe(key, 60) for key, _ in offered.broken]
        found = ntr(
            "{n} tensor is not whole: {names}", "{n} tensors are not whole: {names}",
            len(broken), names=wording.names(broken, _MANY),
        )  # fmt: skip
        unread = tr("Every tensor is read through, and held against its checksum where there is one.")
        say(self.broken_note, found if broken else unread)
        self.sections["salvage"].setVisible(bool(broken or wish.salvage or self._is_damaged()))
        self.sections["salvage"].sum_up(tr(SALVAGE[wish.salvage]))

    def _is_damaged(self) -> bool:
        return self._page.checkpoint is not None and bool(self._page.checkpoint.damage)


def _fill(box: ChoiceBox, items: list[tuple[str, str]]) -> None:
    """Offers these, if they are others than those that are there."""
    if items != [(box.itemText(place), box.itemData(place)) for place in range(box.count())]:
        box.clear()
        for text, data in items:
            box.addItem(text, data)


def _choose(box: ChoiceBox, data: str) -> None:
    box.setCurrentIndex(box.findData(data))
