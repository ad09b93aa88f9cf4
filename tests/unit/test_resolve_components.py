"""Connected components: the labels say which nodes belong together, and nothing more."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from matchback.components import label_components


def labeled(links: list[tuple[int, int]]) -> dict[int, int]:
    table = pa.table(
        {
            "left_number": pa.array([left for left, _ in links], pa.int64()),
            "right_number": pa.array([right for _, right in links], pa.int64()),
        }
    )
    found = label_components(table).to_pylist()
    return {row["node_number"]: row["component_number"] for row in found}


def test_no_links_have_no_nodes() -> None:
    """An empty night is no error."""
    assert labeled([]) == {}


def test_a_chain_is_one_component_and_a_pair_apart_another() -> None:
    labels = labeled([(0, 1), (1, 2), (3, 4)])
    assert labels[0] == labels[1] == labels[2]
    assert labels[3] == labels[4] != labels[0]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=20))
def test_labels_are_the_finest_that_no_link_crosses(links: list[tuple[int, int]]) -> None:
    """Two nodes have one label exactly when links lead from one to the other."""
    labels = labeled(links)
    nodes = range(max(max(link) for link in links) + 1)
    assert set(labels) == set(nodes)
    for start in nodes:
        reached = {start}
        for _ in nodes:
            for left, right in links:
                if left in reached or right in reached:
                    reached |= {left, right}
        assert {node for node in nodes if labels[node] == labels[start]} == reached
