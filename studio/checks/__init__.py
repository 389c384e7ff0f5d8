"""What stands between the guard and Gradio: nothing passes but what a page of ours would send.

Measured on Gradio 6.31: it copies any file that a value names (`{"path": ..., "meta": ...}`, in a
text as well as in a file field) into a folder that it serves, and parses bodies of any size. So
`bodies` reads a request whole within limits, `calls` rebuilds every call from the values that its
inputs declare (`kinds`), and `uploads` remembers who uploaded what; no other file is named or
served.
"""
