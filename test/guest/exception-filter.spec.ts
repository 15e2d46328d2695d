import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Injectable,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { AuthError } from 'nestjs-baton';
import { type HostOptions, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

/** Answers in the words of the host, whatever the exception. */
@Catch()
@Injectable()
class HostFilter implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    const code = exception instanceof AuthError ? exception.code : 'not one of ours';
    const body = { problem: exception instanceof Error ? exception.message : '', code };
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), body, status);
  }
}

const withFilter: HostOptions = { providers: [{ provide: APP_FILTER, useClass: HostFilter }] };

describe.each(PLATFORMS)('in a host on %s with its own exception filter', (platform) => {
  it.each([
    ['login', { username: 'ann', password: 'wrong password' }, 401, 'invalid_credentials'],
    ['login', { username: 'ann' }, 400, 'invalid_request'],
    ['token/refresh', { refresh_token: 'x.y.z' }, 401, 'invalid_token'],
    ['token/refresh', {}, 400, 'invalid_request'],
    ['logout', {}, 401, 'missing_token'],
    ['logout/all', {}, 401, 'missing_token'],
  ])('an error of POST %s with %j reaches the filter', async (route, body, status, code) => {
    const host = await startHost({ platform, ...withFilter });
    const answer = await new Client(host).post(route, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.problem).toMatch(/^\w+( \S+)+$/);
    await host.close();
  });

  it('the challenge and the cache headers stay on an answer that the filter writes', async () => {
    const host = await startHost({ platform, ...withFilter });
    const { headers } = await new Client(host).post('token/refresh', { refresh_token: 'x.y.z' });
    expect(headers['www-authenticate']).toBe(
      'Bearer realm="nestjs-baton", error="invalid_token", error_description="Invalid refresh token"',
    );
    const wrong = await new Client(host).post('login', { username: 'ann', password: 'wrong one' });
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
    expect(wrong.headers['cache-control']).toBe('no-store');
    await host.close();
  });

  it('what the user store and the hooks throw reaches the filter as it was thrown', async () => {
    const host = await startHost({
      platform,
      ...withFilter,
      auth: {
        onLogin: (user) => {
          if (user.username === 'bob') throw new HttpException('bob is on holiday', 423);
        },
      },
    });
    const client = new Client(host);
    const held = await client.post('login', { username: 'bob', password: PASSWORD });
    expect([held.status, held.body]).toEqual([
      423,
      { problem: 'bob is on holiday', code: 'not one of ours' },
    ]);
    host.users.authenticate = () => Promise.reject(new Error('the directory is down'));
    const broken = await client.post('login', { username: 'ann', password: PASSWORD });
    expect([broken.status, broken.body.problem]).toEqual([500, 'the directory is down']);
    await host.close();
  });
});
