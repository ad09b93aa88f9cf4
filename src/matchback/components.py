"""Connected components of numbered nodes: the one part of `resolve` that is not SQL's work.

SQL numbers the nodes and gives the links, this module labels them with a compiled search, SQL reads the labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def label_components(links: pa.Table) -> pa.Table:
    """Return the component of every node, from links between nodes that are numbered densely from 0.

    `links` has left_number and right_number; the result has node_number and component_number (both int64). A
    component's number means nothing beyond one call: it says which nodes belong together.
    """
    import numpy as np
    import pyarrow as pa
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left = links.column("left_number").to_numpy()
    right = links.column("right_number").to_numpy()
    node_count = int(max(left.max(), right.max())) + 1 if len(left) else 0
    matrix = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(node_count, node_count))
    if node_count:
        _, labels = connected_components(matrix, directed=False)
    else:
        labels = np.empty(0, dtype=np.int32)
    return pa.table(
        {
            "node_number": pa.array(np.arange(node_count, dtype=np.int64)),
            "component_number": pa.array(labels.astype(np.int64)),
        }
    )
