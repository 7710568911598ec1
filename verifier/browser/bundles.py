"""Proof bundles, taken apart far enough to break one step of a real one at a time."""


class Bundle:
    """The bytes of a bundle and where its parts lie (`docs/formats/proof-bundle.md`)."""

    def __init__(self, content):
        self.content = bytes(content)
        self.parts = {}
        self.entries = {}
        major, count, at = self._head(0)
        if major != 5:
            raise ValueError("not a CBOR map")
        for _ in range(count):
            began = at
            _, key, at = self._head(at)
            at = self._item(at, str(key))
            self.entries[key] = (began, at)
        if at != len(self.content):
            raise ValueError("bytes follow the map")

    def _head(self, at):
        first = self.content[at]
        major, info = first >> 5, first & 31
        if info < 24:
            return major, info, at + 1
        length = 1 << (info - 24)
        return major, int.from_bytes(self.content[at + 1 : at + 1 + length], "big"), at + 1 + length

    def _item(self, at, path):
        began = at
        major, value, at = self._head(at)
        if major == 4:
            for index in range(value):
                at = self._item(at, f"{path}.{index}")
            return at
        if major in (2, 3):
            self.parts[path] = (at, value)
            return at + value
        self.parts[path] = (began, at - began)
        return at

    def flip(self, path, offset):
        """A copy with one bit of a part turned over; a negative offset counts from the part's end."""
        at, length = self.parts[path]
        place = at + (offset if offset >= 0 else length + offset)
        assert at <= place < at + length, f"part {path} has {length} bytes"
        copy = bytearray(self.content)
        copy[place] ^= 1
        return bytes(copy)

    def without(self, key):
        """A copy without an entry, as canonical as before."""
        began, ended = self.entries[key]
        head = bytes([self.content[0] - 1])
        return head + self.content[1:began] + self.content[ended:]


def broken(single, member):
    """One bundle for each step that can fail, made of two real ones: an answer with its intent, and a batch member."""
    single, member = Bundle(single), Bundle(member)
    return {
        "decode": single.content[: len(single.content) // 2],
        "member": member.flip("4.1", 0),
        "key": single.flip("3.0", 100),
        # The signature ends the statement.
        "sealed": single.flip("2", -40),
        # The checkpoint begins with the chain's genesis hash.
        "chain": single.flip("6", 0),
        "linked": single.flip("9.2.1", 5),
        "included": single.flip("5.1", 3),
        "finalised": single.flip("7.1", -60),
        "anchored": single.flip("8.0", -1),
    }
