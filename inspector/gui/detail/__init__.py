"""The detail side of the window: one entry in pictures and words, and the facts of a whole file.

    DetailPanel     what is chosen in the tree
    FactsView       the file as a whole

It needs numpy and pyqtgraph, so the window imports it after its first paint.
"""

from .facts_view import FactsView
from .panel import DetailPanel

__all__ = ["DetailPanel", "FactsView"]
