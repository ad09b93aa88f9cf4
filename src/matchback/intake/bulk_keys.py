"""Keys of millions of texts at once: the same numbers as `keys.derive_key`, at a tenth of the cost.

CMAC sends the blocks of a message through AES one after the other. Here many messages go in step: the first blocks of
all of them in one call, then the second ones. No text is looked at alone but a long one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from matchback.keys import BLOCK, KEY_BITS, SEPARATOR, block_cipher, derive_digest, escaped, subkeys

if TYPE_CHECKING:
    import numpy.typing as npt
    from cryptography.hazmat.primitives.ciphers import CipherContext

    Bytes = npt.NDArray[np.uint8]
    Words = npt.NDArray[np.uint64]
    Numbers = npt.NDArray[np.int64]

WORD, WORDS, BLOCK_SHIFT = 8, BLOCK // 8, 4
AT_ONCE = 1 << 14  # messages whose words stay in the processor's cache
MOST_BLOCKS = 16  # a longer message goes alone
_MASK = np.uint64((1 << KEY_BITS) - 1)
# Of a word into which a message reaches with so many bytes (first entry: it ended before): the bytes that are its own,
# and the bit that CMAC puts behind its end.
_OWN = np.array([0, *((1 << (8 * count)) - 1 for count in range(WORD + 1))], dtype="<u8")
_END = np.array([0, *(0x80 << (8 * count) for count in range(WORD)), 0], dtype="<u8")


def derive_keys(secret: bytes, kind: str, values: pl.Series) -> tuple[Numbers, Numbers]:
    """Return keys and check bits of texts, none of which is missing."""
    cipher = block_cipher(secret, kind)
    keys = np.frombuffer(b"".join(subkeys(cipher)), dtype="<u8").reshape(2, WORDS)
    text, offsets = _messages(values)
    starts, lengths = offsets[:-1], np.diff(offsets)
    blocks = np.maximum((lengths + BLOCK - 1) >> BLOCK_SHIFT, 1)
    digests = np.empty((lengths.size, WORDS), dtype="<u8")
    for first in range(0, lengths.size, AT_ONCE):
        part = slice(first, first + AT_ONCE)
        last = np.minimum(blocks[part], MOST_BLOCKS) - 1
        words = _padded(text, starts[part], lengths[part], int(last.max()) + 1)
        is_other = lengths[part] != blocks[part] << BLOCK_SHIFT
        digests[part] = _chained(cipher, words, last, keys[is_other.view(np.uint8)])
    for place in np.flatnonzero(blocks > MOST_BLOCKS).tolist():
        digests[place] = np.frombuffer(derive_digest(secret, kind, values[place]), dtype="<u8")
    pairs = digests.view(">u8") & _MASK
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _messages(values: pl.Series) -> tuple[Bytes, Numbers]:
    """Return the bytes of all messages, with a word of room behind them, and where each begins and the last ends."""
    import pyarrow as pa

    column = values.cast(pl.Binary).rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, places, data = column.cast(pa.large_binary()).buffers()
    size = column.offset + len(column) + 1
    offsets = np.frombuffer(places, dtype=np.int64, count=size)[column.offset :] if places else np.zeros(1)
    offsets = offsets.astype(np.int64)
    text = np.zeros(int(offsets[-1] - offsets[0]) + WORD, dtype=np.uint8)
    if data is not None:
        text[:-WORD] = np.frombuffer(data, dtype=np.uint8)[int(offsets[0]) : int(offsets[-1])]
    if bool(((text == ord("\\")) | (text == SEPARATOR[0])).any()):
        whole = [escaped(value) for value in values.to_list()]
        offsets = np.cumsum([0, *map(len, whole)], dtype=np.int64)
        return np.frombuffer(b"".join(whole) + bytes(WORD), dtype=np.uint8), offsets
    return text, offsets - offsets[0]


def _padded(text: Bytes, starts: Numbers, lengths: Numbers, blocks: int) -> Words:
    """Return so many blocks of each message, in words, with the bit that stands behind its end."""
    words = np.empty((starts.size, blocks * WORDS), dtype="<u8")
    shortest, longest = int(lengths.min()), int(lengths.max())
    every = np.ndarray((text.size - WORD + 1,), dtype="<u8", buffer=text, strides=(1,))  # from each byte on
    for place in range(blocks * WORDS):
        least, most = (min(max(length - place * WORD, -1), WORD) + 1 for length in (shortest, longest))
        if most == 0:
            words[:, place] = 0
            continue
        # Where the word of every message holds as many of its bytes, that number need not be asked for each.
        reach = least if least == most else np.clip(lengths - place * WORD, -1, WORD) + 1
        found = every[np.minimum(starts + place * WORD, every.size - 1)]
        words[:, place] = (found & _OWN[reach]) | _END[reach]
    return words


def _chained(cipher: CipherContext, words: Words, last: Numbers, keys: Words) -> Words:
    """Return the code of each message: its blocks enciphered one after the other, the last one under its subkey."""
    state = np.zeros((words.shape[0], WORDS), dtype="<u8")
    shortest, longest = int(last.min()), int(last.max())
    for block in range(longest + 1):
        mixed = state ^ words[:, block * WORDS : (block + 1) * WORDS]
        if shortest == longest == block:
            mixed ^= keys
        elif block >= shortest:
            is_last = last == block
            mixed[is_last] ^= keys[is_last]
        made = np.frombuffer(cipher.update(mixed.data.cast("B")), dtype="<u8").reshape(-1, WORDS)
        state = made if block <= shortest else np.where((last >= block)[:, None], made, state)
    return state
