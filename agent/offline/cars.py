"""Makes, models and cities the built-in model recognises in a sentence. Others are not invented."""

import difflib

from agent.offline.words import stems

# The makes and the models most sold in Mexico and Spain, folded.
MAKES: dict[str, str] = {
    "nissan": "leaf versa sentra march kicks xtrail x-trail altima frontier tsuru np300 pathfinder",
    "chevrolet": "aveo beat spark onix cavalier trax tracker equinox captiva tahoe silverado",
    "volkswagen": "jetta vento polo virtus golf tiguan taos tcross gol saveiro passat nivus",
    "toyota": "corolla yaris camry rav4 hilux prius avanza sienna highlander tacoma raize",
    "honda": "civic city crv cr-v hrv hr-v fit accord brv odyssey",
    "mazda": "mazda2 mazda3 mazda6 cx3 cx5 cx30 cx-3 cx-5 cx-30 mx5",
    "kia": "rio forte soul seltos sportage sorento k3 ceed stonic picanto niro",
    "hyundai": "accent elantra creta tucson i10 i20 i30 ioniq kona venue santafe",
    "ford": "fiesta focus figo ecosport escape edge explorer ranger bronco lobo fusion mustang",
    "seat": "ibiza leon toledo arona ateca",
    "renault": "duster kwid logan stepway koleos oroch captur clio megane sandero",
    "suzuki": "swift ignis vitara ertiga baleno ciaz jimny dzire",
    "mg": "mg5 zs hs gt",
    "bmw": "x1 x3 x5",
    "audi": "a1 a3 a4 q2 q3 q5",
    "mercedes-benz": "cla gla glc",
    "jeep": "compass renegade patriot cherokee wrangler",
    "dodge": "attitude journey durango neon",
    "peugeot": "208 2008 301 308 3008",
    "mitsubishi": "mirage outlander l200 xpander montero",
    "fiat": "mobi argo pulse uno strada",
    "volvo": "xc40 xc60",
    "subaru": "impreza forester xv outback",
    "mini": "cooper",
    "acura": "ilx rdx",
    "infiniti": "q50 qx60",
    "chirey": "tiggo omoda",
    "byd": "dolphin yuan song",
    "tesla": "model-3 model-y",
    "ferrari": "",
    "porsche": "cayenne macan",
    "lamborghini": "",
}  # fmt: skip
_ALIASES = {"vw": "volkswagen", "chevy": "chevrolet", "mercedes": "mercedes-benz", "toyo": "toyota"}
_MODELS = {
    model.replace("-", " "): make for make, models in MAKES.items() for model in models.split()
}
# Names that are also plain words or places are models only next to their make.
_AMBIGUOUS = {
    "city", "fit", "escape", "edge", "leon", "toledo", "gol", "march", "focus", "golf", "song",
    "soul", "mini", "uno", "pulse", "hs", "gt", "zs", "accent", "accord", "venue", "compass",
    "patriot", "journey", "rio", "polo", "yuan", "xv", "hrv",
}  # fmt: skip
_NOT_MODELS = """
    automatico automatica automaticos manual estandar usado usados seminuevo seminuevos
    nuevo barato baratos economico economicos menos mas hasta bajo debajo entre rojo roja
    blanco blanca negro negra gris azul plata disponible disponibles catalogo modelo modelos
    ano precio under below over cars car cheap available automatic less max sedan suv
    camioneta pickup hatchback
"""
_NO_MODELS = frozenset(_NOT_MODELS.split())
_CITIES = (
    "ciudad de mexico", "cdmx", "guadalajara", "monterrey", "puebla", "queretaro", "leon",
    "toluca", "tijuana", "merida", "cancun", "aguascalientes", "san luis potosi", "hermosillo",
    "chihuahua", "saltillo", "torreon", "cuernavaca", "veracruz", "villahermosa", "morelia",
    "culiacan", "oaxaca", "pachuca", "tampico", "zapopan", "madrid", "barcelona", "valencia",
    "sevilla", "malaga", "bilbao",
)  # fmt: skip
_OFFICIAL = {"cdmx": "Ciudad de México"}


def brand_and_model(text: str) -> dict[str, str]:
    """Return the make and the model that folded *text* names, small typos allowed."""
    found: dict[str, str] = {}
    words = text.split()
    for word in words:
        make = _make(word)
        if make:
            found["brand"] = make
            break
    for size in (2, 1):
        for start in range(len(words) - size + 1):
            model = " ".join(words[start : start + size])
            make = _MODELS.get(model, "")
            if make and found.get("brand", "" if model in _AMBIGUOUS else make) == make:
                return {"brand": make, "model": model}
    return found | _unknown_model(words, found)


def _unknown_model(words: list[str], found: dict[str, str]) -> dict[str, str]:
    """A word right after the make that is not small talk is taken for a model."""
    at = next((n for n, word in enumerate(words) if found and _make(word)), len(words))
    after = words[at + 1 : at + 2]
    if after and after[0].isalpha() and len(after[0]) > 2 and after[0] not in _NO_MODELS:
        return {"model": after[0]} if stems(after[0]) else {}
    return {}


def city_in(text: str) -> str:
    """Return the city that folded *text* names, as the catalogue is asked for it."""
    for city in _CITIES:
        if (
            f" en {city}" in f" {text}"
            or f" in {city}" in f" {text}"
            or f" de {city}" in f" {text}"
        ):
            return _OFFICIAL.get(city, city)
    return ""


def _make(word: str) -> str:
    if word in _ALIASES:
        return _ALIASES[word]
    if word == "benz":
        return "mercedes-benz"
    if word in MAKES and word not in _AMBIGUOUS:
        return word
    if len(word) < 5:
        return ""
    near = difflib.get_close_matches(
        word, [make for make in MAKES if len(make) > 4], n=1, cutoff=0.84
    )
    return near[0] if near else ""
