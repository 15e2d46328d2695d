# The standalone server, without what the library is built and tested with: docs/operation.md#containers
ARG NODE_IMAGE=node:24-bookworm

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json tsconfig.cjs.json ./
COPY src src
COPY deploy deploy
RUN npm run build && node deploy/keep-server.js && npm prune --no-audit --no-fund \
  && npm sbom --sbom-format cyclonedx --sbom-type application > sbom.cdx.json

FROM ${NODE_IMAGE}-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/package.json /app/sbom.cdx.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Where SQLite's file is, unless there is a DATABASE_URL.
RUN mkdir data && chown node:node data
USER node
VOLUME /app/data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"
# As npm start does: as many threads for the hashing of passwords as there are cores.
CMD ["sh", "-c", "UV_THREADPOOL_SIZE=${UV_THREADPOOL_SIZE:-$(nproc)} exec node dist/main.js"]
