"""The checks between the guard and Gradio."""
