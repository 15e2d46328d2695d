import { Module } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AuthTelemetry, METER_PROVIDER } from '../../telemetry/index.js';
import { MetricsController } from './metrics.controller.js';

/** What is measured, for Prometheus to fetch. */
@Module({
  controllers: [MetricsController],
  providers: [
    AuthTelemetry,
    { provide: PrometheusExporter, useFactory: () => new PrometheusExporter(WITHOUT_A_SERVER) },
    {
      provide: METER_PROVIDER,
      inject: [PrometheusExporter],
      useFactory: (reader: PrometheusExporter) => new MeterProvider({ readers: [reader] }),
    },
  ],
})
export class MetricsModule {}

/** It is asked by a route of this one. */
const WITHOUT_A_SERVER = { preventServerStart: true };
