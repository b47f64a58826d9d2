# Open WebUI's own image with librechat-migrate in it. It starts the same server in the same way;
# `librechat-migrate run …` in it is the migration. The tag has to be the server's version.
#
#   docker build --build-arg OPEN_WEBUI_TAG=v0.12.4 -t open-webui-librechat-migrate .

ARG OPEN_WEBUI_TAG=v0.12.4

FROM ghcr.io/open-webui/open-webui:${OPEN_WEBUI_TAG} AS build
WORKDIR /source
# The licence is matched by a pattern, which may match nothing.
COPY pyproject.toml README.md LICENSE* ./
COPY migrator_core migrator_core
COPY owui_function owui_function
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM ghcr.io/open-webui/open-webui:${OPEN_WEBUI_TAG}
COPY --from=build /wheels /tmp/wheels
# Without dependencies, so that no package of Open WebUI's changes its version: aiofiles, pydantic
# and rich are in its image. What is not: pymongo (reads a mongodump) with dnspython, and libpass
# (knows the forms of password hashes).
RUN python -m pip install --no-cache-dir --no-deps --root-user-action=ignore \
      pymongo==4.20.0 dnspython==2.9.2 libpass==1.9.4 /tmp/wheels/*.whl \
    && rm -r /tmp/wheels \
    && python -c "import aiofiles, bson, passlib.hash, pydantic, rich" \
    && librechat-migrate --version
WORKDIR /app/backend
