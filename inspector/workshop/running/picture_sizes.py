"""Pictures of different sizes made one size: a batch takes no others."""

from __future__ import annotations

from collections import Counter

from ...language import tr
from ...wording import plural


def to_one_size(sizes: Counter[tuple[int, int]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(transforms, what should be known of them) for pictures of these (height, width), and how often each occurs.

    The commonest, where most pictures have it; else 224, which networks for photographs take.
    """
    if len(sizes) < 2:
        return (), ()
    (height, width), most = sizes.most_common(1)[0]
    told = plural(len(sizes), "size")
    if most * 2 > sum(sizes.values()):
        return (f"Resize(({height}, {width}))",), (
            tr(
                "Pictures have {sizes}: all are brought to {height} x {width}, the commonest.",
                sizes=told,
                height=height,
                width=width,
            ),
        )
    return ("Resize(256)", "CenterCrop(224)"), (
        tr("Pictures have {sizes}: the middle of each is brought to 224 x 224.", sizes=told),
    )
