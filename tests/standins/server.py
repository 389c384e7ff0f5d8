"""Runs a Flask app on a free loopback port, in a thread, for the length of a `with` block."""

import contextlib
import threading
from collections.abc import Iterator

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


@contextlib.contextmanager
def serve(app: Flask, handler: type[WSGIRequestHandler] | None = None) -> Iterator[str]:
    """Serve *app* and yield its address, `http://127.0.0.1:PORT`."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.daemon = True
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
