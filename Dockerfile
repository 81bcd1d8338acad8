# One image for web, worker and migration. Nothing in it is fetched by address: Debian's
# packages, hash-locked Python packages, and interface packages by their lock file.
FROM python:3.13-slim-trixie AS build
WORKDIR /srv/farelegami
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/python -m kit.assets build && rm -rf node_modules

FROM python:3.13-slim-trixie
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 990 --user-group --no-create-home --home-dir / farelegami \
 && install -d -o farelegami -g farelegami -m 0700 /data
WORKDIR /srv/farelegami
COPY --from=build /srv/farelegami /srv/farelegami
ENV PATH=/srv/farelegami/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    FARELEGAMI_DATA=/data XDG_CACHE_HOME=/tmp/cache
USER farelegami
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "kit.run.serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--behind-proxy"]
