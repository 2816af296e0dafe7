# syntax=docker/dockerfile:1

# Compiles the sources. The compiler and everything else that only development needs stays in this stage.
FROM node:26-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# What the gateway needs to run, and nothing else.
FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:26-slim
ENV POSTERN_STATE=/var/lib/postern
WORKDIR /opt/postern
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
COPY config ./config
COPY docker/healthcheck.mjs docker/demo-backend.mjs ./docker/
RUN ln -s /opt/postern/bin/postern /usr/local/bin/postern \
  && install -d -m 0700 -o node -g node "$POSTERN_STATE"
USER node
VOLUME /var/lib/postern
EXPOSE 5684/udp 8080/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "docker/healthcheck.mjs"]
# SIGTERM drains: requests under way are finished, sessions are told goodbye.
STOPSIGNAL SIGTERM
ENTRYPOINT ["bin/postern"]
CMD ["serve", "--profile", "edge"]
