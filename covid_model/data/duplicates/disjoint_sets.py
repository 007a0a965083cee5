"""Disjoint sets of patients: ids that are found to be one person."""

from collections.abc import Iterable


class DisjointSets:
    """Sets of ids that are joined one pair after another (union-find)."""

    def __init__(self, members: Iterable[str]) -> None:
        self._parent = {member: member for member in members}

    def root(self, member: str) -> str:
        """The id that stands for the set of a member."""
        while self._parent[member] != member:
            member = self._parent[member]
        return member

    def join(self, member: str, other: str) -> None:
        """Make two sets one, for which the second one's root stands."""
        self._parent[self.root(member)] = self.root(other)
