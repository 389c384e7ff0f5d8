"""What was not kept of a source that was read all the same (Spanish)."""

TEXTS = {
    "notice.pdf_pages": (
        "Páginas sin texto, solo con imágenes: {count}{where}. Pásele al PDF un reconocimiento de "
        "texto (OCR) y sustitúyalo, o no se encontrarán."
    ),
    "notice.hidden_text": (
        "Partes de texto que nadie ve (ocultas, en blanco, diminutas, fuera de la página) y que "
        "no se leyeron: {count}{where}. Hágalas visibles y sustituya el archivo si los "
        "clientes pueden saber lo que dicen."
    ),
    "notice.hidden_slides": (
        "Diapositivas ocultas que no se leyeron: {count}{where}. Muéstrelas en el archivo y "
        "sustitúyalo si los clientes pueden saber lo que dicen."
    ),
    "notice.unknown_shapes": (
        "Dibujos y objetos que no se pueden leer: {count}{where}. Escriba en el documento lo que "
        "dicen y sustitúyalo si los clientes deben saberlo."
    ),
    "notice.garbled_pages": (
        "Páginas cuya fuente no dice qué letras muestra, así que su texto puede estar revuelto: "
        "{count}{where}. Mire sus fragmentos; si están mal, guarde otra vez el PDF desde el "
        "programa de donde viene, o pásele un reconocimiento de texto (OCR), y sustitúyalo."
    ),
    "notice.hidden_sheets": (
        "Hojas ocultas que no se leyeron: {count}{where}. Muéstrelas en el archivo y sustitúyalo "
        "si los clientes pueden saber lo que dicen."
    ),
    "notice.hidden_columns": (
        "Columnas ocultas que no se leyeron: {count}{where}. Muéstrelas en el archivo y "
        "sustitúyalo si los clientes pueden saber lo que dicen."
    ),
    "notice.hidden_rows": (
        "Filas ocultas que no se leyeron: {count}{where}. Muéstrelas, o quite el filtro, y "
        "sustituya el archivo si los clientes pueden saber lo que dicen."
    ),
    "notice.hidden_cells": (
        "Celdas cuyo texto no se ve (blanco sobre blanco, diminuto o con un formato que no muestra "
        "nada) y que no se leyeron: {count}{where}. Hágalas visibles y sustituya el archivo si los "
        "clientes pueden saber lo que dicen."
    ),
    "notice.cells_under_a_rule": (
        "Celdas que un formato condicional puede ocultar y que se leyeron de todos modos: "
        "{count}{where}. Quite del archivo lo que los clientes no deban saber y sustitúyalo."
    ),
    "notice.empty_columns": (
        "Columnas que tienen nombre y ningún valor: {count}{where}. Si debe haber valores, "
        "escríbalos en el archivo y sustitúyalo."
    ),
    "notice.pictures": (
        "Imágenes que no dicen con palabras lo que muestran: {count}{where}. Si hay en ellas "
        "texto que los clientes deban conocer, escríbalo en el documento y sustitúyalo."
    ),
    "notice.form_without_values": (
        "Formularios que solo muestran los programas de Adobe (XFA) y cuyos valores no se pudieron "
        "leer: {count}{where}. Imprima ahí el PDF a un PDF nuevo y sustitúyalo."
    ),
    "notice.formulas_without_value": (
        "Fórmulas cuyo resultado no está en el archivo: {count}{where}. Ábralo en Excel o "
        "LibreOffice, guárdelo ahí y sustitúyalo."
    ),
    "notice.error_values": (
        "Celdas que muestran un error como #N/D y no se leyeron: {count}{where}. Corrija las "
        "fórmulas y sustituya el archivo."
    ),
    "notice.columns_beyond": (
        "Celdas a la derecha de la columna 200 que no se leyeron: {count}{where}. Divida la tabla."
    ),
    "notice.encoding_unsure": (
        "El archivo no dice con qué codificación están escritas sus letras y no es seguro cuál es"
        "{where}. Mire los acentos en los fragmentos; si están mal, guárdelo como UTF-8 y "
        "sustitúyalo."
    ),
    "notice.delimiter_unsure": (
        "No es seguro qué signo separa las columnas{where}. Mire los fragmentos; si están mal, "
        "guarde el archivo como XLSX y sustitúyalo."
    ),
    "notice.uneven_rows": (
        "Filas con más celdas que columnas: {count}{where}. Mire si dentro de un valor sin "
        "comillas hay un signo de los que separan columnas."
    ),
}
