import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { LoginFields } from 'nestjs-baton';
import { describeAuthRoutes } from 'nestjs-baton/openapi';
import { startHost } from '../host/start-host.js';

const loginFields: LoginFields = {
  name: 'email',
  further: { tenant: 'required', otp: 'optional' },
};

/** @see issue 12 */
it('the OpenAPI document shows the fields of a login', async () => {
  const host = await startHost({ auth: { loginFields } });
  describeAuthRoutes({ loginFields });
  const document = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
  expect(document.paths['/auth/login']?.post?.requestBody).toEqual({
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['email', 'password', 'tenant'],
          properties: {
            email: { type: 'string', minLength: 1, maxLength: 254 },
            password: expect.objectContaining({ format: 'password' }),
            tenant: { type: 'string', maxLength: 256 },
            otp: { type: 'string', maxLength: 256 },
            device_name: expect.objectContaining({ maxLength: 128 }),
          },
        },
      },
    },
  });
  await host.close();
});

it('the OpenAPI document shows what a login and a refresh answer besides the pair', async () => {
  const host = await startHost({ auth: { responseFields: () => ({ name: 'Ann' }) } });
  const further = { name: { type: 'string' as const, example: 'Ann' } };
  describeAuthRoutes({ responseFields: further });
  const document = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
  for (const route of ['/auth/login', '/auth/token/refresh']) {
    expect(document.paths[route]?.post?.responses['200']).toMatchObject({
      content: {
        'application/json': {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/TokenPairModel' },
              { type: 'object', properties: further },
            ],
          },
        },
      },
    });
  }
  expect(document.components?.schemas?.['TokenPairModel']).toMatchObject({
    properties: { refresh_token: { type: 'string' } },
  });
  await host.close();
});

/** Test suites start many applications in one process; a decorator that was shared grew twofold with each. */
it('a document of the thirtieth application says once what guards a route', async () => {
  const host = await startHost();
  for (let application = 0; application < 30; application += 1) describeAuthRoutes();
  const document = SwaggerModule.createDocument(host.app, new DocumentBuilder().build());
  const [first, ...rest] = document.paths['/auth/sessions']?.get?.security ?? [];
  expect(first).toEqual({ bearer: [] });
  expect(rest).toEqual([]);
  await host.close();
});
