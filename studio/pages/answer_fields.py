"""The fields in which staff write an answer of their own, wherever they do: one look for all."""

import gradio as gr

from studio.state import Studio

LONGEST_QUESTION, LONGEST_ANSWER = 300, 4000


def question_and_answer(studio: Studio, name: str) -> tuple[gr.Textbox, gr.Textbox]:
    """Place what customers ask and what is answered then; ids begin with *name*."""
    question = gr.Textbox(
        label=studio.say("playground.question"),
        lines=1,
        max_length=LONGEST_QUESTION,
        elem_id=f"{name}-question",
    )
    answer = gr.Textbox(
        label=studio.say("playground.answer"),
        info=studio.say("playground.answer_help"),
        lines=3,
        max_length=LONGEST_ANSWER,
        elem_id=f"{name}-answer",
    )
    return question, answer


def cancel_or_save(studio: Studio, save: str, elem_id: str) -> tuple[gr.Button, gr.Button]:
    """Place the two buttons below such a form; *save* is the key of the second one's words."""
    with gr.Row():
        cancel = gr.Button(studio.say("playground.cancel"), size="sm")
        keep = gr.Button(studio.say(save), variant="primary", size="sm", elem_id=elem_id)
    return cancel, keep
