import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { AuthService } from 'nestjs-baton';
import { AuthTelemetry } from 'nestjs-baton/telemetry';
import {
  login,
  postLogin,
  postRefresh,
  refresh,
  refreshing,
  withoutDatabase,
} from '../contract/vocabulary.js';
import { type Host, PASSWORD, startHost } from '../host/start-host.js';

const exporter = new InMemorySpanExporter();
let host: Host;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  host = await startHost({ providers: [AuthTelemetry] });
});

afterAll(async () => {
  await host.close();
  trace.disable();
  context.disable();
});

beforeEach(() => exporter.reset());

/** What a span says, without when. */
const said = ({ name, attributes, status }: ReadableSpan) => ({ name, attributes, status });

const spans = () => exporter.getFinishedSpans().map(said);

const UNSET = { code: 0 };
const ERROR = { code: 2 };

it('a login is a span, with the opening of the session within it', async () => {
  await login(host);
  expect(spans()).toEqual([
    { name: 'baton.open_session', attributes: {}, status: UNSET },
    { name: 'baton.login', attributes: {}, status: UNSET },
  ]);
  const [opening, whole] = exporter.getFinishedSpans();
  expect(opening?.parentSpanContext?.spanId).toBe(whole?.spanContext().spanId);
});

it('a refresh is a span that says what came of it', async () => {
  const first = await login(host);
  exporter.reset();
  await refresh(host, first.refresh_token);
  await Promise.all([
    postRefresh(host, first.refresh_token),
    refresh(host, (await login(host, { username: 'bob' })).refresh_token),
  ]);
  const how = spans()
    .filter(({ name }) => name === 'baton.refresh')
    .map(({ attributes }) => attributes);
  expect(how).toHaveLength(3);
  expect(how[0]).toEqual({ 'baton.refresh.how': 'rotate' });
  expect(how.slice(1)).toEqual(
    expect.arrayContaining([{ 'baton.refresh.how': 'replay' }, { 'baton.refresh.how': 'rotate' }]),
  );
});

it('so is one that an application makes without a route', async () => {
  const { refresh_token } = await login(host);
  exporter.reset();
  await host.app.get(AuthService).refresh(refresh_token);
  expect(spans()).toEqual([
    { name: 'baton.refresh', attributes: { 'baton.refresh.how': 'rotate' }, status: UNSET },
  ]);
});

it('what was refused has its code, and is no fault', async () => {
  const first = await login(host);
  await refresh(host, (await refresh(host, first.refresh_token)).refresh_token);
  exporter.reset();
  await refreshing(host, first.refresh_token);
  await postLogin(host, { password: 'not a password' });
  expect(spans()).toEqual([
    { name: 'baton.refresh', attributes: { 'error.type': 'token_reused' }, status: UNSET },
    { name: 'baton.login', attributes: { 'error.type': 'invalid_credentials' }, status: UNSET },
  ]);
});

it('a database that is away is a fault', async () => {
  const { refresh_token } = await login(host);
  exporter.reset();
  await withoutDatabase(host, async () => {
    expect((await postRefresh(host, refresh_token)).status).toBe(503);
  });
  expect(spans()).toEqual([
    { name: 'baton.refresh', attributes: { 'error.type': 'unavailable' }, status: ERROR },
  ]);
});

it('no span has a token, a password, a name or an id', async () => {
  const first = await login(host);
  const second = await refresh(host, first.refresh_token);
  await postLogin(host, { password: 'not a password' });
  const everything = JSON.stringify(
    exporter.getFinishedSpans().map(({ name, attributes, events, status, links }) => ({
      name,
      attributes,
      events,
      status,
      links,
    })),
  );
  const secrets = [first, second].flatMap((pair) => [
    pair.access_token,
    pair.refresh_token,
    pair.session_id,
  ]);
  expect(everything).toContain('baton.refresh');
  for (const secret of [...secrets, PASSWORD, 'not a password', 'ann'])
    expect(everything).not.toContain(secret);
});
