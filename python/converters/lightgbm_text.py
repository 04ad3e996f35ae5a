"""Reads LightGBM's own model text, the format of `Booster.save_model`."""

from __future__ import annotations

from dataclasses import dataclass

from converters.conversion import Unsupported


@dataclass(frozen=True)
class SourceTree:
    """A tree's tables as LightGBM has them; a child < 0 is the leaf `-1 - child`."""

    features: list[int]
    thresholds: list[float]
    # Bit 0: categorical; bit 1: missing values go left; bits 2 and 3: what counts as missing.
    decisions: list[int]
    lefts: list[int]
    rights: list[int]
    leaves: list[float]
    # Where the sets begin in the words of 32 bits each.
    set_starts: list[int]
    set_words: list[int]


@dataclass(frozen=True)
class SourceModel:
    features: int
    # Trees of one iteration: one for each class.
    groups: int
    # With its settings: `binary sigmoid:1`.
    objective: str
    # A random forest answers with the mean of its trees.
    is_average: bool
    trees: list[SourceTree]


def read_model(text: str) -> SourceModel:
    """Raises Unsupported for trees with linear models in their leaves."""
    head, *blocks = text.split("end of trees", 1)[0].split("\nTree=")
    fields = _fields(head)
    return SourceModel(
        features=int(fields["max_feature_idx"]) + 1,
        groups=int(fields["num_tree_per_iteration"]),
        objective=fields.get("objective", "custom"),
        is_average="average_output" in fields,
        trees=[_read_tree(_fields(block)) for block in blocks],
    )


def _fields(block: str) -> dict[str, str]:
    return {key: value for key, _, value in (line.partition("=") for line in block.splitlines())}


def _read_tree(fields: dict[str, str]) -> SourceTree:
    if fields.get("is_linear", "0") != "0":
        raise Unsupported("lightgbm's linear trees (linear_tree) are not converted")

    def integers(key: str) -> list[int]:
        return [int(word) for word in fields.get(key, "").split()]

    def numbers(key: str) -> list[float]:
        return [float(word) for word in fields.get(key, "").split()]

    has_nodes = int(fields["num_leaves"]) > 1
    return SourceTree(
        features=integers("split_feature") if has_nodes else [],
        thresholds=numbers("threshold") if has_nodes else [],
        decisions=integers("decision_type") if has_nodes else [],
        lefts=integers("left_child") if has_nodes else [],
        rights=integers("right_child") if has_nodes else [],
        leaves=numbers("leaf_value"),
        set_starts=integers("cat_boundaries"),
        set_words=integers("cat_threshold"),
    )
