import 'reflect-metadata';
import { Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AuthService } from 'nestjs-baton';
import { AuthTelemetry, METER_PROVIDER } from 'nestjs-baton/telemetry';
import { type Call, tell } from './in-process/turns.js';
import { authImports } from './subjects/auth-imports.js';

/** `npm run measure:telemetry`: what `AuthTelemetry` costs a refresh, and that it costs nothing where it is not. */
async function refreshing(name: string, providers: Provider[]): Promise<Call> {
  @Module({ imports: authImports(), providers })
  class HostModule {}

  const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error'] });
  const auth = app.get(AuthService);
  let { refresh_token: token } = await auth.login({ username: 'ann', password: 'x', ip: null });
  const call = async (): Promise<void> => {
    token = (await auth.refresh(token)).refresh_token;
  };
  return { name, call };
}

const reader = new PrometheusExporter({ preventServerStart: true });
const counted = { provide: METER_PROVIDER, useValue: new MeterProvider({ readers: [reader] }) };
const calls = [
  await refreshing('without AuthTelemetry', []),
  await refreshing('the same once more', []),
  await refreshing('with it, no SDK', [AuthTelemetry]),
  await refreshing('with it, metrics of the SDK', [AuthTelemetry, counted]),
];
await tell(calls, { rounds: 30, calls: 1_000 });
