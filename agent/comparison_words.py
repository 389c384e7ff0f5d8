"""What a comparison says to whoever runs a shop."""

from agent.spec import Wording

_COUNTS = Wording(
    es="Mejor en {better}, peor en {worse}, igual en {same}",
    en="Better in {better}, worse in {worse}, the same in {same}",
    pt="Melhor em {better}, pior em {worse}, igual em {same}",
)
_VERDICTS = {
    "better": Wording(
        es="; no es casualidad.", en="; this is no accident.", pt="; não é por acaso."
    ),
    "worse": Wording(
        es="; no es casualidad: ha empeorado.",
        en="; this is no accident: it got worse.",
        pt="; não é por acaso: piorou.",
    ),
    "accident": Wording(
        es="; puede ser casualidad.", en="; this may be an accident.", pt="; pode ser por acaso."
    ),
    "same": Wording(
        es="; no hay ninguna diferencia.",
        en="; there is no difference.",
        pt="; não há nenhuma diferença.",
    ),
    "too_few": Wording(
        es="; son muy pocos casos para saberlo: hacen falta seis o más.",
        en="; these are too few cases to tell: six or more are needed.",
        pt="; são poucos casos para saber: são necessários seis ou mais.",
    ),
}


def sentence(language: str, verdict: str, better: int, worse: int, same: int) -> str:
    """Return the counts and what can be said of them."""
    counts = _COUNTS.in_language(language).format(better=better, worse=worse, same=same)
    return counts + _VERDICTS[verdict].in_language(language)
