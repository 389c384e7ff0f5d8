"""How the studio looks: one Gradio theme, one style sheet, one small script, all served by us."""

import json
from pathlib import Path

import gradio as gr

from studio.texts import say

ASSETS = Path(__file__).resolve().parent / "assets"
SYSTEM_FONT = ("ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO_FONT = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme: pine green on warm paper by day, on ink by night."""
    pine = gr.themes.Color(
        "#effaf5",
        "#d8f3e6",
        "#b3e6cf",
        "#80d2b0",
        "#4ab68c",
        "#279a71",
        "#187c5b",
        "#14634a",
        "#134f3d",
        "#104133",
        "#08261e",
        name="pine",
    )
    built: gr.themes.Base = gr.themes.Base(
        primary_hue=pine,
        secondary_hue=pine,
        neutral_hue=gr.themes.colors.stone,
        text_size=gr.themes.sizes.text_sm,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
        font=SYSTEM_FONT,
        font_mono=MONO_FONT,
    ).set(
        body_background_fill="#f7f5f0",
        body_background_fill_dark="#15181a",
        block_background_fill="#ffffff",
        block_background_fill_dark="#1d2124",
        block_border_color="#e4dfd5",
        block_border_color_dark="#2e3438",
        border_color_primary="#dcd6c9",
        border_color_primary_dark="#363d42",
        input_background_fill="#ffffff",
        input_background_fill_dark="#15191b",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_600",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_hover="#efece4",
        button_secondary_background_fill_dark="#23282b",
        button_secondary_background_fill_hover_dark="#2e3438",
        button_secondary_border_color="#dcd6c9",
        button_secondary_border_color_dark="#363d42",
        button_secondary_text_color="#1f2421",
        button_secondary_text_color_dark="#ece9e2",
        button_border_width="1px",
        button_large_text_size="*text_sm",
        button_large_padding="8px 12px",
        input_border_width="1px",
        input_border_color="#dcd6c9",
        input_border_color_dark="#363d42",
        block_info_text_color="#6a6f69",
        block_info_text_color_dark="#a3a8a2",
        block_label_text_weight="600",
        block_title_text_weight="600",
    )
    return built


def style() -> str:
    """Return the style sheet of the pages inside Gradio."""
    return (ASSETS / "studio.css").read_text(encoding="utf-8")


def login_style() -> str:
    """Return the style sheet of the pages outside Gradio."""
    return (ASSETS / "login.css").read_text(encoding="utf-8")


def script(language: str) -> str:
    """Return our script, told the person's language."""
    script = (ASSETS / "studio.js").read_text(encoding="utf-8").replace("LANGUAGE", language)
    return script.replace("UNSAVED", json.dumps(say(language, "unsaved.sure")))
