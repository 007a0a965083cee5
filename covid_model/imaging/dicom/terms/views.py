"""Views that header text names, in the languages of hospitals."""

from collections.abc import Mapping
from typing import Literal

from covid_model.imaging.dicom.terms.plain_text import any_starts, plain, words_of

View = Literal["frontal", "lateral", "oblique", ""]
# fmt: off
# By view: whole words, stems of words that are inflected, signs of languages without spaces. Latin
# ones, without accents, in English, French, German, Italian, Spanish, Portuguese, Dutch, Polish.
WORDS: Mapping[str, set[str]] = {
    "frontal": {"AP", "PA", "ANTERO", "POSTERO", "FACE", "FRENTE", "FRONT"},
    "lateral": {
        "LAT", "LATERAL", "LATERALE", "LATERALES", "LATERALIS", "LATERAAL", "LATEROLATERAL",
        "LATEROLATERALE", "LLAT", "RLAT", "DWARS", "DWARSE",
    },
    "oblique": {"OBL"},
    "decubitus": set(),
}
STEMS: Mapping[str, tuple[str, ...]] = {
    "frontal": (
        "ANTEROPOST", "POSTEROANT", "FRONTA", "ACHTERVOOR", "VOORACHTER", "ACHTERWAARTS",
        "VOORWAARTS", "PRZEDNIO", "TYLNO", "ПРЯМ", "ПЕРЕДН", "ЗАДН",
    ),
    "lateral": (
        "SEITL", "SEITENAUF", "SEITENBILD", "SEITENANS", "SEITBILD", "PROFILAUF", "ZIJDELING",
        "ZIJAANZICHT", "ZIJOPNAM", "BOCZ", "БОКОВ", "ЛАТЕРАЛЬН",
    ),
    "oblique": (
        "OBLIQ", "OBLIC", "SCHRAG", "SCHRAEG", "SCHUIN", "SKOSN", "КОСАЯ", "КОСОИ", "КОСЫ",
    ),
    "decubitus": ("DECUB", "DEKUB", "SEITENLAG", "ZIJLIGG", "ЛАТЕРОПОЗ"),
}
SIGNS: Mapping[str, tuple[str, ...]] = {
    "frontal": (
        "正面", "正位", "正侧", "正側", "正斜", "后前", "後前", "前后", "前後", "정면", "후전",
        "전후",
    ),
    "lateral": (
        "侧位", "側位", "侧面", "側面", "側方", "侧片", "側片", "胸侧", "胸側", "ラテラル",
        "측면", "측위", "측방",
    ),
    "oblique": ("斜", "사위"),
    "decubitus": ("侧卧", "側臥", "側卧", "측와"),
}
# These name a view where they stand alone, but for a side, or speak of a chest: elsewhere they are
# other words.
OF_CHEST: Mapping[str, set[str]] = {
    "lateral": {"PERFIL", "PROFIL", "PROFILO", "LL", "BOK", "БОК", "ПРОФИЛЬ"},
    "oblique": {"LAO", "RAO", "LPO", "RPO", "LLO", "RLO"},
}
SIDES = frozenset({
    "L", "R", "D", "G", "E", "LEFT", "RIGHT", "LT", "RT", "DROIT", "GAUCHE", "DIREITO", "ESQUERDO",
    "DERECHO", "IZQUIERDO", "DX", "SX", "SIN", "DESTRO", "SINISTRO", "LEWY", "PRAWY", "DE", "RX",
})
CHEST_STEMS = (
    "CHEST", "THORA", "TORAX", "TORAC", "POUMON", "PULM", "LUNG", "BORSTKAS", "PIERSIOW", "PLUC",
    "ГРУД", "ЛЕГК", "ОГК",
)
# fmt: on


def view_named_by(text: str, *, single: bool = False) -> View:
    """Return the view where a text names that one alone, else "".

    Args:
        text: of a header, in any language.
        single: whether it speaks of one picture alone, as a view position does: "AP oblique" is
            then an oblique view, where in the description of a series it may be two.
    """
    written = plain(text)
    words = words_of(written)
    if _names("decubitus", written, words):  # lying on the side: it may well be frontal
        return ""
    oblique = _names("oblique", written, words)
    if oblique and single:
        return "oblique"
    lateral, frontal = (_names(view, written, words) for view in ("lateral", "frontal"))
    if frontal:
        return "" if lateral or oblique else "frontal"
    return "lateral" if lateral else "oblique" if oblique else ""


def _names(view: str, written: str, words: set[str]) -> bool:
    of_chest = len(words - SIDES) == 1 or any_starts(words, CHEST_STEMS)
    return (
        bool(words & WORDS[view])
        or any_starts(words, STEMS[view])
        or any(sign in written for sign in SIGNS[view])
        or (of_chest and bool(words & OF_CHEST.get(view, set())))
    )
