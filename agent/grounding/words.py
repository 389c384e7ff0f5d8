"""The words of a statement that have to stand somewhere, and those that courtesy is made of."""

import functools
import re

from knowledge.lexical import fold, words
from knowledge.lexical import stems as all_stems


def table(lines: str) -> dict[str, str]:
    """Return *lines* (`name: words`) as the name of each word."""
    parts = (line.split(": ") for line in lines.strip().splitlines())
    return {word: name for name, said in parts for word in said.split()}


# Days and months, folded.
CALLED = table("""
monday: lunes monday mondays segunda-feira
tuesday: martes tuesday tuesdays terca-feira
wednesday: miercoles wednesday wednesdays quarta-feira
thursday: jueves thursday thursdays quinta-feira
friday: viernes friday fridays sexta-feira
saturday: sabado sabados saturday saturdays
sunday: domingo domingos sunday sundays
month 1: enero january janeiro
month 2: febrero february fevereiro
month 3: marzo march
month 4: abril april
month 5: mayo maio
month 6: junio june junho
month 7: julio july julho
month 8: agosto august
month 9: septiembre september setembro
month 10: octubre october outubro
month 11: noviembre november novembro
month 12: diciembre december dezembro
""")
KEY = 5  # letters of a stem: `devolver` and `devolución` are one word, and so are most cognates
# What people say around a fact in Spanish, English and Portuguese, folded; also verbs that any
# fact may be told with. None of it is a fact.
_AROUND = """
hola buenas buenos buen gracias gusto encantado encantada placer claro perfecto entiendo comprendo
entendido lamento siento disculpa disculpe perdon molestia molestias inconveniente saludos espero
sirva util duda dudas pregunta preguntas consulta consultar aviso avisame dime digame cuentame
cuenteme escribeme escriba ayuda ayudar persona personas equipo asesor asesora agente humano
companero paso pasar comunico comunicar comunicarte contactar contacto confirmar confirmo atender
atendera quieres gustaria prefieres deseas necesitas puedo puedes podemos podrias podria algo mas
momento bien vale listo lista no si por favor acuerdo segun indica indican dice dicen dicho
documento documentos documentacion informacion informar info datos detalle detalles nuestro
nuestra encontrar encuentro encontre tengo tienes tiene tenemos cuenta cuentas contamos ofrecemos
ofrece hacemos hace realiza realizamos hay existe existen corresponde respecto sobre acerca
relacionado tema caso ademas tambien cabe mencionar importante recuerda recuerde nota significa
decir ejemplo siguiente manera forma aqui respuesta responder compartir mostrar incluye incluido
debes debe deberas tendras podras seria sera estan estamos trata exactamente actualmente excelente
permite permiten requiere necesario explico explicar aclarar aclaro resumen resumir comentar
comento orientar resolver revisar reviso verificar verifico consultarlo seguir continuar proceder
interesa interes interesado servir ayudarle escribirme quedo quedamos orden ordenes disposicion
atento pendiente lindo feliz tarde noche dia buena suerte adelante cualquier puntual breve rapido
rapida pronto enseguida ahora mismo minuto hoy ustedes usted conmigo contigo te le lo buscas busca
buscabas elegir eleccion opcion opciones decision felicidades bienvenido bienvenida opinas parece
animas agendar agendamos hello hi hey thanks thank welcome glad happy pleasure sure course perfect
great good understand sorry apologies apologize inconvenience regards hope helps helpful question
questions ask anything else let know tell write help assist person people team advisor adviser
agent human colleague pass put touch connect transfer contact confirm like want prefer need moment
well fine yes please according says states said document documents information details find found
offer offers provide provides regarding case also note important remember means example following
way here answer reply share show includes include including must should will currently exactly
excellent able available explain clarify check verify continue proceed interested further hesitate
reach out day luck choice option options quick brief soon now today look looking feel free
absolutely certainly definitely ola oi obrigado obrigada prazer perfeito entendo entendi sinto
desculpe desculpa ajude ajudar ajuda duvida duvidas pergunta perguntas diga conte escreva pessoa
equipe atendente passo passar falar contato quiser gostaria prefere precisa precisar posso pode
mais bem sim nao acordo segundo diz dizem informacao informacoes dados detalhes nosso nossa
encontrei tenho tem temos oferecemos oferece ha respeito tambem lembre exemplo seguinte maneira
resposta inclui deve vai esta atualmente alguma alguem outra outro coisa esclarecer certeza ordens
disposicao agora deseja quer fique vontade escolha opcao preocupacion preocupes alegra alegrar
paciencia tengas seguimos entonces preocupacao transtorno muito tenha otimo vou chamar qualquer
patience worry ll have enjoy rest moments cuidate abrazo bendiciones despedirme durante entre
mientras suele suelen asi ser estar tan cada cual cuya cuyo cuando donde como siempre nunca unico
unica solo aunque pues luego hacia desde hasta dentro fuera aparte incluso sino while during
within whether usually always never only just though although since upon then mil miles thousand
million millon millones km kilometro kilometros minutos hora horas dias semana semanas mes meses
ano anos pesos euros days week weeks month months year years hours minutes enquanto fora sempre
apenas embora ate ainda depois antes
"""
_NOTHING = re.compile(
    r"\b(?:no|not|nao|cannot|can t|don t|doesn t|didn t|couldn t|sin|without|nem)\b.{0,40}?"
    r"\b(?:encuentr\w*|encontr\w*|tengo|cuento|dispon\w*|aparec\w*|mencion\w*|figura\w*|consta\w*|"
    r"indica\w*|especific\w*|se|seguro|viene\w*|find|found|have|see|mention\w*|say|says|know|sure|"
    r"specif\w*|list\w*|contain\w*|tenho|vejo|sei|document\w*|informa\w*|dato\w*|detail\w*)\b"
)
_ABOUT_IT = re.compile(
    r"\b(?:informa\w*|dato\w*|dados|detall\w*|detalh\w*|document\w*|pasaje\w*|passage\w*|detail\w*|"
    r"sobre eso|sobre ello|sobre isso|about (?:that|this|it)|mention\w*|mencion\w*|especific\w*|"
    r"specif\w*|no lo se|no se|nao sei|i don t know|not sure)\b"
)
_NOT = re.compile(
    r"\b(?:no|not|never|nunca|jamas|sin|without|nao|nem|sem|ni|nor|neither|cannot|tampoco|ningun\w*|"
    r"nenhum\w*|none|excluy\w*|exclu\w*|except\w*|salvo)\b|n.t\b"
)


@functools.lru_cache(maxsize=50_000)
def _keys_of(word: str) -> frozenset[str]:
    return frozenset(stem[:KEY] for stem in all_stems(word))


@functools.cache
def _around() -> frozenset[str]:
    return frozenset(key for word in _AROUND.split() for key in _keys_of(word))


def keys(text: str) -> frozenset[str]:
    """Return every word of *text* as it is compared."""
    return frozenset(key for word in words(text) for key in _keys_of(word))


def telling(text: str) -> list[frozenset[str]]:
    """Return each word of *text* that says something; figures are looked at by themselves."""
    found = (_keys_of(word) for word in words(text) if word.isalpha() and fold(word) not in CALLED)
    return list(dict.fromkeys(word for word in found if word and not word & _around()))


def plain(text: str) -> str:
    """Return *text* folded, its words with one space between them."""
    return " ".join(re.findall(r"\w+", fold(text.lower())))


def finds_nothing(text: str) -> bool:
    """Whether *text* says that something is not known or not found."""
    said = plain(text)
    return bool(_NOTHING.search(said) and _ABOUT_IT.search(said))


def denies(text: str) -> bool:
    """Whether *text* says what is not so."""
    return bool(_NOT.search(plain(text)))
