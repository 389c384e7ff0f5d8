# One image for every service; docker-compose.yml says which command each one runs.
# The packages are the pinned, hashed ones of requirements.txt, from ready-made wheels only.

FROM python:3.12-slim-bookworm AS packages
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes \
        --no-compile -r /tmp/requirements.txt \
    && python -m compileall -q -j 0 /opt/venv/lib

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data
RUN useradd --system --uid 10001 --home-dir /data studio \
    && install -d -o studio -g studio -m 0700 /data /chroma
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY pyproject.toml ./
COPY knowledge knowledge
COPY agent agent
COPY store store
COPY channels channels
COPY serving serving
COPY actions actions
COPY bot bot
COPY jobs jobs
COPY studio studio
COPY notebooks notebooks
RUN python -m compileall -q -j 0 /app
USER studio
EXPOSE 3000 7860
CMD ["python", "-m", "actions.installation"]
