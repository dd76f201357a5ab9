"""Which part of a training's account a name speaks of, by the words that it is made of.

    role_of(words_of("best_val_loss"))          best
    role_of(words_of("bestAcc1"))               best_accuracy
"""

from __future__ import annotations

import re

_BEST = {"best", "min", "minimum", "lowest", "smallest"}
_HIGHEST = {"max", "maximum", "highest"}
_VALID = {"val", "valid", "validation", "eval", "evaluation", "test", "dev"}
_TRAIN = {"train", "training", "running", "trn"}
_LOSS = {"loss", "losses"}
_NO_LOSS = {"scale", "scaler", "fn", "func", "function", "weight", "weights", "name", "type", "coef", "alpha", "gamma"}
_ACCURACY = {"acc", "accs", "accuracy", "accuracies", "acc1", "top1", "prec1", "correct"}
_OTHER_SCORES = {
    "score", "metric", "metrics", "fitness", "f1", "auc", "map", "iou", "miou", "psnr", "ssim", "bleu", "dice", "fid",
    "perplexity", "ppl", "wer", "cer", "mae", "mse", "rmse", "error", "err", "acc5", "top5", "prec5", "reward",
}  # fmt: skip
_EPOCH = {"epoch", "epochs"}
_STEP = {"step", "steps", "iter", "iters", "iteration", "iterations", "updates"}
_NOT_COUNTED = {
    "per", "every", "interval", "freq", "frequency", "warmup", "decay", "patience", "size", "milestones", "save",
    "log", "print", "eta", "time", "since", "without", "no", "improvement",
}  # fmt: skip
_PLANNED = {"max", "num", "n", "total", "nb", "target"}
_DONE = {"done", "trained", "completed", "finished", "run", "processed", "last", "far"}


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case: `bestValLoss` -> best, val, loss."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name[:80])
    return tuple(word.lower() for word in re.split(r"[^A-Za-z0-9]+", parted) if word)


def role_of(words: tuple[str, ...]) -> str:
    """The role of a number with such a name; empty for one that says nothing of the training."""
    said = set(words)
    if said & _LOSS:
        return _of_loss(said)
    if said & _EPOCH:
        return _of_epoch(said)
    if said & _ACCURACY:
        return "best_accuracy" if said & (_BEST | _HIGHEST) else "accuracy"
    if "lr" in said or "lrs" in said or {"learning", "rate"} <= said:
        return "" if said & (_NOT_COUNTED | _BEST | _HIGHEST) else "lr"
    if said & _OTHER_SCORES and said & (_BEST | _HIGHEST):
        return "monitored"
    if said & _STEP and not said & (_NOT_COUNTED | _PLANNED - {"total"} | _BEST):
        return "step"
    return ""


def _of_loss(said: set[str]) -> str:
    if said & _NO_LOSS:
        return ""
    if said & _BEST:
        return "" if said & _TRAIN else "best_epoch" if said & _EPOCH and not said & _VALID else "best"
    return "valid_loss" if said & _VALID else "train_loss"


def _of_epoch(said: set[str]) -> str:
    if said & (_NOT_COUNTED | _STEP):
        return ""
    if "best" in said:
        return "best_epoch"
    is_planned = said & _PLANNED and ("epochs" in said or said & {"max", "target"})  # `epoch_num` is the present one
    return "planned" if is_planned and not said & _DONE else "epoch"


def convention_of(name: str) -> str:
    """What a number called `name` counts: `next`, the epoch that is trained next; `done`, how many are done; `last`,
    the one that was trained last, or how many there were; empty where the name leaves it open."""
    said = set(words_of(name))
    if said & {"start", "next", "resume", "begin", "initial"}:
        return "next"
    if said & (_DONE - {"last"}):
        return "done"
    return "last" if said & {"last", "epochs"} else ""
