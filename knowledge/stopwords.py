"""Words that say nothing about what is asked, in Spanish, English and Portuguese, without accents.

Courtesies are among them: customers greet and thank, and documents should not be found by that.
"""

SPANISH = """
a al algo alguien algun alguna algunas alguno algunos ante antes aquel aquella aquellas aquello
aquellos aqui asi aun aunque bien cada como con contra cual cuales cualquier cuando cuanta cuantas
cuanto cuantos de del desde donde dos el ella ellas ello ellos en entre era eran eres es esa esas
ese eso esos esta estaba estado estamos estan estar estas este esto estos estoy fue fueron ha
haber habia han has hasta hay he hemos hacer hace hacen hago hizo ir va vas van voy vamos la las
le les lo los luego mas me mi mis mia mio mucha muchas mucho muchos muy nada ni no nos nosotros
nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco podemos podria poder
por porque pues puede pueden puedes puedo que quien quienes quiere quieren quiero quisiera saber
se sea sean ser si sido sin sobre sois solo somos son soy su sus suya suyo tal tambien tampoco tan
tanto te tener tenemos tengo ti tiene tienen tienes toda todas todavia todo todos tu tus tuya tuyo
un una unas uno unos usted ustedes vez vosotros vuestra vuestro y ya yo hola buenas buenos buen
dias tardes noches gracias favor porfa disculpa disculpe perdon oye necesito gustaria dime digame
cuentame informacion duda pregunta
"""
ENGLISH = """
about after again all also am an and any are as at be because been before being between both but
by can could did do does doing down during each few for from further get had has have having he
her here hers him his how i if in into is it its itself just let like me more most my no nor not
of off on once only or other our ours out over own please same she should so some such than that
the their them then there these they this those through to too under until up us very was we were
what when where which while who whom why will with would you your yours hello hi hey thanks thank
want need know tell good morning afternoon evening
"""
PORTUGUESE = """
ao aos as ate com da das do dos ela elas ele eles em entao essa esse esta estao eu foi isso isto
ja mais mas meu minha na nao nas no nos num numa os ou para pela pelas pelo pelos pode posso quais
qual quando quanto quem quero se sem seu sua sao sou tem tenho um uma voce voces ola oi bom boa
dia tarde noite obrigado obrigada por gostaria
"""

STOP_WORDS = frozenset((SPANISH + ENGLISH + PORTUGUESE).split())
