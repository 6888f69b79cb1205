import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { AppModule } from '../app.module.ts';
import { readAsBrowserBody } from '../http/browser-access.ts';
import { Problem, PROBLEM_TYPE, problemOf } from '../http/problem-details.ts';
import { BODY_LIMIT, readJson } from './read-json.ts';
import type { Settings } from './settings.ts';

/** The HTTP application, not listening yet. */
export async function createApp(world: World, settings: Settings): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    // What Fastify refuses before any route is found, such as a URL that cannot be decoded.
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) => {
      void reply.status(problemOf(error).status).type(PROBLEM_TYPE).send(JSON.stringify(problemOf(error)));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(world, settings), adapter, {
    rawBody: true,
    logger: false,
    abortOnError: false,
  });
  app.useBodyParser('application/json', { bodyLimit: BODY_LIMIT }, (_request, body, done) => done(null, readJson(body)));
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addContentTypeParser('text/csv', { bodyLimit: Number.MAX_SAFE_INTEGER }, (_request, payload, done) => done(null, payload));
  fastify.addHook('onRequest', readAsBrowserBody);
  // Mail programs may send the one-click unsubscribe as a form of either kind (RFC 8058); its body is not read.
  fastify.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit: 10_000 }, (_request, _body, done) => done(null, {}));
  const document = openApi(app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'v1/openapi.json', customSiteTitle: 'Tendril API' });
  await app.init();
  await fastify.ready();
  return app;
}

/** The API's description, made from the same Zod schemas that check the requests. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Tendril')
    .setDescription('Lead nurturing: events in, rules decide, touchpoints leave through connectors, each with its why.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, about);
  const schema = z.toJSONSchema(Problem) as NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Problem: schema } };
  const error = { description: 'Problem details', content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } };
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path as Record<string, { responses?: Record<string, object> }>)) {
      if (operation.responses) operation.responses.default = error;
    }
  }
  return document;
}
